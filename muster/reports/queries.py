"""Reads of editions, and the same figures counted again for an edition's point in commit order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from muster.core.access import span
from muster.domain.incidents.models import Incident
from muster.reports.figures import catalogue, counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.figures.definition import Ask, Value
from muster.reports.models import Edition


def editions(area: int | None = None) -> QuerySet[Edition]:
    """The editions visible here, the newest first; those of one area when it is given."""
    found = Edition.objects.order_by("-number", "area")
    return found if area is None else found.filter(area=area)


def edition(number: int | None, area: int) -> Edition | None:
    """One edition of an area; None for the number means the newest."""
    found = editions(area)
    return found.first() if number is None else found.filter(number=number).first()


def figures(held: Edition) -> list[Value]:
    """The frozen figures of an edition."""
    return msgspec.convert(held.figures, list[Value])


def ordinary_questions() -> list[Wanted]:
    """Every figure that needs no parameter."""
    return [Wanted(figure=figure.code) for figure in catalogue.ordinary()]


def asks(held: Edition, wanted: Sequence[Wanted]) -> list[Ask]:
    """Questions as of an edition: its hours, its area, its point in commit order."""
    return [
        read(one, now=held.until_at, as_of=held.as_of_tx, area=narrowed(held.incident, held.area))
        for one in wanted
    ]


def recount(held: Edition, wanted: Sequence[Wanted]) -> list[Value]:
    """The figures again, as of an edition: those of basis facts are what they were."""
    return counting.values(asks(held, wanted), held.incident)


def narrowed(incident: UUID, area: int) -> int | None:
    """The area a report is narrowed to; None when it is that of the whole incident."""
    whole = Incident.objects.values_list("area", flat=True).get(pk=incident)
    low, high = span(area)
    return None if low <= whole < high else area
