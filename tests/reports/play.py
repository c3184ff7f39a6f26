"""Facts for the tests of reports, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from muster.core import bulk
from muster.core.access import Actor
from muster.core.ids import derive_id, new_id
from muster.core.models import Retraction
from muster.core.tables import Fact
from muster.domain.responders.models import Organisation, Responder
from tests.cast import COMMUNITY, INCIDENT, SUBDISTRICT


def name(*parts: object) -> UUID:
    """The id of something of the play."""
    return derive_id("play", *parts)


def organisation(
    key: str, kind: str, zh: str, *, people: int = 0, area: int = SUBDISTRICT, profession: str = ""
) -> UUID:
    """An organisation with its people."""
    made = name(key)
    bulk.insert(Organisation, ("id", "area", "name", "name_en", "kind"), [(made, area, zh, key, kind)])
    rows: list[tuple[Any, ...]] = [
        (name(key, n), area, made, "staff", profession, [], f"{key[:6]}{n}") for n in range(people)
    ]
    bulk.insert(Responder, ("id", "area", "organisation", "kind", "profession", "skills", "code"), rows)
    return made


def facts(
    model: type[Fact], at: datetime, rows: Iterable[dict[str, Any]], *, area: int = COMMUNITY
) -> list[UUID]:
    """Facts of one kind at one instant; returns their ids."""
    listed = list(rows)
    columns = [key for key in listed[0] if key not in ("by", "at", "area", "id")]
    ready = [
        (row.get("id") or new_id(), INCIDENT, row.get("area", area), row.get("at", at), row.get("by", name("nobody")),
         None,
         *(row[key] for key in columns))
        for row in listed
    ]  # fmt: skip
    bulk.insert(model, ("id", "incident", "area", "at", "by", "device", *columns), ready)
    return [row[0] for row in ready]


def retract(target: UUID, kind: str, at: datetime, by: Actor) -> None:
    """Take a fact back."""
    facts(Retraction, at, [{"target": target, "kind": kind, "reason": "slip", "by": by.by}])
