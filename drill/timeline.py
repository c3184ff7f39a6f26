"""The play in order of time: every dated step, and every shift of every rota."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from drill.plan import Gate, Part, Play, Rota


class Shift(Part, frozen=True, kw_only=True):
    """One group of an organisation on duty: persons number `first_person` … of that rota's people."""

    rota: str
    organisation: str
    post: str
    area: str
    starts_at: datetime
    ends_at: datetime
    first_person: int
    people: int


def shifts(rotas: Sequence[Rota | Gate], zone: datetime) -> Iterator[Shift]:
    """Every shift of the rotas and gates, in order of rota, day and start; `zone` lends its time zone."""
    for rota in rotas:
        post = rota.post if isinstance(rota, Rota) else "gate"
        for day in range(rota.days):
            for group, start in enumerate(rota.starts):
                begin = datetime.combine(rota.first + timedelta(day), time.fromisoformat(start), zone.tzinfo)
                yield Shift(
                    rota=rota.key,
                    organisation=rota.organisation,
                    post=post,
                    area=rota.area,
                    starts_at=begin,
                    ends_at=begin + timedelta(hours=rota.hours),
                    first_person=group * rota.people,
                    people=rota.people,
                )


class Step(Part, frozen=True, kw_only=True):
    """One dated thing of the play, for whoever plays it in order."""

    at: datetime
    incident: str
    what: str
    key: str


def headcounts(play: Play) -> dict[str, int]:
    """How many people each organisation needs for its largest part: batches, gates, rotas, sign-ups, calls."""
    most: dict[str, int] = {}

    def need(organisation: str, people: int) -> None:
        """Raise an organisation's head-count."""
        most[organisation] = max(most.get(organisation, 0), people)

    for organisation in play.organisations:
        need(organisation.key, 1)
        batches = sum(b.people + b.absent for b in play.batches if b.organisation == organisation.key)
        gates = sum(g.people * len(g.starts) for g in play.gates if g.organisation == organisation.key)
        rotas = sum(r.people * len(r.starts) for r in play.rotas if r.organisation == organisation.key)
        signed_up = sum(c.people for c in play.callouts if c.organisation == organisation.key)
        need(organisation.key, max(batches, gates, rotas, signed_up))
    for wanted in play.lists:
        need(wanted.verified_by, wanted.callers)
    for sweep in play.sweeps:
        need(sweep.organisation, sweep.pairs * 2)
    for site in play.sites:
        need(site.organisation, site.desks * 2)
    return most


MOMENTS = (
    "sent_at",
    "muster_at",
    "depart_at",
    "arrive_at",
    "received_at",
    "release_at",
    "reported_at",
    "issued_at",
    "starts_at",
    "opens_at",
    "closes_at",
    "ends_at",
    "need_at",
    "first_at",
    "at",
    "structure_at",
)


def steps(incident: str, play: Play) -> list[Step]:
    """Every moment named in the play as `section.field`, and every shift, in order of time."""
    found = [Step(at=play.opened_at, incident=incident, what="incident.opened_at", key=incident)]
    if play.structure_at:
        found.append(Step(at=play.structure_at, incident=incident, what="structure_at", key=incident))
    for section in play.__struct_fields__:
        parts = getattr(play, section)
        for number, part in enumerate(parts if isinstance(parts, tuple) else ()):
            key = getattr(part, "key", str(number))
            moments = [(name, getattr(part, name, None)) for name in MOMENTS]
            found += [
                Step(at=at, incident=incident, what=f"{section}.{name}", key=key)
                for name, at in moments
                if isinstance(at, datetime)
            ]
    found += [
        Step(at=s.starts_at, incident=incident, what="shifts.starts_at", key=s.rota)
        for s in shifts((*play.rotas, *play.gates), play.opened_at)
    ]
    return sorted(found, key=lambda step: (step.at, step.what, step.key))
