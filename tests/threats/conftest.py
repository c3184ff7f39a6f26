"""Three small worlds, and the people who must see none or one of them. Models are imported late, after Django."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from tests.threats.canary import World


@pytest.fixture
def worlds(incident: UUID) -> list[World]:
    """The canaries of every area."""
    from muster.core.access import scope, system
    from muster.core.models import Account
    from tests.threats import canary

    with scope(system(), incident):
        for area in canary.AREAS:
            by = canary.writer(area)
            Account.objects.create(id=by.account, username=by.username, password="!")
    return [canary.plant(area) for area in canary.AREAS]


@pytest.fixture
def strangers(incident: UUID) -> dict[str, UUID]:
    """Accounts of the wrong roles; one had every right until an hour ago."""
    from muster.core import clock
    from muster.core.access import scope, system
    from muster.core.models import Grant
    from tests.cast import account_for
    from tests.threats import canary

    found = {}
    with scope(system(), incident):
        for one in canary.STRANGERS:
            found[one.name] = account_for(one.actor())
            if one.ended:
                Grant.objects.filter(account=found[one.name]).update(until=clock.now() - timedelta(hours=1))
    return found
