"""The protocol: what holds, what another would change, and the decision; every screen follows it at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec
import pytest
from django.utils import translation

from muster.commandpost.protocol import changed, numbers
from muster.commandpost.protocol_words import VALUE
from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.domain.incidents.models import Incident, PackChange
from muster.protocols import Pack, Valued, load, names
from tests.cast import COMMUNITY, DISTRICT, NOW, account_for, person
from tests.commandpost import services
from tests.commandpost.desk import BASE, LANGUAGES, ZONE, signed_in, text
from tests.commandpost.services import served

__all__ = ["served"]

PAGE = f"{BASE}zones/protocol/"
DECISION = derive_id("test", "decision")
SEEN, WANTED = "covid-cn-v8", "flood"


def form(**changes: str) -> dict[str, str]:
    """The decision as the page sends it."""
    return {"id": str(DECISION), "pack": WANTED, "seen": SEEN} | changes


def values_of(kind: Any) -> set[str]:
    """The keys under which a pack may carry a value with its source, in all its sections."""
    found: set[str] = set()
    for field in msgspec.structs.fields(kind):
        parts = [field.type]
        while parts:
            part = parts.pop()
            if get_origin(part) is Valued:
                found.add(field.name)
            elif isinstance(part, type) and issubclass(part, msgspec.Struct):
                found |= values_of(part)
            else:
                parts.extend(get_args(part))
    return found


def in_force(night: UUID) -> str:
    """The name of the pack that the incident is under."""
    with scope(system(), night):
        return Incident.objects.get(pk=night).pack


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_holds_and_what_would_change(night: UUID, commander: Actor, language: str) -> None:
    client, english = signed_in(commander, language), language == "en"
    page = text(client.get(PAGE))
    title, followed, zones = (
        (
            "COVID-19 control plan, 8th edition",
            "Close contact · central quarantine, days",
            "Zones and notices",
        )
        if english
        else ("新冠肺炎防控方案（第八版）", "密接 · 集中隔离天数", "分区与通告")
    )
    for words in (
        title,
        followed,
        zones,
        "covid-cn-v8",
        "2022-02-17 19:00",
        load(SEEN).retention_days.source,
    ):
        assert words in page
    assert "change/" not in page  # nothing to decide before one has looked
    other = text(client.get(f"{PAGE}?to=covid-cn-v9"))
    row = next(one for one in other.split("<tr>") if followed in one and 'class="changed"' in one)
    assert "<td>14</td>" in row
    assert '<td class="changed">7</td>' in row
    gone = "<td>Sealed zone</td><td>in use</td>" if english else "<td>封控区</td><td>使用中</td>"
    assert gone in other  # a part that goes is one row, not one for each of its numbers
    assert ("Sealed zone · " if english else "封控区 · ") not in other
    assert str(load("covid-cn-v9").contact_class("close").follow_up.central_days.source) in row  # type: ignore[union-attr]
    assert ("no rules for the level" if english else "没有以下现行分区等级的规定") in other
    assert "南坑封控区" in other
    assert in_force(night) == SEEN


def test_the_decision_is_one_and_every_screen_follows_at_once(served: UUID, commander: Actor) -> None:
    night, decider = served, replace(person("ann", "commander", DISTRICT), responder=services.ANN)
    with scope(system(), night):
        account_for(decider)
    client = signed_in(decider, "en")
    text(client.get(BASE))  # the pack's name is remembered from here on
    for _ in range(2):
        assert client.post(f"{PAGE}change/", form()).status_code == 302
    page = text(client.get(PAGE))
    assert f"· {services.code_of(services.ANN)}</span>" in page
    for words in (
        "Flood and typhoon: checks on residents",
        "before: COVID-19 control plan, 8th edition",
        "opened",
    ):
        assert words in page
    with scope(commander, night):
        row = PackChange.objects.get()
        assert (row.id, row.pack, row.before, row.by) == (DECISION, WANTED, SEEN, services.ANN)
        assert Entry.objects.filter(action="incidents.pack").count() == 1
    assert in_force(night) == WANTED
    assert "Close contact" not in text(client.get(PAGE))
    for folder in (
        "",
        "zones/",
        f"zones/{ZONE}/drawer/",
        "zones/new/",
        "cases/",
        "work/",
        "sites/",
        "sweeps/",
    ):
        assert client.get(BASE + folder).status_code == 200
    assert "Warning passed to every household" in page
    assert client.post(f"{PAGE}change/", form(id=str(new_id()), pack="dengue")).status_code == 409
    back = form(id=str(new_id()), pack=SEEN, seen=WANTED)
    assert client.post(f"{PAGE}change/", back).status_code == 302
    assert client.post(f"{PAGE}change/", form()).status_code == 302  # the first decision, sent once more
    assert in_force(night) == SEEN


def test_who_may_not_decide_reads_and_a_wrong_form_is_refused_in_words(
    night: UUID, commander: Actor, desk: Actor, outsider: Actor
) -> None:
    nearby = person(
        "nearby", "commander", COMMUNITY
    )  # decides on zones of one community, not on the protocol
    with scope(system(), night):
        account_for(nearby)
    for actor in (desk, outsider, nearby):
        client = signed_in(actor, "en")
        page = text(client.get(f"{PAGE}?to={WANTED}"))
        assert "control plan, 8th edition" in page
        assert "change/" not in page
        assert 'name="to"' not in page
        assert client.post(f"{PAGE}change/", form()).status_code == 403
    client = signed_in(commander, "en")
    unknown = client.post(f"{PAGE}change/", form(pack="plague"))
    assert (unknown.status_code, client.get(f"{PAGE}?to=plague").status_code) == (422, 422)
    assert "There is no protocol pack called “plague”" in unknown.content.decode()
    for wrong in ({"id": "x"}, {"pack": ""}, {"pack": "x" * 200}):
        assert client.post(f"{PAGE}change/", form(**wrong)).status_code == 422
    assert client.get(f"{PAGE}change/").status_code == 405
    with scope(system(), night):
        Incident.objects.filter(pk=night).update(closed_at=NOW)
    closed = client.post(f"{PAGE}change/", form())
    assert closed.status_code == 409
    assert "The incident is closed" in closed.content.decode()
    assert (in_force(night), text(client.get(PAGE)).count("<h1>")) == (SEEN, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_every_pack_has_words(language: str) -> None:
    packs = [load(name) for name in names()]
    with translation.override(language):
        for pack in packs:
            shown = [row for _, rows in numbers(pack) for row in rows]
            assert len(shown) > 40
            assert all(row.source and row.grade for row in shown)
        for old, new in zip(packs, [*packs[1:], packs[0]], strict=True):
            rows = [row for _, rows in changed(old, new) for row in rows]
            assert rows
            for row in rows:
                bare = [
                    word
                    for word in (row.what, row.now, row.then)
                    if "_" in word or "[" in word or "{" in word
                ]
                assert not bare, bare
    assert values_of(Pack) - VALUE.keys() == set()
