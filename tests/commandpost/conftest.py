"""The night of the desk's tests, open to every module here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from muster.core.access import Actor


@pytest.fixture
def night(
    incident: UUID, commander: Actor, desk: Actor, tracer: Actor, outsider: Actor, grid_worker: Actor
) -> UUID:
    """The scene, told by the commander; accounts for everybody. Imported late: Django must be set up."""
    from tests.commandpost import desk as scene

    scene.play(incident, commander, [commander, desk, tracer, outsider, grid_worker])
    return incident
