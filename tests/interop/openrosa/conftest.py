"""The scene of these tests. Imported late: Django is not set up when this file is read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from muster.core.access import Actor
    from muster.interop.forms.models import Form
    from muster.interop.forms.xlsform import Draft
    from tests.interop.openrosa.scene import Phone


@pytest.fixture
def draft() -> Draft:
    """The form as converted."""
    from tests.interop.openrosa import scene

    return scene.convert()


@pytest.fixture
def form(incident: UUID, commander: Actor, now: datetime) -> Form:
    """The sweep form, published for the community with its mapping."""
    from tests.interop.openrosa import scene

    scene.build(incident, commander, now)
    return scene.publish(incident, commander, now)


@pytest.fixture
def phone(incident: UUID, commander: Actor, grid_worker: Actor, now: datetime) -> Phone:
    """The telephone of the grid worker."""
    from tests.interop.openrosa import scene

    return scene.enrolled(grid_worker, incident, commander, now)
