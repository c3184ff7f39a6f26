"""What an imported resident may be in use for since: lists, calls, cases, contacts, samples, passes, requests."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from muster.core.access import scope, system

# table and column that name a resident; only uses from elsewhere than the import itself count
USES = (
    ("worklists_listentry", "resident", " and u.returned_at is null"),
    ("worklists_attempt", "subject", ""),
    ("cases_case", "resident", " and u.withdrawn_at is null"),
    ("cases_contact", "resident", " and u.state <> 'withdrawn'"),
    ("sampling_sampletaken", "resident", ""),
    ("passes_pass", "resident", ""),
    ("helpline_request", "resident", ""),
)
USED = "select r.id from people_resident r where r.batch = %s and r.withdrawn_at is null and ({uses})"
USE = "exists (select from {table} u where u.{column} = r.id{more})"


def in_use(batch: UUID, incident: UUID) -> set[UUID]:
    """Residents of an import that something points at. Uses in other areas count: looked at with the system's eyes."""
    uses = " or ".join(USE.format(table=table, column=column, more=more) for table, column, more in USES)
    with scope(system(incident=incident), incident), connection.cursor() as cursor:
        cursor.execute(USED.format(uses=uses), [batch])
        return {row[0] for row in cursor.fetchall()}
