"""Opening incidents, designating and changing zones, recording works."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import F

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.core.vault import create_keys, is_destroyed
from muster.domain.incidents import queries
from muster.domain.incidents.models import Incident, PackChange, Works, Zone, ZoneBuilding, ZoneChange
from muster.domain.incidents.rules import Change, WorksKind, zone_state
from muster.protocols import load, names

FACT = ("id", "incident", "area", "at", "by", "device")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LONGEST = 120


class UnknownPack(Refusal):
    """No protocol pack of this name is installed."""

    code = "incidents.unknown_pack"
    status = 422
    texts = {
        "zh": "没有名为“{pack}”的防控方案。可用的有：{known}。",
        "en": "There is no protocol pack called “{pack}”. Installed: {known}.",
    }


class CodeTaken(Refusal):
    """Another incident has this code."""

    code = "incidents.code_taken"
    texts = {
        "zh": "代码“{code}”已用于另一个事件，请换一个。",
        "en": "The code “{code}” belongs to another incident. Choose another one.",
    }


class Closed(Refusal):
    """The incident is closed: nothing new is recorded in it."""

    code = "incidents.closed"
    texts = {
        "zh": "事件已结束，不再记录新内容。手机送来的记录已加密保存；重新开启事件后会自动处理。",
        "en": "The incident is closed; nothing new is recorded in it. What telephones send is kept sealed, and taken "
        "up if the incident is opened again.",
    }


class Erased(Refusal):
    """The personal data of the incident was destroyed; there is nothing to open or to add to."""

    code = "incidents.erased"
    status = 410
    texts = {
        "zh": "事件“{incident}”的个人信息已依法销毁，不可恢复。已发布的报告和销毁证明由指挥部保管。",
        "en": "The personal data of the incident “{incident}” was destroyed and cannot be restored. The command post "
        "keeps the published reports and the certificate.",
    }


class OpenIncident(msgspec.Struct, frozen=True):
    """Open an incident at an area under a protocol pack."""

    id: UUID
    code: str
    area: int
    title_zh: str
    title_en: str
    pack: str
    opened_at: datetime


class ChangePack(msgspec.Struct, frozen=True):
    """Bring another pack into force, as a dated decision."""

    pack: str


class DesignateZone(msgspec.Struct, frozen=True):
    """Put buildings under a level from an hour on."""

    id: UUID
    level: str
    area: int
    name: str
    from_at: datetime
    buildings: list[UUID] = []
    notice_number: str = ""
    hotlines: list[str] = []
    case: UUID | None = None


class ChangeZone(msgspec.Struct, frozen=True):
    """Another level, or release, effective at an hour."""

    zone: UUID
    effective_at: datetime
    level: str = ""
    released: bool = False
    notice_number: str = ""


class RecordWorks(msgspec.Struct, frozen=True):
    """Works on the spot in an area."""

    kind: WorksKind
    area: int
    place: str = ""
    zone: UUID | None = None


def open_incidents(*, told: Sequence[Told[OpenIncident]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Open incidents; makes the keys of each before the first person is recorded."""
    done = Done()
    rows = []
    for one in told:
        body = one.body
        if not by.may("incidents.open", body.area, None):
            done.refused[one.id] = NotAllowed(right="incidents.open")
        elif body.pack not in names():
            done.refused[one.id] = UnknownPack(pack=body.pack, known=", ".join(names()))
        elif bad := _bad(body):
            done.refused[one.id] = bad
        else:
            create_keys(None)
            if not queries.is_known(body.id):  # one that was erased gets no key again
                create_keys(body.id)
            rows.append(
                (body.id, body.area, body.code, body.title_zh, body.title_en, body.pack, body.opened_at)
            )
    bulk.insert(Incident, ("id", "area", "code", "title_zh", "title_en", "pack", "opened_at"), rows)
    for row in rows:
        journal.write(action="incidents.open", by=by, incident=row[0], area=row[1], subjects=[row[0]])
    return done


