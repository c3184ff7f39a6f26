"""Printed passes, codes of places, and packs of sheets: from what the database holds to pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F
from django.utils.timezone import localtime

from muster.domain.incidents.models import Incident
from muster.domain.passes import queries as passes
from muster.domain.passes.models import Pass
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.places.models import Building, Dwelling, Point
from muster.interop.paper import words
from muster.interop.paper.rows import MOST_SHEETS, ROWS, VERSION, Form, Sheet
from muster.interop.paper.setting import pages, qr

MOST_PASSES = 200
MOST_DOORS = MOST_SHEETS * ROWS
PLACE_MARK = "MUSP:"
PERSON_MARK = "MUSR:"


class Door(msgspec.Struct, frozen=True):
    """A row that is about a door."""

    id: UUID
    label: str


def passes_pdf(held: Sequence[Pass], incident: Incident) -> bytes:
    """Paper passes, one to a page of A6, with the code a telephone verifies."""
    names = people.masked({one.resident for one in held if one.resident}, incident.id)
    areas = places.area_names({one.area for one in held})
    rows = []
    for one in held:
        who = names.get(one.resident) if one.resident else None
        rows.append(
            {
                "code": f"{one.code[:4]} {one.code[4:]}", "qr": qr(passes.token_of(one)),
                "kind_zh": words.KINDS[one.kind]["zh"], "kind_en": words.KINDS[one.kind]["en"],
                "holder": who.name if who else "", "tail": who.document[-3:].lstrip("*") if who else "",
                "from": f"{localtime(one.valid_from):%Y-%m-%d %H:%M}",
                "to": f"{localtime(one.valid_to):%Y-%m-%d %H:%M}",
                "area": areas.get(one.area, ""),
            }
        )  # fmt: skip
    return pages("pass.typ", _titles(incident) | {"title": "Passes 通行证", "passes": rows})


def _titles(incident: Incident) -> dict[str, str]:
    return {"incident_zh": incident.title_zh, "incident_en": incident.title_en}


def place_pdf(point: Point, code: str, administrator: str, incident: Incident) -> bytes:
    """The poster with the code of a place and the one person who answers for it."""
    return pages(
        "place.typ",
        _titles(incident)
        | {
            "name": point.name, "address": point.address, "code": code, "administrator": administrator,
            "qr": qr(f"{PLACE_MARK}{point.id}".upper(), error="q"),
        },
    )  # fmt: skip


def slip_pdf(dwelling: UUID, incident: Incident) -> bytes | None:
    """The slip of a household for the registration line: a code for each person; None where nobody is registered."""
    home = {head for _record, _door, head in people.at_doors([dwelling])}
    known = people.masked(home, incident.id)
    rows = [
        {
            "qr": qr(f"{PERSON_MARK}{one}".upper(), error="q"),
            "name": known[one].name,
            "tail": known[one].document[-4:].lstrip("*"),
        }
        for one in sorted(home & known.keys())
    ]
    title = places.dwelling_titles({dwelling}).get(dwelling, "")
    return pages("slip.typ", _titles(incident) | {"door": title, "people": rows}) if rows else None


def doors_of(building: UUID) -> list[Door]:
    """The doors of a building in the order of its sheets: from the top, as a team walks."""
    found = Dwelling.objects.filter(building=building)
    ordered = found.order_by(F("floor").desc(nulls_last=True), F("unit").asc(nulls_last=True), "label", "id")
    return [Door(*row) for row in ordered.values_list("id", "label")[:MOST_DOORS]]


def place_of(form: Form, place: UUID) -> tuple[str, str] | None:
    """Name and address of what a pack is for; None where it is not visible here."""
    if form == Form.BUILDING:
        found = Building.objects.filter(pk=place).values_list("compound", "name", "address").first()
        return (f"{found[0]} {found[1]}".strip(), found[2]) if found else None
    kind = "gate" if form == Form.GATE else "site"
    return Point.objects.filter(pk=place, kind=kind).values_list("name", "address").first()


def sheets_of(
    form: Form, place: UUID, pack: int, number: int
) -> list[tuple[Sheet, list[tuple[int, str, str, str]]]]:
    """The sheets of a pack with their rows: (number, code, what stands in its QR, label printed in it)."""
    doors = doors_of(place) if form == Form.BUILDING else []
    count = max(1, -(-len(doors) // ROWS)) if form == Form.BUILDING else max(1, min(number, MOST_SHEETS))
    found = []
    for page in range(1, count + 1):
        sheet = Sheet(form, place, pack, page)
        numbers = range(sheet.first, sheet.first + ROWS)
        found.append(
            (
                sheet,
                [_row(sheet, one, doors) for one in numbers if form != Form.BUILDING or one <= len(doors)],
            )
        )
    return found


def _row(sheet: Sheet, number: int, doors: list[Door]) -> tuple[int, str, str, str]:
    key: int | UUID = doors[number - 1].id if doors else number
    label = doors[number - 1].label if doors else ""
    return number, sheet.code(key), sheet.row_text(key), label


def pack_pdf(
    form: Form, place: UUID, pack: int, number: int, incident: Incident, language: str
) -> bytes | None:
    """A pack of sheets of A4 for one place; None where the place is not visible here."""
    title = place_of(form, place)
    if title is None:
        return None
    said = words.sheet(form, language)
    value: dict[str, Any] = {
        "place": title[0], "address": title[1], "pack": str(pack), "version": VERSION, "tube": form == Form.SITE,
        "incident": incident.title_en if language == "en" else incident.title_zh,
        "words": said.words, "columns": said.columns,
        "sheets": [
            {"number": sheet.number, "qr": qr(sheet.header), "first": sheet.first,
             "rows": [
                 {"number": number, "code": code, "qr": qr(text, error="l"), "label": label}
                 for number, code, text, label in rows
             ]}
            for sheet, rows in sheets_of(form, place, pack, number)
        ],
    }  # fmt: skip
    return pages("pack.typ", value)
