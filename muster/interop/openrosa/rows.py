"""The lists telephones carry along: buildings, doors, and the work given to the sender. No names of people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import get_language

from muster.core import bulk, prepared
from muster.core.access import Actor, scope, system
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.places.models import Building, Dwelling
from muster.domain.responders import queries as responders
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.models import DwellingState, WorkItem

RIGHT = "interop.submit"
MOST_ROWS = 5_000
MOST_ASKED = 1_000
Row = tuple[str, ...]
KIND = {
    "verify": {"zh": "核实", "en": "verification"},
    "investigate": {"zh": "流调", "en": "case investigation"},
    "follow_up": {"zh": "随访", "en": "follow-up"},
    "test": {"zh": "检测", "en": "test"},
    "resample": {"zh": "单采复核", "en": "single resample"},
    "recheck": {"zh": "复查", "en": "recheck"},
    "deliver": {"zh": "送货", "en": "delivery"},
    "answer": {"zh": "诉求", "en": "request"},
    "visit": {"zh": "扫楼", "en": "building to sweep"},
    "transfer": {"zh": "转运隔离", "en": "transfer to quarantine"},
}
# how often each row was changed: what telephones compare before they overwrite theirs
CHANGES = {
    "buildings": "select entity, count(*) from interop_entitychange"
    " where entity = any(%s::uuid[]) and not creates and state = 'applied' group by 1",
    "dwellings": "select v.dwelling, count(distinct v.id) + count(r.target) from worklists_visit v"
    " left join core_retraction r on r.target = v.id where v.dwelling = any(%s::uuid[]) group by 1",
    "work": "select a.item, count(distinct a.id) + count(r.target) from worklists_attempt a"
    " left join core_retraction r on r.target = a.id where a.item = any(%s::uuid[]) group by 1",
}


def versions(name: str, ids: Iterable[UUID]) -> dict[UUID, int]:
    """The version of rows of a list: 1, and one more for each change. Those that were never changed are not named."""
    found = prepared.fetch(CHANGES[name], [bulk.array(ids)])
    return {identity: 1 + int(n) for identity, n in found}


def _spans(actor: Actor, incident: UUID) -> list[tuple[int, int]]:
    return actor.spans(RIGHT, incident)


def _buildings(actor: Actor, incident: UUID, now: datetime) -> Iterator[Row]:
    yield ("name", "label", "__version", "compound", "address")
    for low, high in _spans(actor, incident):
        found = Building.objects.filter(area__gte=low, area__lt=high)
        listed = list(found.order_by("area", "compound", "name", "id")[:MOST_ROWS])
        counted = versions("buildings", [one.id for one in listed])
        for one in listed:
            yield (str(one.id), one.name, str(counted.get(one.id, 1)), one.compound, one.address)


def _dwellings(actor: Actor, incident: UUID, now: datetime) -> Iterator[Row]:
    yield ("name", "label", "__version", "building", "floor", "outcome")
    for low, high in _spans(actor, incident):
        found = Dwelling.objects.filter(area__gte=low, area__lt=high).select_related("building")
        listed = list(found.order_by("building__name", "floor", "unit", "label")[:MOST_ROWS])
        ids = [one.id for one in listed]
        counted = versions("dwellings", ids)
        states = dict(
            DwellingState.objects.filter(pk__in=ids, incident=incident).values_list("id", "outcome")
        )
        for one in listed:
            floor = "" if one.floor is None else str(one.floor)
            said = (f"{one.building.name} {one.label}", str(counted.get(one.id, 1)), str(one.building_id))
            yield (str(one.id), *said, floor, states.get(one.id, ""))


def own_work(actor: Actor, incident: UUID, now: datetime) -> list[WorkItem]:
    """Open work given to the sender or to a team the sender stands in, the first due first."""
    with scope(system(), incident):
        teams = responders.teams_of([actor.by], now).get(actor.by, [])
    mine = Q(assignee__in=[actor.by, *(team.id for team in teams)])
    mine |= Q(leased_by=actor.by, leased_until__gt=now)
    found = WorkItem.objects.filter(mine, incident=incident, state="open")
    return list(found.order_by("due_at", "id")[:MOST_ROWS])


def _work(actor: Actor, incident: UUID, now: datetime) -> Iterator[Row]:
    yield ("name", "label", "__version", "kind", "due", "building", "door", "last_outcome")
    listed = own_work(actor, incident, now)
    about = {one.subject for one in listed if one.subject_kind == "resident"}
    doors = dict(Resident.objects.filter(pk__in=about, dwelling__isnull=False).values_list("id", "dwelling"))
    doors |= {one.subject: one.subject for one in listed if one.subject_kind == "dwelling"}
    titles = places.dwelling_titles(door for door in doors.values() if door)
    names = sweeps.names_of(listed)
    counted = versions("work", [one.id for one in listed])
    language = "en" if (get_language() or "").startswith("en") else "zh"
    for one in listed:
        door = doors.get(one.subject)
        place = (titles.get(door, "") if door else "") or names.get(one.subject, "")
        due = f"{localtime(one.due_at):%m-%d %H:%M}" if one.due_at else ""
        kind = KIND.get(one.kind, {}).get(language, one.kind)
        label = " · ".join(word for word in (kind, place, due) if word)
        said = (one.kind, due, str(one.building or ""), str(door or ""), one.last_outcome)
        yield (str(one.id), label, str(counted.get(one.id, 1)), *said)


ROWS: dict[str, Callable[[Actor, UUID, datetime], Iterable[Row]]] = {
    "buildings": _buildings,
    "dwellings": _dwellings,
    "work": _work,
}
MODELS = {"buildings": Building, "dwellings": Dwelling, "work": WorkItem}


def standing(name: str, ids: Iterable[UUID], actor: Actor, incident: UUID, now: datetime) -> dict[UUID, bool]:
    """Of these rows those that may be seen here, and whether each is on the list no longer.

    What is unknown is left out, and what lies elsewhere with it: a row that was made without a network and is still
    on its way must not be dropped by the telephone that made it.
    """
    model = MODELS[name]
    known = set(model._default_manager.filter(pk__in=list(ids)[:MOST_ASKED]).values_list("pk", flat=True))
    if name != "work":
        return dict.fromkeys(known, False)
    mine = {one.id for one in own_work(actor, incident, now)}
    return {identity: identity not in mine for identity in known}
