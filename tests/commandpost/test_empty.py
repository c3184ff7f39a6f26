"""Every screen opens before anything happened, whatever the pack: the first look of a first night."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.models import Incident
from tests.cast import account_for
from tests.commandpost.desk import signed_in
from tests.threats.addresses import desk


def screens() -> list[str]:
    """Those that are about nothing but the incident."""
    return [one.route.replace("<slug:incident>", "lg-0217") for one in desk() if len(one.converters) == 1]


@pytest.mark.parametrize(
    ("pack", "language"), [("covid-cn-v9", "zh-hans"), ("chikungunya-2025", "zh-hans"), ("flood", "en")]
)
def test_every_screen_opens_before_anything_happened(
    commander: Actor, incident: UUID, pack: str, language: str
) -> None:
    with scope(system(), incident):
        Incident.objects.update(pack=pack)
        incidents.forget_pack(incident)
        account_for(commander)
    client = signed_in(commander, language)
    answers = {path: client.get("/" + path).status_code for path in screens()}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert len([status for status in answers.values() if status == 200]) > 40
