"""What exact keys leave over: the new people of an import weighed against everybody they might be.

Names are in clear in the memory of the job only: of people who share a telephone, a door or the sound of a name with
somebody new, and of some hundreds more, by whom it learns how common a name is. Nothing is joined here: likely pairs
are put before a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from muster.core import bulk
from muster.core.vault import vault
from muster.domain.people import actions as people
from muster.domain.people import sealing
from muster.domain.people.models import Identity, Resident
from muster.interop.models import Import

MOST, COMMON = 50_000, 500
WORTH_A_LOOK = 0.3  # a person decides: better one pair too many than a person called twice
CHUNK = 5_000
COLUMNS = {"name": "name", "document": "id", "phone": "phone", "address": "address", "born": "number"}
NEW = """
select r.id from people_resident r where r.batch = %s and r.withdrawn_at is null and r.canonical = r.id
and not exists (select from people_likeness l where l.a = r.id) order by r.id limit %s
"""
# Everybody known from elsewhere who shares a block with somebody new.
NEAR = """
with mine as materialized (
  select i.phone_x, i.sound_x, r.dwelling
  from people_identity i join people_resident r on r.id = i.resident
  where i.resident = any(%(new)s::uuid[]))
select o.resident from people_identity o join people_resident r on r.id = o.resident
where r.batch is distinct from %(batch)s and r.withdrawn_at is null and (
  o.phone_x in (select phone_x from mine) or o.sound_x in (select sound_x from mine)
  or r.dwelling in (select dwelling from mine)) limit %(most)s
"""
OTHERS = """
select r.id from people_resident r where r.batch is distinct from %(batch)s and r.withdrawn_at is null
and r.id <> all(%(near)s::uuid[]) order by r.id limit %(most)s
"""


def compare(made: Import, now: datetime) -> int:
    """Weigh the new people of an import against those known; returns how many pairs were put before a person."""
    with connection.cursor() as cursor:
        cursor.execute(NEW, [made.id, MOST])
        new = [row[0] for row in cursor.fetchall()]
        if not new:
            return 0
        cursor.execute(NEAR, {"new": bulk.array(new), "batch": made.id, "most": 4 * MOST})
        near = [row[0] for row in cursor.fetchall()]
        if not near:
            return 0
        cursor.execute(
            OTHERS, {"near": bulk.array(near), "batch": made.id, "most": max(0, COMMON - len(near))}
        )
        near += [row[0] for row in cursor.fetchall()]
    from muster.engines.analysis.linkage.linking import (  # its libraries take a moment to load
        Options,
        link_frames,
    )
    from muster.engines.analysis.linkage.spec import read

    spec = read({"id": "id", "columns": COLUMNS})
    wish = Options(threshold=WORTH_A_LOOK)
    linked = link_frames(_frame(new, made.incident), _frame(near, made.incident), spec, wish)
    pairs = [
        people.Pair(
            UUID(one.left_id), UUID(one.right_id), "linkage", round(one.probability, 4),
            tuple((part.column, round(part.weight, 1)) for part in one.parts),
        )
        for one in linked.pairs
    ]  # fmt: skip
    return people.propose(pairs=pairs, batch=made.id, incident=made.incident, now=now)


def _frame(residents: Iterable[UUID], incident: UUID) -> dict[str, list[str | None]]:
    """The words of residents as columns of text."""
    held, listed = vault(incident), list(residents)
    born = dict(Resident.objects.filter(pk__in=listed).values_list("id", "birth_year"))
    frame: dict[str, list[str | None]] = {name: [] for name in ("id", *COLUMNS)}
    for start in range(0, len(listed), CHUNK):
        for row in Identity.objects.filter(pk__in=listed[start : start + CHUNK]).order_by("resident"):
            clear = sealing.opened(held, row)
            year = born.get(row.resident)
            frame["id"].append(str(row.resident))
            frame["born"].append(str(year) if year else None)
            for name in ("name", "document", "phone", "address"):
                frame[name].append(getattr(clear, name) or None)
    return frame
