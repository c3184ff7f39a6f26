"""Who was one person at an earlier point: decisions made or taken back since then are undone for counting."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from muster.domain.people.models import Identity, Resident
from muster.domain.people.rules import SAME, Decision, Twin, canonical, twins

SINCE = """
select s.a, s.b from people_sameperson s where s.incident = %(incident)s and (s.tx >= %(as_of)s
    or exists (select from core_retraction r where r.target = s.id and r.tx >= %(as_of)s))
"""
BEFORE = """
select s.at, s.id, s.a, s.b, s.decision from people_sameperson s
where s.incident = %(incident)s and s.tx < %(as_of)s and (s.a = any(%(touched)s) or s.b = any(%(touched)s))
    and not exists (select from core_retraction r where r.target = s.id and r.tx < %(as_of)s)
"""


def undone(incident: UUID, as_of: int) -> dict[UUID, UUID]:
    """The person of each resident who is another one now than at `as_of`; usually nobody."""
    with connection.cursor() as cursor:
        cursor.execute(SINCE, {"incident": incident, "as_of": as_of})
        touched = {resident for row in cursor.fetchall() for resident in row}
        if not touched:
            return {}
        # everybody who stands in a group that was changed since, on either side of the change
        groups = Resident.objects.filter(pk__in=touched).values("canonical")
        touched |= set(Resident.objects.filter(canonical__in=groups).values_list("id", flat=True))
        cursor.execute(BEFORE, {"incident": incident, "as_of": as_of, "touched": list(touched)})
        decisions = [Decision(at, one, a, b, said == SAME) for at, one, a, b, said in cursor.fetchall()]
    standing = Resident.objects.filter(pk__in=touched, withdrawn_at=None).values("id")
    papers = Identity.objects.filter(pk__in=standing, document_x__isnull=False)
    alike = twins(
        Twin(one, bytes(paper or b""), bytes(name) if name else None, area)
        for one, paper, name, area in papers.values_list("resident", "document_x", "name_x", "area")
    )
    return canonical(touched, decisions, alike)
