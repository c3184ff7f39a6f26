"""Lists that forms ask for by name and that the server knows itself: buildings and doors of the sender's area."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from uuid import UUID

import msgspec

from muster.core.access import Actor
from muster.domain.places.models import Building, Dwelling
from muster.interop.forms.models import Form, FormMedia, FormVersion
from muster.interop.openrosa.taking import RIGHT

MOST_ROWS = 5_000
Row = tuple[str, ...]


class Media(msgspec.Struct, frozen=True):
    """A file of a form as the telephone gets it."""

    name: str
    content: bytes
    md5: str


def _spans(actor: Actor, incident: UUID) -> list[tuple[int, int]]:
    return actor.spans(RIGHT, incident)


def _buildings(actor: Actor, incident: UUID) -> Iterable[Row]:
    yield ("name", "label", "compound", "address")
    for low, high in _spans(actor, incident):
        found = Building.objects.filter(area__gte=low, area__lt=high).order_by(
            "area", "compound", "name", "id"
        )
        for one in found[:MOST_ROWS]:
            yield (str(one.id), one.name, one.compound, one.address)


def _dwellings(actor: Actor, incident: UUID) -> Iterable[Row]:
    yield ("name", "label", "building", "floor")
    for low, high in _spans(actor, incident):
        found = Dwelling.objects.filter(area__gte=low, area__lt=high).select_related("building")
        for one in found.order_by("building__name", "floor", "unit", "label")[:MOST_ROWS]:
            floor = "" if one.floor is None else str(one.floor)
            yield (str(one.id), f"{one.building.name} {one.label}", str(one.building_id), floor)


OURS: dict[str, Callable[[Actor, UUID], Iterable[Row]]] = {
    "buildings.csv": _buildings,
    "dwellings.csv": _dwellings,
}


def media(form: Form, actor: Actor) -> list[Media]:
    """The files the newest version of a form needs and that are here; a file given by the desk goes first."""
    needed = (
        FormVersion.objects.filter(form=form.id, version=form.version).values_list("media", flat=True).first()
    )
    given = {one.name: one for one in FormMedia.objects.filter(form=form.id)}
    found = [Media(one.name, bytes(one.content), one.md5) for one in given.values()]
    for name in needed or []:
        if name in OURS and name not in given:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(OURS[name](actor, form.incident))
            content = text.getvalue().encode()
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            found.append(Media(name, content, md5))
    return sorted(found, key=lambda one: one.name)


def missing(form: Form) -> list[str]:
    """Files the newest version needs that nobody gave yet."""
    needed = (
        FormVersion.objects.filter(form=form.id, version=form.version).values_list("media", flat=True).first()
    )
    given = set(FormMedia.objects.filter(form=form.id).values_list("name", flat=True))
    return [name for name in needed or [] if name not in given and name not in OURS]
