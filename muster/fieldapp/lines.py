"""What a phone that samples holds: pool rules, reasons, the round, tubes that are closed, and doors of homes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from muster.core.access import scope, span, system
from muster.domain.incidents import queries as incidents
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.places.models import Dwelling, Point
from muster.domain.sampling.models import Round, Tube
from muster.domain.sampling.rules import Flag
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import ItemKind
from muster.fieldapp.holder import Holder

Row = dict[str, Any]
MOST_TUBES = 1_500
BACK = timedelta(hours=30)  # a tube of yesterday's round must not be used again


def line(holder: Holder) -> list[Row]:
    """One row of pool rules, one for the round in force; nothing for who may not sample or where nobody is tested."""
    testing = incidents.pack_of(holder.incident).testing
    if testing is None or not holder.actor.spans("sampling.record", holder.incident):
        return []
    pack = incidents.pack_of(holder.incident)
    pools = [{"code": "usual", "zh": "普通", "en": "usual", "size": testing.pool_size.value}]
    pools += [
        {"code": zone.code, "zh": zone.title.zh, "en": zone.title.en, "size": zone.tests.pool_size.value}
        for zone in pack.zones
        if zone.tests
    ]
    home = {"code": "household", "zh": "一户一管", "en": "one household", "size": testing.pool_size.value}
    pools += [
        home,
        {"code": "single", "zh": "单管", "en": "single", "size": testing.isolation_pool_size.value},
    ]
    excuses = [
        {"code": one.code, "zh": one.title.zh, "en": one.title.en, "standing": one.standing.value}
        for one in testing.excuses
    ]
    return [{"id": "rules", "pools": pools, "excuses": excuses}, *_rounds(holder)]


def pools_at(holder: Holder, sites: Sequence[Point]) -> dict[UUID, str]:
    """Of sites in a zone whose people are tested: its pool rule, with which their tubes begin."""
    tested = {zone.code for zone in incidents.pack_of(holder.incident).zones if zone.tests}
    levels = incidents.levels_around([(one.area, one.building) for one in sites], holder.now)
    return {one.id: level for one, level in zip(sites, levels, strict=True) if level in tested}


def _rounds(holder: Holder) -> list[Row]:
    """Rounds that go on now in an area around this phone's, the newest first."""
    now, home = holder.now, holder.device.home_area
    going = Round.objects.filter(Q(to_at=None) | Q(to_at__gt=now), incident=holder.incident, from_at__lte=now)
    found = []
    with scope(system(), holder.incident):  # a round of the whole district is told to the phone of one grid
        held = list(going.order_by("-from_at", "id")[:50])
    for one in held:
        low, high = span(one.area)
        if low <= home < high:
            found.append({"id": str(one.id), "round": one.name, "from_at": one.from_at, "to_at": one.to_at})
    return found


def at_homes(items: Iterable[WorkItem]) -> dict[UUID, Row]:
    """Of tests at homes: the round and the door of each, so that a pair finds it without a network."""
    tests = [one for one in items if one.kind in (ItemKind.TEST, ItemKind.RESAMPLE)]
    rows = Resident.objects.filter(pk__in=[one.subject for one in tests], dwelling__isnull=False)
    home = dict(rows.values_list("id", "dwelling"))
    doors = Dwelling.objects.in_bulk(set(home.values()))
    names = dict(places.building_names({one.building_id for one in doors.values()}))
    found: dict[UUID, Row] = {}
    for one in tests:
        found[one.id] = {"round": one.occasion.removeprefix("round:") if one.kind == ItemKind.TEST else None}
        if door := doors.get(home.get(one.subject)):
            found[one.id] |= {
                "dwelling": str(door.id), "label": door.label, "floor": door.floor, "unit": door.unit,
                "building": str(door.building_id), "house": names.get(door.building_id, ""),
            }  # fmt: skip
    return found


def tubes(holder: Holder) -> list[Row]:
    """Tubes of the sites near, begun since yesterday: a code that comes again is seen before anybody sits in it."""
    near = Q(pk__in=[])
    for low, high in holder.actor.spans("sampling.record", holder.incident):
        near |= Q(area__gte=low, area__lt=high)
    home = span(holder.device.home_area)
    sites = Point.objects.filter(
        near, incident=holder.incident, kind="site", area__gte=home[0], area__lt=home[1]
    )
    found = Tube.objects.filter(
        site__in=list(sites.values_list("id", flat=True)[:100]), first_at__gt=holder.now - BACK
    )
    return [
        {"id": str(one.id), "code": one.code, "site": str(one.site), "state": one.state, "seats": one.seats}
        | ({"mixed": True} if Flag.HOUSEHOLDS_MIXED in one.flags else {})
        for one in found.order_by("-first_at", "id")[:MOST_TUBES]
    ]
