"""Where everybody who is due stands in a round: counted by community, building and door, and listed.

A sample counts most, then what was said about the person, then what a shut door or a call in the time of the
round says; the rest is unknown. Counts of a whole district come from the few about whom something is known:
`sampling_coverage_done`, `sampling_coverage_excused` and `people_resident_head` are read alone, and
`worklists_door_shut` and `worklists_item_said` hold the doors and calls that say something. A community or
a building is read person by person, with one probe of each index.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, prepared
from muster.core.access import span
from muster.core.plans import by_hashing, by_index
from muster.domain.incidents import queries as incidents
from muster.domain.sampling.models import Round
from muster.domain.sampling.rules import Standing, occasion

COMMUNITY = 1_000  # area codes are grouped by what is left when the grid is taken away
LEFT = (Standing.AWAY, Standing.REFUSED, Standing.UNKNOWN)
DUE = (
    "r.incident = (select muster_incident()) and r.area >= %(low)s and r.area < %(high)s"
    " and r.canonical = r.id and r.withdrawn_at is null"
)
# what a door or a call says about who lives there or was called; nothing is written down twice
DOOR = """d.outcome in ('absent', 'empty', 'refused') and d.last_at >= %(begin)s and d.last_at < %(end)s"""
CALL = """(i.last_outcome = 'moved' and i.last_at > r.said_at or i.last_outcome = 'refused' and
    i.occasion = %(occasion)s) and i.last_at < %(end)s"""
SAYS_DOOR = "case d.outcome when 'refused' then 'refused' else 'away' end"
SAYS_CALL = "case i.last_outcome when 'refused' then 'refused' else 'away' end"
WHO = f"""
select r.id, r.area, r.dwelling, c.reason,
    case when c.samples > 0 then 'done' when c.excuse <> '' then c.excuse else coalesce(h.standing, 'unknown') end
        as standing, c.samples is not null and c.samples = 0 and c.excuse <> '' as said
from people_resident r
left join sampling_coverage c on c.resident = r.id and c.round = %(round)s
left join lateral (
    select x.standing from (
        select {SAYS_DOOR} standing, d.last_at at, d.id from worklists_dwellingstate d
        where d.id = r.dwelling and {DOOR}
        union all
        select {SAYS_CALL}, i.last_at, i.id from worklists_workitem i where i.subject = r.id and {CALL}
    ) x order by x.at desc, x.id desc limit 1) h on true
where {DUE}
"""  # noqa: S608
SAID = f"""
select distinct on (x.resident) x.resident, x.area, x.standing from (
    select r.id resident, r.area, {SAYS_DOOR} standing, d.last_at at, d.id from worklists_dwellingstate d
    join people_resident r on r.dwelling = d.id
    where {DOOR} and d.area >= %(low)s and d.area < %(high)s and {DUE}
    union all
    select r.id, r.area, {SAYS_CALL}, i.last_at, i.id from worklists_workitem i
    join people_resident r on r.id = i.subject where i.last_outcome in ('moved', 'refused') and {CALL} and {DUE}
) x where not exists (select from sampling_coverage c where c.resident = x.resident and c.round = %(round)s
    and (c.samples > 0 or c.excuse <> ''))
order by x.resident, x.at desc, x.id desc
"""  # noqa: S608
# the old, those with a vulnerability, and contacts who are followed come first
PRESSING = """
select r.id from people_resident r where r.id = any(%s::uuid[]) and (cardinality(r.vulnerabilities) > 0
    or r.birth_year <= %s or exists (select from cases_contact k
        where k.resident = r.id and k.state in ('followed', 'symptomatic', 'lost')))
"""
EXCUSED = "c.samples = 0 and c.excuse <> '' and c.excuse"
KNOWN = "c.round = %(round)s and c.known and c.area >= %(low)s and c.area < %(high)s"
LIVING = "r.dwelling in (select id from places_dwelling where building_id = %(building)s)"


class Counts(msgspec.Struct, frozen=True):
    """How many are due somewhere, and where they stand."""

    due: int = 0
    done: int = 0
    exempt: int = 0
    away: int = 0
    refused: int = 0

    @property
    def unknown(self) -> int:
        """Those of whom nothing is known."""
        return self.due - self.done - self.exempt - self.away - self.refused

    @property
    def left(self) -> int:
        """Who is still to be tested: everybody but the tested and the exempt."""
        return self.due - self.done - self.exempt

    @property
    def asked(self) -> int:
        """The denominator: everybody who is due and not exempt."""
        return self.due - self.exempt


class Covered(msgspec.Struct, frozen=True):
    """The counts of a community, a building (None: people without a door) or a door."""

    key: Any
    counts: Counts
    name: str = ""


class Person(msgspec.Struct, frozen=True):
    """Somebody who is due: where they live and stand, and the reason that was given."""

    id: UUID
    area: int
    dwelling: UUID | None
    reason: str | None
    standing: str
    said: bool


def _values(test_round: Round, area: int | None, **more: Any) -> dict[str, Any]:
    low, high = span(test_round.area)
    if area is not None:
        inner = span(area)
        low, high = max(low, inner[0]), min(high, inner[1])
    far = datetime.max.replace(tzinfo=test_round.from_at.tzinfo)
    return {
        "round": test_round.id, "low": low, "high": high, "begin": test_round.from_at,
        "end": test_round.to_at or far, "occasion": occasion(test_round.id), **more,
    }  # fmt: skip


def _fetch(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def by_community(test_round: Round, area: int | None = None) -> list[Covered]:
    """Everybody by community, within the round's area or a part of it."""
    values = _values(test_round, area)
    group = f"area / {COMMUNITY}"
    with by_index():
        due = _fetch(f"select r.{group}, count(*) from people_resident r where {DUE} group by 1", values)  # noqa: S608
        known = _fetch(
            f"select c.{group}, 'done', count(*) from sampling_coverage c where {KNOWN} and c.samples > 0 group by 1"  # noqa: S608
            f" union all select c.{group}, c.excuse, count(*) from sampling_coverage c where {KNOWN}"
            " and c.samples = 0 and c.excuse <> '' group by 1, 2",
            values,
        )
    with by_hashing():  # row security hides how many rows there are: nested loops would take minutes
        said = _fetch(f"select y.{group}, y.standing, count(*) from ({SAID}) y group by 1, 2", values)  # noqa: S608
    found: dict[int, dict[str, int]] = {community: {"due": number} for community, number in due}
    for community, standing, number in (*known, *said):
        held = found.setdefault(community, {})
        held[standing] = held.get(standing, 0) + number
    return [Covered(one * COMMUNITY, Counts(**counts)) for one, counts in sorted(found.items())]


