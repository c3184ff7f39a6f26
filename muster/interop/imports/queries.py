"""Reads of imports: the list, one with its words, its rows, how far a job is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from muster.core.vault import vault
from muster.domain.people import queries as people
from muster.domain.people.queries import Masked
from muster.domain.worklists import naming
from muster.domain.worklists.models import ListEntry
from muster.interop.imports import keeping
from muster.interop.imports.listing import list_id
from muster.interop.models import Import, ImportRow

PROGRESS = """
select application_name from pg_stat_activity where application_name like %s and datname = current_database()
"""


def imports(incident: UUID) -> QuerySet[Import]:
    """The imports of this scope, newest first."""
    return Import.objects.filter(incident=incident).order_by("-uploaded_at", "-id").defer("shown_c")


def words(made: Import) -> dict[str, Any]:
    """Header, file name and masked first rows of an import."""
    found: dict[str, Any] = keeping.open_words(vault(made.incident), "interop_import", made.id, made.shown_c)
    return found


def rows(made: Import, result: str = "", after: int = 0, size: int = 50) -> list[ImportRow]:
    """Rows of the report from a row number on."""
    found = ImportRow.objects.filter(upload=made, row__gt=after).order_by("row")
    return list((found.filter(result=result) if result else found)[:size])


def said(listed: Sequence[ImportRow]) -> dict[int, dict[str, Any]]:
    """The masked words of rows that wait."""
    if not listed:
        return {}
    held = vault(listed[0].incident)
    return {one.row: keeping.open_words(held, "interop_importrow", one.id, one.shown_c) for one in listed}


def names(listed: Sequence[ImportRow], incident: UUID) -> dict[UUID, Masked]:
    """Subjects and candidates of rows, as lists show them."""
    ids = {one.subject for one in listed if one.subject} | {who for one in listed for who in one.candidates}
    return people.masked(ids, incident)


def twins(made: Import) -> list[Import]:
    """Earlier imports of the same cells as the same kind."""
    found = imports(made.incident).filter(
        kind=made.kind, digest=made.digest, uploaded_at__lt=made.uploaded_at
    )
    return list(found.exclude(pk=made.id)[:5])


def known_before(made: Import) -> dict[str, int]:
    """Of the rows of a list: how many persons other lists name, were called, are verified already."""
    return naming.known_before(list_id(made))


def items(made: Import) -> dict[int, UUID]:
    """The work item that each row of a list became."""
    entries = ListEntry.objects.filter(list=list_id(made), returned_at=None)
    return dict(entries.values_list("row", "item"))


def progress(made: Import) -> int | None:
    """How many rows a running job has been through; None when no connection is at it."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, [f"import {made.id} %"])
        found = [int(row[0].rsplit(" ", 1)[1]) for row in cursor.fetchall()]
    return max(found, default=None)