def _bad(body: OpenIncident) -> Refusal | None:
    """What is wrong with the names of an incident; a code is that of one incident for ever."""
    if not CODE.fullmatch(body.code):
        return BadInput(problem=f"code: {body.code[:40]}")
    if not (0 < len(body.title_zh.strip()) <= LONGEST and 0 < len(body.title_en.strip()) <= LONGEST):
        return BadInput(problem="title")
    if Incident.objects.filter(code=body.code).exclude(pk=body.id).exists():
        return CodeTaken(code=body.code)
    return None


def close(*, incident: UUID, reason: str, by: Actor, now: datetime) -> None:
    """End an incident: from now on what arrives is kept aside and the desk only reads. Closed twice is closed once."""
    held = _held(incident, by)
    if not reason.strip():
        raise BadInput(problem="reason")
    if held.closed_at is None:
        Incident.objects.filter(pk=incident).update(closed_at=now)
        journal.write(action="incidents.close", by=by, incident=incident, area=held.area, reason=reason)


def reopen(*, incident: UUID, reason: str, by: Actor) -> None:
    """Open a closed incident again; what was kept aside is taken up by the clock."""
    held = _held(incident, by)
    if not reason.strip():
        raise BadInput(problem="reason")
    if is_destroyed(incident):
        raise Erased(incident=held.code)
    if held.closed_at is not None:
        Incident.objects.filter(pk=incident).update(closed_at=None)
        journal.write(action="incidents.reopen", by=by, incident=incident, area=held.area, reason=reason)


def _held(incident: UUID, by: Actor) -> Incident:
    held = Incident.objects.select_for_update().filter(pk=incident).first()
    if held is None:
        raise NotAllowed(right="incidents.close")
    by.require("incidents.close", held.area, incident)
    return held


def require_open(incident: UUID) -> None:
    """Refuse to add anything to an incident that has ended."""
    if queries.is_closed(incident):
        raise Closed


