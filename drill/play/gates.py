"""Gates and places: who stands there, whose pass holds, who checks in."""

from datetime import timedelta
from random import Random
from uuid import UUID

from drill.plan import Gate
from drill.play.forces import add_post, work_shift
from drill.play.script import SETUP, How, Json, Scene, spread
from drill.timeline import Shift, shifts

REASONS = ("expired", "not_shown", "other_gate")
KINDS = ("resident", "resident", "resident", "delivery", "staff")


def write(scene: Scene) -> None:
    """Gates with their guards and scans, and places with their check-ins."""
    for gate in scene.play.gates:
        _gate(scene, gate)
    for place in scene.play.places:
        point = scene.id("place", place.key)
        scene.tell(
            scene.desk,
            "add_point",
            place.starts_at - timedelta(hours=1),
            {
                "id": point,
                "area": int(place.area),
                "kind": "desk",
                "name": place.name.zh,
            },
            SETUP,
        )
        people = scene.world.residents.get(place.area, ())
        rng = scene.rng("place", place.key)
        phone = scene.phone(f"place-{place.key}", "field_team", place.area)
        for at in spread(rng, place.starts_at, place.ends_at, place.check_ins):
            body: Json = {"point": point, "resident": rng.choice(people).id if people else None}
            scene.tell(phone, "check_in_place", at, body)


def _gate(scene: Scene, gate: Gate) -> None:
    point = scene.id("gate", gate.key)
    listed = list(shifts([gate], scene.play.opened_at))
    scene.tell(
        scene.desk,
        "add_point",
        scene.play.opened_at + timedelta(minutes=5),
        {
            "id": point,
            "area": int(gate.area),
            "kind": "gate",
            "name": gate.name.zh,
        },
        SETUP,
    )
    post = add_post(scene, (gate.key, gate.name.zh), "gate", gate.area, gate.people)
    passes = _passes(scene, gate)
    rng = scene.rng("gate", gate.key)
    for shift in listed:
        work_shift(scene, shift, post)
        _scans(scene, (gate, shift, point), passes, rng)


def _passes(scene: Scene, gate: Gate) -> list[UUID]:
    """Passes of people behind this gate."""
    people = scene.world.residents.get(gate.area, ())
    rng = scene.rng("passes", gate.key)
    found = []
    issued = max(scene.play.opened_at + timedelta(minutes=30), scene.play.opened_at)
    for number, person in enumerate(rng.sample(people, min(40, len(people)))):
        identity = scene.id("pass", gate.key, number)
        scene.tell(
            scene.desk,
            "issue_pass",
            issued,
            {
                "id": identity,
                "area": int(gate.area),
                "kind": rng.choice(KINDS),
                "resident": person.id,
                "valid_from": issued,
                "valid_to": issued + timedelta(days=14),
            },
            SETUP,
        )
        found.append(identity)
    return found


def _scans(scene: Scene, what: tuple[Gate, Shift, UUID], passes: list[UUID], rng: Random) -> None:
    gate, shift, point = what
    phone = scene.phone(f"{gate.key}", "field_team", gate.area)
    guard = scene.people(gate.organisation)[shift.first_person].id
    refused = set(rng.sample(range(gate.scans), min(gate.refused_scans, gate.scans)))
    for number, at in enumerate(spread(rng, shift.starts_at, shift.ends_at, gate.scans)):
        stopped = number in refused
        body: Json = {
            "gate": point,
            "verdict": "stop" if stopped else "pass",
            "pass_id": None if stopped or not passes else rng.choice(passes),
            "reason": rng.choice(REASONS) if stopped else "",
        }
        scene.tell(phone, "scan_pass", at, body, How(by=guard))
