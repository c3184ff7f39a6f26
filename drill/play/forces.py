"""People who come to help: call-outs and sign-ups, batches on the road, shifts begun and ended, the structure."""

from datetime import datetime, timedelta
from uuid import UUID

from drill.names import PARTNERS, POSTS, TASKS
from drill.plan import Batch, Callout, Unfit
from drill.play.ground import responder
from drill.play.script import SETUP, How, Json, Scene, spread
from drill.population import Responder
from drill.territory import derived
from drill.timeline import Shift, shifts

STAGES = ("mustered", "departed", "arrived", "released")


def write(scene: Scene) -> None:
    """Everything about responders on their way and at their posts."""
    for callout in scene.play.callouts:
        _callout(scene, callout)
    _batches(scene)
    _teams(scene)
    posts: dict[str, UUID] = {}
    for rota in scene.play.rotas:
        name = f"{scene.organisations[rota.organisation].name.zh}{POSTS.get(rota.post, rota.post)}岗"
        posts[rota.key] = add_post(scene, (rota.key, name), rota.post, rota.area, rota.people)
    for shift in shifts(scene.play.rotas, scene.play.opened_at):
        work_shift(scene, shift, posts[shift.rota])
    for unfit in scene.play.unfit:
        _unfit(scene, unfit)
    _structure(scene)


def _callout(scene: Scene, callout: Callout) -> None:
    if callout.channel != "letter":
        return _sign_ups(scene, callout)
    identity = scene.id("callout", callout.key)
    scene.tell(
        scene.desk,
        "send_callout",
        callout.sent_at,
        {
            "id": identity,
            "area": int(scene.about.area.code),
            "title": callout.text.zh[:120],
            "text": callout.text.en,
            "organisations": [scene.organisation(one.key) for one in scene.play.organisations],
        },
    )
    rng = scene.rng("answers", callout.key)
    for at, key in zip(
        spread(rng, callout.sent_at, callout.closes_at, len(callout.answered_by)),
        callout.answered_by,
        strict=True,
    ):
        body: Json = {
            "callout": identity,
            "organisation": scene.organisation(key),
            "people": len(scene.people(key)),
        }
        scene.tell(scene.desk, "answer_callout", at, body)
    return None


def _sign_ups(scene: Scene, callout: Callout) -> None:
    before = sum(one.people for one in _before(scene, callout) if one.organisation == callout.organisation)
    people = scene.people(callout.organisation)[before : before + callout.people]
    organisation = scene.organisations[callout.organisation]
    first_duty = min(
        (
            one.starts_at
            for one in shifts(scene.play.rotas, scene.play.opened_at)
            if one.organisation == callout.organisation
        ),
        default=callout.closes_at,
    )
    closes = max(
        min(callout.closes_at, first_duty - timedelta(hours=2)), callout.sent_at + timedelta(hours=1)
    )
    times = spread(scene.rng("sign-ups", callout.key), callout.sent_at, closes, len(people))
    for at, person in zip(times, people, strict=True):
        body: Json = {"responder": responder(scene, person, organisation), "channel": callout.channel}
        note: Json = {"person": str(person.id), "channel": callout.channel}
        scene.tell(scene.desk, "sign_up_volunteer", at, body, How(note=note))


def _before(scene: Scene, callout: Callout) -> list[Callout]:
    return list(scene.play.callouts[: scene.play.callouts.index(callout)])


def members(scene: Scene, batch: Batch) -> tuple[Responder, ...]:
    """The people of a batch: batches of one organisation take it from the first person on."""
    start = 0
    for other in scene.play.batches:
        if other.key == batch.key:
            break
        start += other.people + other.absent if other.organisation == batch.organisation else 0
    return scene.people(batch.organisation)[start : start + batch.people + batch.absent]


