"""The scene of these tests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from muster.core.access import Actor
    from tests.domain.mobilising.scene import Scene


@pytest.fixture
def scene(in_scope: Actor, incident: UUID, now: datetime) -> Scene:
    """The commander's scene. Imported late: Django is not set up when this file is read."""
    from tests.domain.mobilising.scene import Scene

    return Scene(in_scope, incident, now)
