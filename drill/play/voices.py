"""Voices: helplines and what is asked of them, letters and videos, notices and announcements."""

from datetime import timedelta

from drill.plan import Line, Requests
from drill.play.script import COMMANDER, SETUP, How, Json, Scene, by_door, daytime, spread

OUTCOMES = ("answered", "calmed", "referred")
EVENING = 21  # o'clock
STEPS = ("taken", "promised", "delivered", "closed")


def write(scene: Scene) -> None:
    """Everything that is said and asked."""
    for line in scene.play.lines:
        _line(scene, line)
    for requests in scene.play.requests:
        _requests(scene, requests)
    for support in scene.play.supports:
        rng = scene.rng("support", support.kind)
        for at in daytime(rng, support.starts_at, support.ends_at, support.count):
            body: Json = {"kind": support.kind, "area": int(support.area), "audience": support.audience}
            scene.tell(scene.desk, "record_support", at, body)
    for cast in scene.play.broadcasts:
        notice = scene.id("notice", cast.key)
        scene.tell(
            scene.desk,
            "publish_notice",
            cast.first_at - timedelta(minutes=15),
            {
                "id": notice,
                "area": int(cast.area),
                "title_zh": cast.text.zh[:40],
                "text_zh": cast.text.zh,
                "title_en": cast.text.en[:60],
                "text_en": cast.text.en,
            },
            SETUP,
        )
        phone = scene.phone(f"voice-{cast.key}", "field_team", cast.area)
        for turn in range(cast.times):
            told: Json = {"channel": cast.channel, "area": int(cast.area), "notice": notice, "audience": 200}
            scene.tell(phone, "broadcast", cast.first_at + timedelta(minutes=turn * cast.every_minutes), told)
    _reports(scene)


def _reports(scene: Scene) -> None:
    """A situation report every evening until the last report of a case, batch or list is in."""
    ends = [one.due_at for one in scene.play.lists] + [one.arrive_at for one in scene.play.batches]
    last = max(ends, default=scene.play.opened_at)
    evening = scene.play.opened_at.replace(hour=EVENING, minute=30)
    number = 1
    while evening <= last + timedelta(days=1):
        body: Json = {"id": scene.id("sitrep", number), "area": int(scene.about.area.code)}
        scene.tell(
            COMMANDER, "publish_sitrep", max(evening, scene.play.opened_at + timedelta(minutes=20)), body
        )
        number, evening = number + 1, evening + timedelta(days=1)


def _line(scene: Scene, line: Line) -> None:
    """Calls day and night where somebody always answers, by day elsewhere."""
    identity = scene.id("line", line.key)
    scene.tell(
        COMMANDER,
        "add_line",
        scene.play.opened_at + timedelta(minutes=4),
        {
            "id": identity,
            "area": int(line.area),
            "kind": line.kind,
            "name": line.name.zh,
            "round_the_clock": line.round_the_clock,
        },
        SETUP,
    )
    role = "counsellor" if line.kind == "counselling" else "caller"
    phones = [scene.phone(f"line-{line.key}-{seat + 1}", role) for seat in range(line.seats)]
    rng = scene.rng("line", line.key)
    when = spread if line.round_the_clock else daytime
    for number, at in enumerate(when(rng, line.starts_at, line.ends_at, line.calls)):
        body: Json = {"line": identity, "kind": line.kind, "outcome": rng.choice(OUTCOMES)}
        scene.tell(phones[number % len(phones)], "take_call", at, body, How(note={"line": line.kind}))


def _requests(scene: Scene, requests: Requests) -> None:
    """Requests with a promised hour, kept but for a few."""
    rng = scene.rng("requests", requests.kind)
    doors = sorted(by_door(scene.world.residents.get(requests.area, ())))
    times = daytime(rng, requests.starts_at, requests.ends_at, requests.count)
    phone = scene.phone("requests", "caller")
    runner = scene.phone("runner", "field_team", requests.area)
    for number, at in enumerate(times):
        identity = scene.id("request", requests.kind, number)
        promised = at + timedelta(hours=requests.hours)
        scene.tell(
            phone,
            "open_request",
            at,
            {
                "id": identity,
                "area": int(requests.area),
                "kind": requests.kind,
                "dwelling": rng.choice(doors) if doors else None,
                "promised_at": promised,
            },
        )
        steps = STEPS[:1] if number >= requests.count - requests.still_open else STEPS
        for turn, step in enumerate(steps, 1):
            moment = at + (promised - at) * 0.2 * turn
            scene.tell(runner, "update_request", moment, {"request": identity, "step": step})
