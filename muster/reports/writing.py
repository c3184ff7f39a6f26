"""Writing an edition in any format, for the command line and the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from muster.core.access import scope, system
from muster.core.errors import Refusal
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.models import Incident
from muster.reports import queries, views
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted
from muster.reports.figures.definition import Value
from muster.reports.models import Edition
from muster.reports.reconciliation import Outcome, Published, reconcile
from muster.reports.rendering import pdf, text, workbook
from muster.reports.rendering.sheet import sheet


class NoEdition(Refusal):
    """There is no such incident or edition."""

    code = "reports.no_edition"
    status = 404
    texts = {
        "zh": "没有找到这一期报告。请先由指挥员发布，或核对事件代码、辖区和期号。",
        "en": "There is no such edition. A commander publishes one first; or check incident, area and number.",
    }


class Claim(msgspec.Struct, frozen=True):
    """A published figure as it arrives: the question, and what was printed."""

    ref: str
    figure: str
    value: int
    relation: str
    params: dict[str, Any] = {}
    parts: list[int] = []
    printed_date: date | None = None
    plain_date: date | None = None
    note: str = ""


def compare(held: Edition, claims: Sequence[Claim]) -> tuple[list[Value], list[Outcome]]:
    """Count what was published again as of an edition, and judge each."""
    asks = queries.asks(held, [Wanted(figure=one.figure, ref=one.ref, params=one.params) for one in claims])
    values = counting.values(asks, held.incident)
    outcomes = [
        reconcile(
            Published(
                ref=one.ref, value=one.value, relation=one.relation, parts=tuple(one.parts), note=one.note,
                printed_date=one.printed_date, plain_date=one.plain_date,
            ),
            value.value,
            [part.value for part in value.parts],
        )
        for one, value in zip(claims, values, strict=True)
    ]  # fmt: skip
    return values, outcomes


def write(
    code: str, number: int | None, area: int | None, *, form: str, language: str, published: bytes = b"[]"
) -> bytes:
    """An edition as bytes; opens its own scope."""
    claims = msgspec.json.decode(published, type=list[Claim])
    with scope(system()):
        incident = incidents.by_code(code)
    if incident is None:
        raise NoEdition
    with scope(system(incident=incident.id), incident.id):
        held = queries.edition(number, incident.area if area is None else area)
        if held is None:
            raise NoEdition
        values, outcomes = compare(held, claims)
        return render(held, incident, form, language, values, outcomes)


def render(
    held: Edition, incident: Incident, form: str, language: str, added: Sequence[Value] = (),
    outcomes: Sequence[Outcome] = (),
) -> bytes:  # fmt: skip
    """An edition in one of the formats text, json, xlsx, pdf."""
    if form == "json":
        content = {"incident": incident.code, **views.as_json(held), "reconciliation": list(outcomes)}
        return msgspec.json.format(msgspec.json.encode(content)) + b"\n"
    words = {"code": incident.code, "zh": incident.title_zh, "en": incident.title_en}
    ready = sheet(held, words, language, outcomes=outcomes, added=added)
    if form == "xlsx":
        return workbook.render(ready)
    return pdf.render(ready) if form == "pdf" else text.render(ready).encode()
