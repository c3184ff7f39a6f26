"""Lists pushed to us and the callers who work through them, with all that callers meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from drill.areas import short
from drill.disturbances import Manner, manners
from drill.lists import PushedList, Truth
from drill.plan import Verification
from drill.play.script import How, Json, Row, Scene, chunks, daytime
from drill.population import Resident, Responder
from drill.territory import derived
from drill.uploads import COLUMNS
from drill.world import KINDS

PURPOSES = {"key_person": "key_person", "contact": "contact", "check": "verification"}
ROWS = 2_500  # of a list in one file
SHARED = 12  # callers to one telephone
FOUND_AT_DOOR = 0.9  # of those whose number is wrong


@dataclass(frozen=True)
class Person:
    """Somebody of a list: the row through which they are called, and what is wrong with it."""

    key: str
    row: int
    labels: frozenset[str]
    address: str


@dataclass(frozen=True)
class Step:
    """One try: which number of try it is, how it ends, by telephone or at the door, by another caller or not."""

    turn: int
    outcome: str
    channel: str = "phone"
    other: bool = False


def write(scene: Scene) -> None:
    """Every list of the incident: pushed, called through, what belongs elsewhere sent there."""
    for wanted in scene.play.lists:
        pushed = scene.world.lists[f"{scene.key}/{wanted.key}"]
        _push(scene, wanted, pushed)
        callable_ = people_of(scene, wanted, pushed)
        _elsewhere(scene, wanted, [one for one in callable_ if "other_area" in one.labels])
        _work(scene, wanted, [one for one in callable_ if "other_area" not in one.labels])


def list_key(scene: Scene, wanted: Verification) -> str:
    """The list as the log names it."""
    return f"{scene.key}/{wanted.key}"


def person_key(name: str, row: Mapping[str, str], truth: Truth) -> str:
    """Who a row is to us: a person we know; with a bare number whoever answers it; with a bare name the row alone."""
    if "name_or_phone_only" not in truth.labels:
        return str(truth.person)
    phone = "".join(filter(str.isdigit, row[COLUMNS["phone"]]))[-11:]
    return str(derived("drill", "bare", phone)) if phone else f"{name}#{truth.row}"


def _push(scene: Scene, wanted: Verification, pushed: PushedList) -> None:
    name = list_key(scene, wanted)
    numbered = list(zip(pushed.rows, pushed.truth, strict=True))
    for number, part in enumerate(chunks(numbered, ROWS)):
        rows = [
            {"row": truth.row, **{field: row.get(header, "") for field, header in COLUMNS.items()}}
            for row, truth in part
        ]
        body: Json = {
            "id": scene.id("list", wanted.key),
            "area": int(wanted.area),
            "source": "上级下发",
            "purpose": PURPOSES[wanted.kind],
            "title": f"{KINDS[wanted.kind]}名单 {wanted.issued_at:%m-%d}",
            "deadline_at": wanted.due_at,
            "rows": rows,
        }
        note: Json = {
            "list": name,
            "purpose": PURPOSES[wanted.kind],
            "persons": [person_key(name, row, truth) for row, truth in part],
        }
        at = wanted.issued_at + timedelta(seconds=number)
        scene.tell_of(scene.desk, "push_list", at, body, How(setup=True, note=note))


def people_of(scene: Scene, wanted: Verification, pushed: PushedList) -> list[Person]:
    """Everybody who can be called, once: by their first complete row, or a row with a telephone number."""
    found: dict[str, Person] = {}
    name = list_key(scene, wanted)
    for row, truth in zip(pushed.rows, pushed.truth, strict=True):
        key = person_key(name, row, truth)
        if row[COLUMNS["phone"]] and key not in found:
            found[key] = Person(key, truth.row, truth.labels, truth.address)
    return list(found.values())


def _steps(person: Person, manner: Manner, second: str, rng: Random) -> list[Step]:
    """What happens to one person; `second` says how it goes on after a refusal: agrees, visit or stays."""
    if "wrong_number" in person.labels:
        found = [Step(1, "reached_verified", "door")] if rng.random() < FOUND_AT_DOOR else []
        return [Step(0, "wrong_number"), *found]
    if "moved" in person.labels:
        return [Step(0, "moved")]
    if manner.refuses:
        again = {
            "agrees": [Step(1, "reached_verified", other=True)],
            "visit": [Step(1, "refused", other=True), Step(2, "reached_verified", "door", other=True)],
        }
        return [Step(0, "refused"), *again.get(second, [Step(1, "refused", other=True)])]
    if manner.absent:
        tries = [Step(turn, rng.choice(("no_answer", "busy"))) for turn in range(rng.choice((1, 1, 2)))]
        return [*tries, Step(len(tries), "reached_verified")]
    return [Step(0, "reached_verified")]


def _work(scene: Scene, wanted: Verification, people: Sequence[Person]) -> None:
    """The tries of everybody, first tries first, spread over the hours of the callers."""
    rng = scene.rng("calls", wanted.key)
    rates = scene.script.scenario.disturbances.residents
    how = manners([one.key for one in people], rates, scene.script.scenario.seed)
    clean = [one for one in people if not one.labels & {"wrong_number", "moved"}]
    refusing = iter([one.key for one in clean if how[one.key].refuses])
    second = dict.fromkeys(islice(refusing, wanted.second_caller_agrees), "agrees")
    second |= dict.fromkeys(islice(refusing, wanted.visits_after_refusal), "visit")
    listed = [
        (step.turn, number, person, step)
        for number, person in enumerate(people)
        for step in _steps(person, how[person.key], second.get(person.key, "stays"), rng)
    ]
    callers = scene.people(wanted.verified_by)[: wanted.callers]
    last: dict[str, datetime] = {}
    listed.sort(key=lambda one: one[:2])
    for at, (_, number, person, step) in zip(
        daytime(rng, wanted.calls_from, wanted.calls_to, len(listed)), listed, strict=True
    ):
        at = max(at, last.get(person.key, at) + timedelta(minutes=20))
        last[person.key] = at
        _attempt(scene, wanted, (at, person, step), _caller(callers, number, step))


def _caller(callers: Sequence[Responder], number: int, step: Step) -> Responder:
    return callers[(number + (1 + step.turn if step.other else 0)) % len(callers)]


def _attempt(
    scene: Scene, wanted: Verification, what: tuple[datetime, Person, Step], caller: Responder
) -> None:
    at, person, step = what
    name = list_key(scene, wanted)
    phone = scene.phone(f"calls-{wanted.key}-{caller.number // SHARED + 1}", "caller")
    body: Json = {"item": Row(name, person.row), "outcome": step.outcome, "channel": step.channel}
    note: Json = {
        "org": wanted.verified_by,
        "caller": str(caller.id),
        "profession": caller.profession,
        "person": person.key,
        "outcome": step.outcome,
        "channel": step.channel,
    }
    scene.tell(phone, "record_attempt", at, body, How(by=caller.id, note=note))


def _elsewhere(scene: Scene, wanted: Verification, people: Sequence[Person]) -> None:
    """Who lives elsewhere went on when the list came in; some come back, and go on to the next area."""
    name = list_key(scene, wanted)
    roles = scene.script.scenario.roles
    areas = [area for role, area in roles.items() if role.startswith("also_receiving")]
    begin = wanted.issued_at + timedelta(hours=6)
    for number, area in enumerate(areas):
        there = [one for one in people if one.address.startswith(short(area.name))]
        for turn, part in enumerate(chunks(there, 60)):
            rows = [Row(name, one.row) for one in part[:2]]
            at = begin + timedelta(minutes=turn)
            back: Json = {"items": rows, "reason": "not_found_here"}
            scene.tell(scene.account("desk", area.code), "return_items", at, back)
            onward = areas[(number + 1) % len(areas)]
            body: Json = {"items": rows, "area": int(onward.code), "reason": "lives_elsewhere"}
            scene.tell(scene.desk, "transfer_items", at + timedelta(hours=1), body)


def contacts(scene: Scene) -> tuple[Resident, ...]:
    """The people of the contact list, if there is one."""
    keys = [f"{scene.key}/{one.key}" for one in scene.play.lists if one.kind == "contact"]
    return scene.world.list_people[keys[0]] if keys else ()


def homes(scene: Scene) -> frozenset[UUID]:
    """The doors that are on file before anybody is visited."""
    if scene.on_file is None:
        loaded = [register.area for register in scene.play.registers if register.loaded]
        houses = [house for area in loaded for house in scene.world.buildings[area]]
        scene.on_file = frozenset(door.id for house in houses for door in house.dwellings)
    return scene.on_file
