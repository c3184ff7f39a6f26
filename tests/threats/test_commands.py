"""Every command × every wrong role, aimed at things of another area: nothing is stored and nothing is told."""

from __future__ import annotations

import msgspec
import pytest

from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Parked, Retraction
from muster.fieldapp import sync
from muster.fieldapp.commands import COMMANDS
from muster.fieldapp.envelope import Answer, Envelope
from tests.cast import DISTRICT, INCIDENT
from tests.faults.stage import digests
from tests.threats import bodies
from tests.threats.canary import BESIDE, World

ROLES = {
    "commander beside": (Grant("commander", BESIDE),),
    "desk beside": (Grant("desk", BESIDE),),
    "caller beside": (Grant("caller", BESIDE),),
    "laboratory beside": (Grant("laboratory", BESIDE),),
    "grid worker beside": (Grant("grid_worker", BESIDE),),
    "auditor of ours": (Grant("auditor", DISTRICT),),
    "another incident": (Grant("commander", DISTRICT, incident=derive_id("another incident")),),
    "nobody any more": (),
}
REASON = {"reason": "", "kind": "worklists.visit"}


def aimed(name: str, world: World) -> dict[str, object]:
    found = bodies.body(COMMANDS[name][0], aim=world.aim, area=world.area, text=world.mark)
    return found | REASON if name == "retract_fact" else found


def send(by: Actor, world: World) -> dict[str, Answer]:
    """One of every command in one batch; the answers by name."""
    commands = {new_id(): name for name in COMMANDS}
    raw = [
        msgspec.Raw(msgspec.json.encode({"id": i, "name": name, "at": bodies.AT, "body": aimed(name, world)}))
        for i, name in commands.items()
    ]
    _, answers = sync.receive(lambda: (by, INCIDENT), Envelope(commands=raw), "en")
    assert {answer.id for answer in answers} == commands.keys()
    return {commands[answer.id]: answer for answer in answers if answer.id}


def refused_one_by_one(answer: Answer) -> bool:
    """Many items in one command: the answer says of each that it was not done."""
    return bool(answer.data) and set(answer.data.values()) <= {"access.not_found", "access.not_allowed"}


@pytest.mark.parametrize("role", ROLES)
def test_no_command_of_a_stranger_is_taken(worlds: list[World], role: str) -> None:
    by = Actor(account=derive_id("stranger", role), grants=ROLES[role], username=role)
    before = digests()
    answers = send(by, worlds[0])
    after = digests()
    kept = {name for name, a in answers.items() if a.result in ("refused", "quarantined")}
    assert {
        name: a.data for name, a in answers.items() if name not in kept and not refused_one_by_one(a)
    } == {}
    assert {label for label in before if before[label] != after[label]} == set()
    told = msgspec.json.encode(list(answers.values())).decode()
    assert [mark for mark in worlds[0].marks if mark in told] == []
    with scope(system(incident=INCIDENT), INCIDENT):
        assert not Retraction.objects.exists()
        assert Parked.objects.filter(settled_at=None).count() == len(kept), "what was not taken is kept"


def test_the_bodies_are_readable(worlds: list[World]) -> None:
    """A body that could not be read would be refused for that reason only, and test nothing."""
    for name, (kind, _) in COMMANDS.items():
        msgspec.convert(aimed(name, worlds[0]), kind, strict=False)


def test_the_same_commands_are_taken_from_those_who_may(worlds: list[World]) -> None:
    grants = tuple(Grant(role, DISTRICT) for role in ("commander", "laboratory", "counsellor"))
    answers = send(Actor(account=derive_id("right one"), grants=grants, username="right"), worlds[0])
    taken = {name for name, answer in answers.items() if answer.result == "stored"}
    assert len(taken) >= len(COMMANDS) * 0.7, {
        n: (a.code, a.reason) for n, a in answers.items() if n not in taken
    }
