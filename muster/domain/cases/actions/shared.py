"""What the actions of cases share: who may say something about what, columns, the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.domain.cases.models import Contact

T = TypeVar("T")
FACT = ("id", "incident", "area", "at", "by", "device")
TRACE, FOLLOW = "cases.trace", "cases.follow"


def sorted_out(
    told: Sequence[Told[T]],
    areas: Mapping[UUID, Sequence[int]],
    by: Actor,
    incident: UUID,
    done: Done,
    right: str,
) -> tuple[list[Told[T]], dict[UUID, int]]:
    """Park what is not visible or not allowed yet; return the rest, and the area where each was told.

    A contact may be spoken about where they live and where their case is; the first of these counts.
    """
    allowed = by.allowed(right, {area for some in areas.values() for area in some}, incident)
    where: dict[UUID, int] = {}
    for one in told:
        mine = [area for area in areas[one.id] if area in allowed]
        if not areas[one.id]:
            done.waiting[one.id] = NotVisibleYet()
        elif not mine:
            done.waiting[one.id] = NotAllowed(right=right)
        else:
            where[one.id] = mine[0]
    return done.stored(told), where


def areas_of_contacts(contacts: set[UUID]) -> dict[UUID, list[int]]:
    """Where these contacts live, then where their case is."""
    rows = Contact.objects.filter(pk__in=contacts).values_list("id", "area", "from_area")
    return {
        contact: [area, *([from_area] if from_area not in (None, area) else [])]
        for contact, area, from_area in rows
    }


def head(told: Told[T], incident: UUID, area: int) -> tuple[object, ...]:
    """The columns every fact begins with."""
    return (told.id, incident, area, told.at, told.by, told.device)


def note(action: str, by: Actor, incident: UUID, areas: Sequence[int], subjects: set[UUID]) -> None:
    """One line of the journal for everything an action did."""
    journal.write(action=action, by=by, incident=incident, area=min(areas), subjects=subjects)