def _batches(scene: Scene) -> None:
    for batch in scene.play.batches:
        identity = scene.id("batch", batch.key)
        people = members(scene, batch)
        there = people[: batch.people]
        planned_at = max(scene.play.opened_at + timedelta(minutes=10), batch.muster_at - timedelta(hours=3))
        scene.tell(
            scene.desk,
            "plan_batch",
            planned_at,
            {
                "id": identity,
                "area": int(batch.to_area),
                "organisation": scene.organisation(batch.organisation),
                "from_area": int(batch.from_area) if batch.from_area else None,
                "leader": there[0].id,
                "task": batch.task.zh,
                "planned": len(people),
                "planned_at": batch.muster_at,
                "vehicles": batch.vehicles,
                "printed_date": batch.announced_date,
            },
            SETUP,
        )
        _roll_calls(scene, batch, [str(one.id) for one in there])


def _roll_calls(scene: Scene, batch: Batch, present: list[str]) -> None:
    """Heads and names at every stage of the road."""
    phone = scene.phone(f"batch-{batch.key}")
    identity = scene.id("batch", batch.key)
    moments = (batch.muster_at, batch.depart_at, batch.arrive_at, batch.release_at)
    for stage, at in zip(STAGES, moments, strict=True):
        note: Json = {
            "batch": str(identity),
            "org": batch.organisation,
            "from": batch.from_area,
            "to": batch.to_area,
            "stage": stage,
            "n": len(present),
        }
        body: Json = {
            "batch": identity,
            "stage": stage,
            "headcount": len(present),
            "present": present,
            "vehicles": batch.vehicles,
        }
        scene.tell(phone, "roll_call", at, body, How(by=UUID(present[0]), note=note))


def add_post(
    scene: Scene, post: tuple[str, str], kind: str, area: str, seats: int, forbids: tuple[str, ...] = ()
) -> UUID:
    """A post where people stand: its key here and its name there."""
    key, name = post
    identity = scene.id("post", key)
    scene.tell(
        scene.desk,
        "add_post",
        scene.play.opened_at + timedelta(minutes=6),
        {
            "id": identity,
            "area": int(area),
            "kind": kind,
            "name": name,
            "seats": seats,
            "forbids": list(forbids),
        },
        SETUP,
    )
    return identity


def work_shift(scene: Scene, shift: Shift, post: UUID) -> None:
    """One group on duty: the shift is made, its seats are claimed, everybody begins and ends."""
    identity = scene.id("shift", shift.rota, shift.starts_at.isoformat())
    signs_up = any(one.organisation == shift.organisation for one in scene.play.callouts if one.people)
    made = shift.starts_at - timedelta(hours=1) if signs_up else scene.play.opened_at + timedelta(minutes=7)
    add_shift(scene, identity, post, (shift.starts_at, shift.ends_at), shift.people)
    phone = scene.phone(f"rota-{shift.rota}")
    people = scene.people(shift.organisation)[shift.first_person : shift.first_person + shift.people]
    rng = scene.rng("shift", identity)
    kind = scene.organisations[shift.organisation].kind
    for person in people:
        scene.tell(scene.desk, "claim_seat", made, {"shift": identity, "responder": person.id}, SETUP)
        note: Json = {"org": shift.organisation, "kind": kind, "person": str(person.id), "post": shift.post}
        body: Json = {"shift": identity, "responder": person.id}
        late = timedelta(seconds=rng.randrange(20, 600))
        how = How(by=people[0].id, note=note)
        scene.tell(phone, "begin_shift", shift.starts_at + late, body, how)
        scene.tell(phone, "end_shift", shift.ends_at - timedelta(seconds=rng.randrange(20, 300)), body, how)


def add_shift(scene: Scene, identity: UUID, post: UUID, hours: tuple[datetime, datetime], seats: int) -> None:
    """A shift at a post."""
    listed = [{"id": identity, "post": post, "from_at": hours[0], "to_at": hours[1], "seats": seats}]
    scene.tell(
        scene.desk, "add_shifts", scene.play.opened_at + timedelta(minutes=6), {"shifts": listed}, SETUP
    )


