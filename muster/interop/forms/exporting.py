"""What came in by a form, as a table: choices and numbers for everybody who sees it, words for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from django.utils.timezone import localtime

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed
from muster.core.vault import vault
from muster.domain.responders import queries as responders
from muster.interop.forms.filled import Filled, read_filled
from muster.interop.forms.models import Form, FormVersion, Submission
from muster.interop.forms.opening import RIGHT
from muster.interop.tables import written

READ = "desk.read"
MOST = 20_000
MASK = "***"
HEAD = ("received_at", "at", "by", "version", "id", "replaces")
# what says nothing about a person by itself; every other kind is masked without a reason
PLAIN = (
    "select",
    "integer",
    "int",
    "decimal",
    "date",
    "time",
    "datetime",
    "dateTime",
    "today",
    "start",
    "end",
)
LONG = re.compile(r"(?<!\d)\d{7,}(?!\d)").search
Column = tuple[str, str, str]  # path, kind, the repeat it stands in


def export(*, form: Form, reason: str, by: Actor, incident: UUID) -> bytes:
    """The submissions of a form that are visible here, as CSV. With a reason in clear, for those with the right."""
    spans = by.spans(READ, incident)
    if not spans:
        raise NotAllowed(right=READ)
    why = reason.strip()
    if len(why) > 200 or len(why) == 1:
        raise BadInput(problem="reason")
    found = list(Submission.objects.filter(form=form.id).order_by("recorded_at", "id")[:MOST])
    areas = {one.area for one in found}
    clear = by.allowed(RIGHT, areas, incident) if why else set()
    if why and areas - clear:
        raise NotAllowed(right=RIGHT)
    columns = _columns(form)
    names = [
        path.rpartition("/")[2] if _is_single(path, columns) else path for path, _kind, _inside in columns
    ]
    rows = list(_rows(found, columns, is_clear=bool(why)))
    journal.write(
        action="interop.exported", by=by, incident=incident, area=spans[0][0], subjects=[form.id],
        count=max(len(rows), 1), reason=why or None, detail={"masked": not why},
    )  # fmt: skip
    return written.comma_table([(*HEAD, *names), *rows])


def _is_single(path: str, columns: list[Column]) -> bool:
    name = path.rpartition("/")[2]
    return sum(one.rpartition("/")[2] == name for one, _kind, _inside in columns) == 1


def _columns(form: Form) -> list[Column]:
    """The questions of all versions, in the order of the newest."""
    listed = FormVersion.objects.filter(form=form.id).order_by("-published_at", "-id")
    found: dict[str, Column] = {}
    for questions in listed.values_list("questions", flat=True):
        for one in questions:
            if one["kind"] != "repeat":
                found.setdefault(one["path"], (one["path"], one["kind"], one["repeat"]))
    return list(found.values())


def _rows(found: list[Submission], columns: list[Column], *, is_clear: bool) -> Iterator[list[str]]:
    callers = responders.known({one.by for one in found})
    for one in found:
        text = vault(one.incident).open(
            one.sealed, kind="note", table="interop_submission", row=one.id, field="sealed"
        )
        filled = read_filled(text.encode())
        code = callers[one.by].code if one.by in callers else ""
        head = [f"{localtime(at):%Y-%m-%d %H:%M:%S}" for at in (one.recorded_at, one.at)]
        yield [
            *head, code, one.version, str(one.id), str(one.replaces or ""),
            *(_said(filled, column, is_clear=is_clear) for column in columns),
        ]  # fmt: skip


def _said(filled: Filled, column: Column, *, is_clear: bool) -> str:
    """One answer; those of a repeat with | between them."""
    path, kind, inside = column
    if inside:
        said = [filled.first(path, turn, inside) for turn in filled.rounds(inside)]
        text = " | ".join(said) if any(said) else ""
    else:
        text = filled.first(path)
    # a long number is somebody's telephone or document, whatever kind of question it answers
    says_who = not kind.startswith(PLAIN) or LONG(text)
    return MASK if text and says_who and not is_clear else text
