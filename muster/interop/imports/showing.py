"""How rows look before they are stored: masked, as lists will show them. Pure."""

from __future__ import annotations

from typing import Any

from muster.domain.people.rules import mask_document, mask_name, mask_phone
from muster.domain.places.rules import level_of
from muster.interop.imports.beginning_reading import Recruit, Ward
from muster.interop.imports.line_reading import CaseLine, ContactLine, FollowUpLine, RelationLine
from muster.interop.imports.reading import Finding, House, Person, Reading, Squad


def masked(reading: Reading) -> dict[str, Any]:
    """The words of a row by field, nobody recognisable; empty for a row that could not be read."""
    said = reading.said
    if isinstance(said, Person):
        return {
            "name": mask_name(said.name), "document": mask_document(said.document), "phone": mask_phone(said.phone),
            "sex": said.sex, "birth_date": said.birth_year or "", "vulnerability": ", ".join(said.vulnerabilities),
        }  # fmt: skip
    if isinstance(said, Squad):
        return {
            "organisation": said.organisation, "people": said.people, "date": reading.about or str(said.day),
            "destination": said.destination, "task": said.task, "vehicles": said.vehicles or "",
        }  # fmt: skip
    if isinstance(said, Finding):
        return {"tube": said.tube, "result": said.result, "reported_at": str(said.at or "")}
    if isinstance(said, CaseLine | ContactLine):
        who = masked(Reading(reading.row, said.person))
        own = {"key": said.key, "name": who["name"], "phone": who["phone"], "document": who["document"]}
        if isinstance(said, CaseLine):
            return own | {"positive": str(said.positive.date()), "onset": str(said.onset or "")}
        return own | {"case": said.case, "last": str(said.last.date()) if said.last else ""}
    if isinstance(said, RelationLine):
        return {
            "case": said.case,
            "contact": said.contact,
            "last": str(said.last.date()),
            "context": said.exposure,
        }
    if isinstance(said, FollowUpLine):
        return {"contact": said.contact, "date": str(said.at.date()), "status": said.outcome}
    if isinstance(said, Ward | Recruit):
        return _beginning(said)
    if isinstance(said, House):
        return {
            "name": said.name, "compound": said.compound, "number": said.number, "address": said.address,
            "floors": said.floors or "", "units_per_floor": said.units_per_floor or "",
        }  # fmt: skip
    return {}


def _beginning(said: Ward | Recruit) -> dict[str, Any]:
    if isinstance(said, Ward):
        return {"code": str(said.code), "name": said.name, "level": said.level or level_of(said.code)}
    return {
        "name": mask_name(said.name), "phone": mask_phone(said.phone), "organisation": said.organisation,
        "kind": said.kind, "profession": said.profession, "skills": ", ".join(said.skills), "community": said.home,
    }  # fmt: skip