def change_packs(*, told: Sequence[Told[ChangePack]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Bring another pack into force."""
    done = Done()
    held = Incident.objects.select_for_update().filter(pk=incident).first()
    if held is None:  # nobody locks what they may not change
        done.refused |= {one.id: NotAllowed(right="incidents.zone") for one in told}
        return done
    for one in sorted(told, key=lambda o: (o.at, o.id)):
        if not by.may("incidents.zone", held.area, incident):
            done.refused[one.id] = NotAllowed(right="incidents.zone")
        elif one.body.pack not in names():
            done.refused[one.id] = UnknownPack(pack=one.body.pack, known=", ".join(names()))
        else:
            load(one.body.pack)
            row = (one.id, incident, held.area, one.at, one.by, one.device, one.body.pack, held.pack)
            bulk.insert(PackChange, (*FACT, "pack", "before"), [row])
            held.pack = one.body.pack
            journal.write(
                action="incidents.pack",
                by=by,
                incident=incident,
                area=held.area,
                subjects=[one.id],
                detail={"pack": one.body.pack},
            )
    _bring_into_force(incident, held.pack)
    return done


def _bring_into_force(incident: UUID, pack: str) -> None:
    Incident.objects.filter(pk=incident).update(pack=pack)
    queries.forget_pack(incident)


def reconsider_packs(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a decision on the protocol was taken back: the one decided last that stands, or that of the opening."""
    held = Incident.objects.select_for_update().get(pk=incident)
    decided = PackChange.objects.filter(incident=incident).order_by("tx", "at", "id")
    standing = decided.exclude(id__in=Retraction.objects.values("target")).last()
    opening = decided.first()
    _bring_into_force(incident, standing.pack if standing else opening.before if opening else held.pack)
    return Done()


def designate_zones(*, told: Sequence[Told[DesignateZone]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Designate zones over buildings. A person decides: only who may decide on zones can."""
    done = Done()
    allowed = by.allowed("incidents.zone", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="incidents.zone")
    good = done.stored(told)
    _store_zones([one.body for one in good], incident)
    facts = []
    for one in good:
        body = one.body
        said = (body.id, body.level, False, body.notice_number)
        facts.append((one.id, incident, body.area, body.from_at, one.by, one.device, *said))
    _add_changes(facts, by, incident, now, done)
    return done


def _store_zones(bodies: Sequence[DesignateZone], incident: UUID) -> None:
    """The zones and which buildings are theirs."""
    columns = (
        "id", "incident", "area", "name", "level", "notice_number", "from_at", "since", "hotlines", "case"
    )  # fmt: skip
    zones = [
        (b.id, incident, b.area, b.name, b.level, b.notice_number, b.from_at, b.from_at, b.hotlines, b.case)
        for b in bodies
    ]
    bulk.insert(Zone, columns, zones)
    parts = [
        (derive_id(zone.id, building), incident, zone.area, zone.id, building)
        for zone in bodies
        for building in zone.buildings
    ]
    bulk.insert(ZoneBuilding, ("id", "incident", "area", "zone", "building"), parts)


def change_zones(*, told: Sequence[Told[ChangeZone]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Change levels or release zones."""
    done = Done()
    areas = dict(Zone.objects.filter(pk__in=[one.body.zone for one in told]).values_list("id", "area"))
    allowed = by.allowed("incidents.zone", areas.values(), incident)
    facts = []
    for one in told:
        body = one.body
        area = areas.get(body.zone)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.refused[one.id] = NotAllowed(right="incidents.zone")
        elif not body.released and not body.level:
            done.refused[one.id] = BadInput(problem="level")
        else:
            said = (body.zone, body.level, body.released, body.notice_number)
            facts.append((one.id, incident, area, body.effective_at, one.by, one.device, *said))
    _add_changes(facts, by, incident, now, done)
    return done


def _add_changes(
    facts: Sequence[tuple[object, ...]], by: Actor, incident: UUID, now: datetime, done: Done
) -> None:
    if not facts:
        return
    bulk.insert(ZoneChange, (*FACT, "zone", "level", "released", "notice_number"), facts)
    zones = {UUID(str(fact[6])) for fact in facts}
    recompute_zones(zones, now)
    area = min(int(str(fact[2])) for fact in facts)
    journal.write(action="incidents.zone", by=by, incident=incident, area=area, subjects=zones)
    done.touch("incidents.zone", zones)


def recompute_zones(zones: set[UUID], now: datetime) -> None:
    """Derive the state of zones from their dated changes; one whose changes were all taken back never held."""
    bulk.lock(Zone, zones)
    changes: dict[UUID, list[Change]] = {}
    rows = ZoneChange.objects.filter(zone__in=zones).exclude(id__in=Retraction.objects.values("target"))
    for fact in rows:
        change = Change(at=fact.at, id=str(fact.id), level=fact.level, released=fact.released)
        changes.setdefault(fact.zone, []).append(change)
    states = [(zone, state) for zone, listed in changes.items() if (state := zone_state(listed, now))]
    bulk.update(
        Zone,
        ("id", "level", "since", "released_at", "next_change_at"),
        [(z, s.level, s.since, s.released_at, s.next_change_at) for z, s in states],
    )
    Zone.objects.filter(pk__in=zones - set(changes)).update(released_at=F("since"), next_change_at=None)


def wake_zones(now: datetime) -> int:
    """Bring what was decided for this hour into force; returns how many zones."""
    due = set(Zone.objects.filter(next_change_at__lte=now).values_list("id", flat=True))
    recompute_zones(due, now)
    return len(due)


def reconsider_changes(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive again the zones these changes were about."""
    done = Done()
    zones = set(ZoneChange.objects.filter(pk__in=facts).values_list("zone", flat=True))
    recompute_zones(zones, now)
    done.touch("incidents.zone", zones)
    return done


def record_works(*, told: Sequence[Told[RecordWorks]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record works on the spot."""
    done = Done()
    allowed = by.allowed("incidents.works", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="incidents.works")
    rows = [
        (
            one.id,
            incident,
            one.body.area,
            one.at,
            one.by,
            one.device,
            one.body.kind,
            one.body.place,
            one.body.zone,
        )
        for one in done.stored(told)
    ]
    if rows:
        bulk.insert(Works, (*FACT, "kind", "place", "zone"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="incidents.works", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done