def _teams(scene: Scene) -> None:
    """Teams of the organisations that work in teams: tracing by rota, logistics by task."""
    for rota in scene.play.rotas:
        everybody = scene.people(rota.organisation)[: rota.people * len(rota.starts)]
        if rota.post == "tracing" and rota.teams > 1:
            size = -(-len(everybody) // rota.teams)
            for number in range(rota.teams):
                part = everybody[number * size : (number + 1) * size]
                _team(scene, (rota.organisation, "tracing", rota.area, f"流调{number + 1}组"), part)
    for serving in scene.play.serving:
        start = 0
        for team in serving.teams:
            part = scene.people(serving.organisation)[start : start + team.people]
            start += team.people
            _team(scene, (serving.organisation, "logistics", serving.area, f"后勤{TASKS[team.task]}组"), part)


def _team(scene: Scene, what: tuple[str, str, str, str], part: tuple[Responder, ...]) -> None:
    organisation, kind, area, name = what
    if part:
        scene.tell(
            scene.desk,
            "form_team",
            scene.play.opened_at + timedelta(minutes=5),
            {
                "id": scene.id("team", organisation, name),
                "area": int(area),
                "kind": kind,
                "name": name,
                "organisation": scene.organisation(organisation),
                "leader": part[0].id,
                "members": [one.id for one in part],
            },
            How(
                setup=True, note={"org": organisation, "kind": kind, "people": [str(one.id) for one in part]}
            ),
        )


def _unfit(scene: Scene, unfit: Unfit) -> None:
    """People declare what they shall not be asked to do, are proposed all the same, and are refused."""
    batch = next(one for one in scene.play.batches if one.key == unfit.batch)
    people = members(scene, batch)[-batch.absent - unfit.people :][: unfit.people]
    named = (f"unfit-{unfit.batch}", f"{POSTS.get(unfit.post, unfit.post)}岗")
    post = add_post(scene, named, unfit.post, batch.to_area, unfit.people + 2, (unfit.post,))
    shift = scene.id("shift", "unfit", unfit.batch)
    begin = unfit.at + timedelta(hours=8)
    add_shift(scene, shift, post, (begin, begin + timedelta(hours=6)), unfit.people + 2)
    for person in people:
        declared: Json = {"responder": person.id, "limits": [unfit.post], "area": int(batch.to_area)}
        scene.tell(scene.desk, "declare_fitness", unfit.at - timedelta(minutes=30), declared, SETUP)
        scene.tell(
            scene.desk,
            "claim_seat",
            unfit.at,
            {"shift": shift, "responder": person.id},
            How(note={"unfit": True}),
        )


def _structure(scene: Scene) -> None:
    asked = scene.script.scenario.structure
    if asked is None or asked.incident != scene.key or scene.play.structure_at is None:
        return
    committee = next((one for one in scene.play.organisations if one.kind == "community"), None)
    area = int(committee.area if committee and committee.area else scene.about.area.code)
    identity = scene.id("structure")
    scene.tell(
        scene.desk,
        "set_up_structure",
        scene.play.structure_at,
        {
            "id": identity,
            "area": area,
            "template": asked.template,
            "committee": committee.name.zh if committee else "",
            "teams": [{"kind": kind} for kind in asked.teams],
            "partners": [PARTNERS.get(one, one) for one in asked.partners],
        },
        SETUP,
    )
    ready = max((one.closes_at for one in scene.play.callouts), default=scene.play.structure_at) + timedelta(
        minutes=20
    )
    helpers = [
        one
        for key in ("branch", "volunteers", "committee")
        if key in scene.organisations
        for one in scene.people(key)
    ]
    for team in scene.play.structure_teams:
        part, helpers = helpers[: team.people], helpers[team.people :]
        body: Json = {"team": derived(identity, team.team), "responders": [one.id for one in part]}
        if part:
            scene.tell(scene.desk, "join_team", ready, body)
