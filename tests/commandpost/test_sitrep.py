"""The situation report: figures of now, frozen editions, files, rows."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.domain.sampling import actions as sampling
from muster.reports.models import Edition
from tests.commandpost.desk import BASE, LANGUAGES, NONSENSE, OTHER, signed_in, tell, text
from tests.commandpost.services import SITE, served

__all__ = ["served"]
PAGE = BASE + "sitrep/"


def published(client: object, by: Actor, incident: UUID) -> Edition:
    """Publish through the form."""
    assert client.post(PAGE + "publish/", {"title": "夜报"}).status_code == 302  # type: ignore[attr-defined]
    with scope(by, incident):
        return Edition.objects.order_by("-number")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_stand_beside_the_words(served: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert ("需求" if language == "zh-hans" else "Needs") in page
    assert "figures/samples_taken/rows/" in page
    assert ("还没有发布过" if language == "zh-hans" else "No edition yet") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_is_frozen_and_later_differences_are_marked(
    served: UUID, commander: Actor, language: str
) -> None:
    client = signed_in(commander, language)
    held = published(client, commander, served)
    assert "figure differs" not in text(client.get(PAGE))
    frozen = text(client.get(f"{PAGE}editions/{held.id}/"))
    with scope(commander, served):
        sample = sampling.TakeSample(resident=OTHER, code="T9", site=SITE, pool_size=10)
        tell(sampling.take_samples, sample, commander, served)
    now = text(client.get(PAGE + "?fresh=1"))
    assert 'class="changed"' in now
    assert held.journal_head in now
    again = text(client.get(f"{PAGE}editions/{held.id}/"))
    assert frozen.split("<main")[1].split("</main>")[0] == again.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("form", "start"), [("text", b""), ("json", b"{"), ("xlsx", b"PK"), ("pdf", b"%PDF")]
)
def test_an_edition_is_handed_out_as_a_file(served: UUID, commander: Actor, form: str, start: bytes) -> None:
    client = signed_in(commander)
    held = published(client, commander, served)
    answer = client.get(f"{PAGE}editions/{held.id}/{form}/")
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert "attachment" in answer["Content-Disposition"]
    if form == "json":
        assert json.loads(answer.content)["journal_head"] == held.journal_head
    assert client.get(f"{PAGE}editions/{held.id}/docx/").status_code == 404


def test_rows_add_up_to_the_figure_now_and_then(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    held = published(client, commander, served)
    assert text(client.get(PAGE + "figures/samples_taken/rows/")).count("<tr data-row") == 2
    # an edition takes what was committed before it: in this one transaction nothing was
    frozen = next(one["value"] for one in held.figures if one["figure"] == "samples_taken")
    then = text(client.get(f"{PAGE}figures/samples_taken/rows/?edition={held.id}"))
    assert then.count("<tr data-row") == frozen
    assert f"as of edition {held.number}" in then
    assert client.get(PAGE + "figures/no_such/rows/").status_code == 404
    assert client.get(PAGE + "figures/samples_taken/rows/?from=x&edition=x").status_code == 200


def test_the_same_form_twice_publishes_once(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    form = {"id": "01900000-0000-7000-8000-000000000001"}
    for _ in range(2):
        assert client.post(PAGE + "publish/", form).status_code == 302
    with scope(commander, served):
        assert Edition.objects.count() == 1


def test_who_may_read_and_who_may_publish(
    served: UUID, desk: Actor, tracer: Actor, outsider: Actor, commander: Actor
) -> None:
    held = published(signed_in(commander), commander, served)
    assert "publish/" not in text(signed_in(desk).get(PAGE))
    refused = signed_in(desk, "en").post(PAGE + "publish/", {})
    assert refused.status_code == 403
    assert "no right" in refused.content.decode()
    assert signed_in(tracer).get(PAGE).status_code == 403
    strange = signed_in(outsider)
    assert str(held.id) not in text(strange.get(PAGE))
    for address in (
        f"editions/{held.id}/",
        f"editions/{held.id}/json/",
        f"figures/samples_taken/rows/?edition={held.id}",
    ):
        assert strange.get(PAGE + address).status_code == 404
    assert "<tr data-row" not in text(strange.get(PAGE + "figures/samples_taken/rows/"))


def test_nonsense_in_the_address_is_no_error(night: UUID, commander: Actor) -> None:
    for nonsense in NONSENSE:
        assert signed_in(commander).get(PAGE + nonsense).status_code == 200