COUNTED = (
    "count(*), count(*) filter (where w.standing = 'done'), count(*) filter (where w.standing = 'exempt'),"
    " count(*) filter (where w.standing = 'away'), count(*) filter (where w.standing = 'refused')"
)


def by_building(test_round: Round, area: int) -> list[Covered]:
    """Everybody of a community by building, most people left first."""
    rows = _fetch(
        f"select d.building_id, {COUNTED} from ({WHO}) w left join places_dwelling d on d.id = w.dwelling group by 1",  # noqa: S608
        _values(test_round, area),
    )
    found = [Covered(row[0], Counts(*row[1:])) for row in rows]
    return sorted(found, key=lambda one: (-one.counts.left, str(one.key)))


def by_dwelling(test_round: Round, building: UUID) -> list[Covered]:
    """Everybody of a building door by door, in the order of the floors."""
    rows = _fetch(
        f"select d.id, d.label, {COUNTED} from ({WHO} and {LIVING}) w join places_dwelling d on d.id = w.dwelling"  # noqa: S608
        " group by d.id, d.label, d.floor, d.unit order by d.floor nulls last, d.unit, d.label",
        _values(test_round, None, building=building),
    )
    return [Covered(row[0], Counts(*row[2:]), row[1]) for row in rows]


# the few a rare standing can be looked for among: a list of them never walks a whole district
AMONG = {
    Standing.DONE: f"select c.area, c.resident from sampling_coverage c where {KNOWN} and c.samples > 0",  # noqa: S608
    Standing.EXEMPT: f"select c.area, c.resident from sampling_coverage c where {KNOWN} and {EXCUSED} = 'exempt'",  # noqa: S608
}
for _one in (Standing.AWAY, Standing.REFUSED):
    AMONG[_one] = (
        f"select c.area, c.resident from sampling_coverage c where {KNOWN} and {EXCUSED} = '{_one}'"  # noqa: S608
        f" union all select s.area, s.resident from ({SAID}) s where s.standing = '{_one}'"
    )


class Wish(msgspec.Struct, frozen=True):
    """Whom to list: of an area, a building, a door, or one; `left` is all who are still to be tested, `any` all."""

    area: int | None = None
    building: UUID | None = None
    dwelling: UUID | None = None
    standing: str = "left"
    resident: UUID | None = None


def people(
    test_round: Round, wish: Wish, *, after: tuple[int, UUID] | None = None, size: int = 50
) -> list[Person]:
    """People who stand so in a round, by area and id."""
    sql, standing = WHO, wish.standing
    values = _values(test_round, wish.area, building=wish.building, dwelling=wish.dwelling, size=size)
    if after is not None:
        sql += " and (r.area, r.id) > (%(after_area)s, %(after_id)s)"
        values |= {"after_area": after[0], "after_id": after[1]}
    if wish.resident is not None:
        sql, values["resident"] = sql + " and r.id = %(resident)s", wish.resident
    elif wish.dwelling is not None:
        sql += " and r.dwelling = %(dwelling)s"
    elif wish.building is not None:
        sql += f" and {LIVING}"
    elif standing in AMONG:
        sql, values["few"] = sql + " and r.id = any(%(few)s::uuid[])", _few(Standing(standing), values)
    values["standings"] = {"left": list(LEFT), "any": list(Standing)}.get(standing, [standing])
    with by_index():
        rows = _fetch(
            f"select * from ({sql}) w where w.standing = any(%(standings)s) order by w.area, w.id limit %(size)s",  # noqa: S608
            values,
        )
    return [Person(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


def _few(standing: Standing, values: dict[str, Any]) -> list[UUID]:
    """A page of the ids of those who stand so, in the order of the list."""
    beyond = "where (x.area, x.resident) > (%(after_area)s, %(after_id)s)" if "after_id" in values else ""
    sql = f"select x.resident from ({AMONG[standing]}) x {beyond} order by x.area, x.resident limit %(size)s"  # noqa: S608
    with by_hashing():
        return [row[0] for row in _fetch(sql, values)]


def count_left(test_round: Round, area: int, building: UUID | None = None) -> int:
    """How many are still to be tested in an area or a building."""
    if building is not None:
        return sum(one.counts.left for one in by_dwelling(test_round, building))
    return sum(one.counts.left for one in by_community(test_round, area))


def pressing(residents: Iterable[UUID], incident: UUID, now: datetime) -> set[UUID]:
    """Those of these people who are sampled first; old is who may show paper at gates for their age."""
    gates = incidents.pack_of(incident).gates
    born = now.year - gates.paper_from_age.value if gates else 0
    return {row[0] for row in prepared.fetch(PRESSING, [bulk.array(residents), born])}
