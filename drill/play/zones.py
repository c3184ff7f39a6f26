"""Cases and their contacts, the zones designated after them, and what is built on the spot."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from drill.plan import Case, Zone
from drill.play import ground
from drill.play.calls import contacts, homes
from drill.play.sampling import Kit
from drill.play.script import SETUP, How, Json, Scene, daytime
from drill.population import Resident

FOLLOWED = 0.25  # of the contacts, each of the first evenings
HEALTH = ("seen_ok", "seen_ok", "seen_ok", "seen_ok", "missed", "seen_not_ok")
STAYS = ("central", "central", "home")
TESTED = (1, 4)  # days after the last exposure: as the plan of February 2022 has it, as far as the play goes
TEAMS = 4  # who go round to test contacts
Named = tuple[datetime, Resident, datetime]


def write(scene: Scene) -> None:
    """Cases, contacts, zones and works."""
    waiting = list(contacts(scene))
    named: list[Named] = []
    for case in scene.play.cases:
        part, waiting = waiting[: case.contacts], waiting[case.contacts :]
        named += _case(scene, case, part)
    _tests(scene, named)
    for zone in scene.play.zones:
        _zone(scene, zone)
    for work in scene.play.works:
        phone = scene.phone(f"works-{work.organisation}")
        by = scene.people(work.organisation)[0].id
        for number in range(work.quantity if work.unit in ("piece", "building") else 1):
            body: Json = {"kind": work.kind, "area": int(work.area), "place": f"{work.key}-{number + 1}"}
            scene.tell(phone, "record_works", work.at + timedelta(minutes=5 * number), body, How(by=by))


def _case(scene: Scene, case: Case, people: Sequence[Resident]) -> list[Named]:
    """A confirmed person, whose contacts are found within hours and told how long they stay."""
    tracer = scene.account("tracer")
    rng = scene.rng("case", case.key)
    told = max(case.reported_at, scene.play.opened_at) + timedelta(minutes=12)
    on_file = _patients(scene, case.area)
    if not on_file:
        return []
    patient = rng.choice(on_file)
    identity = scene.id("case", case.key)
    onset = None if case.asymptomatic else (case.reported_at - timedelta(days=rng.choice((1, 2)))).date()
    scene.tell(
        tracer,
        "confirm_case",
        told,
        {
            "id": identity,
            "resident": patient.id,
            "positive_at": case.reported_at,
            "onset_date": onset,
        },
        How(setup=True, note={"person": str(patient.id)}),
    )
    found = daytime(rng, told + timedelta(minutes=40), told + timedelta(hours=14), len(people), (0, 24))
    named = [
        (at, person, case.reported_at - timedelta(hours=rng.randrange(4, 48)))
        for at, person in zip(found, people, strict=True)
    ]
    for one in named:
        _contact(scene, case, one, rng)
    return named


def _tests(scene: Scene, named: Sequence[Named]) -> None:
    """Every contact is sampled singly, where they stay, on the days of the plan that the play still reaches.

    Who is named on such a day is sampled on the next.
    """
    end = max((one.due_at for one in scene.play.lists), default=scene.play.opened_at)
    days: dict[date, list[Resident]] = {}
    for at, person, last in named:
        planned = (last.date() + timedelta(days=after) for after in TESTED)
        reached = {max(day, at.date() + timedelta(days=1)) for day in planned if day >= at.date()}
        for day in sorted(day for day in reached if day < end.date()):
            days.setdefault(day, []).append(person)
    staff = scene.people(
        scene.play.sites[0].organisation if scene.play.sites else scene.play.organisations[0].key
    )
    for day, people in sorted(days.items()):
        begin = datetime.combine(day, time(14), scene.play.opened_at.tzinfo)
        kit = Kit(scene, f"C{day:%m%d}", scene.about.area.code, single=True)
        kit.open(begin, begin + timedelta(hours=8))
        times = daytime(scene.rng("tests", day), begin, begin + timedelta(hours=7), len(people), (8, 22))
        for number, turn in enumerate(zip(times, people, strict=True)):
            team = number % TEAMS
            pair = staff[2 * team % len(staff)].id, staff[(2 * team + 1) % len(staff)].id
            kit.fill(scene.phone(f"tests-{team + 1}"), [turn], pair)
        kit.deliver(begin + timedelta(hours=8))


def _contact(scene: Scene, case: Case, what: Named, rng: Random) -> None:
    """Somebody is written down, named as contact, placed, and some are asked the next evening."""
    at, person, last = what
    tracer, contact = scene.account("tracer"), scene.id("contact", case.key, person.id)
    door = person.dwelling if person.dwelling in homes(scene) else None
    how = How(setup=True, note={"org": None, "person": str(person.id)})
    scene.tell_of(scene.desk, "register_person", at - timedelta(minutes=1), ground.person(person, door), how)
    named: Json = {
        "id": contact,
        "case": scene.id("case", case.key),
        "resident": person.id,
        "contact_class": "close",
        "last_exposure_at": last,
    }
    scene.tell(tracer, "name_contact", at, named, How(note={"person": str(person.id)}))
    stays: Json = {"contact": contact, "kind": rng.choice(STAYS)}
    scene.tell(tracer, "place_in_quarantine", at + timedelta(hours=3), stays)
    if rng.random() < FOLLOWED:
        evening = at.replace(hour=18, minute=0) + timedelta(days=1, minutes=rng.randrange(120))
        asked: Json = {"contact": contact, "outcome": rng.choice(HEALTH)}
        scene.tell(tracer, "record_follow_up", evening, asked)


def _patients(scene: Scene, area: str) -> Sequence[Resident]:
    """People on file where a case is; anybody on file where nobody is."""
    loaded = [one.area for one in scene.play.registers if one.loaded]
    here = [one for one in loaded if one == area] or loaded
    return [person for one in here for person in scene.world.residents[one]]


def _zone(scene: Scene, zone: Zone) -> None:
    case = next((one for one in scene.play.cases if one.area == zone.area), None)
    order = [one for one in scene.play.zones if one.area == zone.area]
    start = sum(one.buildings for one in order[: order.index(zone)])
    houses = scene.world.buildings.get(zone.area, ())[start : start + zone.buildings]
    identity = scene.id("zone", zone.key)
    begin = zone.starts_at
    scene.tell(
        "commander",
        "designate_zone",
        begin,
        {
            "id": identity,
            "level": zone.kind,
            "area": int(zone.area),
            "name": zone.notice.zh[:40],
            "from_at": begin,
            "buildings": [one.id for one in houses],
            "notice_number": f"第{scene.play.zones.index(zone) + 1}号",
            "case": scene.id("case", case.key) if case else None,
        },
        SETUP,
    )
    scene.tell(
        scene.desk,
        "publish_notice",
        begin,
        {
            "id": scene.id("notice", "zone", zone.key),
            "area": int(zone.area),
            "title_zh": zone.notice.zh[:40],
            "text_zh": zone.notice.zh,
            "title_en": zone.notice.en[:60],
            "text_en": zone.notice.en,
            "zone": identity,
        },
    )
    if zone.ends_at:
        ended: Json = {"zone": identity, "effective_at": zone.ends_at, "released": True}
        scene.tell("commander", "change_zone", zone.ends_at, ended)
