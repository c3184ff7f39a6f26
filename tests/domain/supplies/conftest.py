"""Fixtures of the ledger; Django is set up only after this file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from muster.core.access import Actor


@pytest.fixture
def stores(incident: UUID) -> UUID:
    """Items and stores are there; gives the incident."""
    from tests.domain.supplies.cast import set_up

    set_up()
    return incident


@pytest.fixture
def keeper() -> Actor:
    """Keeps the stores of our sub-district."""
    from tests.cast import SUBDISTRICT, person

    return person("keeper", "supply", SUBDISTRICT)


@pytest.fixture
def neighbour() -> Actor:
    """Keeps the stores of the next sub-district."""
    from tests.cast import person
    from tests.domain.supplies.cast import NEXT

    return person("neighbour", "supply", NEXT)
