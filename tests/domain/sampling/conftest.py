"""The site of every test of sampling."""

from __future__ import annotations

from uuid import UUID

import pytest


@pytest.fixture
def site(incident: UUID) -> UUID:
    """Two buildings, six residents, a site and a round."""
    from tests.domain.sampling.cast import settle_in  # Django is not set up yet when this file is read

    settle_in()
    return incident
