"""Which tables and columns a snapshot takes, and what becomes of each: no text but codes, no id but a pseudonym."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from muster.core.models import Retraction
from muster.core.tables import Fact

# Columns of codes that the house itself defines. Everything else that is text stays behind.
CODES = {
    "kind", "verdict", "checked", "result", "outcome", "stage", "step", "state", "channel", "decision",
    "contact_class", "exposure", "closing", "level", "source",
}  # fmt: skip
LONGEST_CODE = 24
BASE = {"id", "incident", "area", "at", "recorded_at", "tx", "by", "device"}


@dataclass(frozen=True)
class Column:
    """A column: its name, and what it becomes: id, code, number, flag, instant, date."""

    name: str
    form: str


@dataclass(frozen=True)
class Source:
    """A table of the snapshot and its question, in time order; `day_of` is the instant that gives the day."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    day_of: str | None


FACTS = """
select {columns}, f.area as area from {table} f {joined}
where f.incident = %(incident)s and not exists (select from core_retraction r where r.target = f.id)
order by f.at, f.id
"""
PERSON = "left join people_resident p on p.id = f.resident"
VISITS = """
select coalesce(p.canonical, v.person) as person, v.place as place, v.from_at as "start", v.to_at as "end",
    v.source as source, v.area as area
from cases_placevisit v left join people_resident p on p.id = v.person
where v.incident = %(incident)s order by v.from_at, v.id
"""
RESIDENTS = """
select p.id as resident, p.canonical as person, p.dwelling as dwelling, p.household as household,
    p.area as area
from people_resident p where p.incident = %(incident)s and p.withdrawn_at is null order by p.id
"""


def sources() -> Iterator[Source]:
    """Visits, residents with their households, and the facts of every kind."""
    ids = ("person", "place")
    yield Source(
        "visits",
        VISITS,
        (*(Column(name, "id") for name in ids), Column("start", "instant"), Column("end", "instant"),
         Column("source", "code")),
        "start",
    )  # fmt: skip
    households = ("resident", "person", "dwelling", "household")
    yield Source("residents", RESIDENTS, tuple(Column(name, "id") for name in households), None)
    for model in apps.get_models():
        if issubclass(model, Fact) and model is not Retraction:
            yield of_facts(model)


def of_facts(model: type[Fact]) -> Source:
    """The facts of one kind that were not taken back; `person` is who a resident is by now."""
    table = model._meta.db_table
    columns = [Column("fact", "id"), Column("at", "instant"), Column("by", "id")]
    asked = ["f.id as fact", "f.at as at", 'f.by as "by"']
    for field in model._meta.concrete_fields:
        form = form_of(field)
        if form is not None:
            columns.append(Column(str(field.column), form))
            asked.append(f'f."{field.column}" as "{field.column}"')
    joined = ""
    if Column("resident", "id") in columns:
        joined = PERSON
        columns.append(Column("person", "id"))
        asked.append("coalesce(p.canonical, f.resident) as person")
    sql = FACTS.format(columns=", ".join(asked), table=table, joined=joined)
    return Source(f"facts/{table}", sql, tuple(columns), "at")


def form_of(field: models.Field[object, object]) -> str | None:
    """What a column becomes; None: it stays behind."""
    name = str(field.column)
    if name in BASE or name.endswith("area"):
        return None
    if isinstance(field, models.CharField):
        return "code" if name in CODES and (field.max_length or 0) <= LONGEST_CODE else None
    forms: tuple[tuple[type[models.Field[object, object]], str], ...] = (
        (models.UUIDField, "id"),
        (models.ForeignKey, "id"),
        (models.BooleanField, "flag"),
        (models.IntegerField, "number"),
        (models.DateTimeField, "instant"),
        (models.DateField, "date"),
    )
    return next((form for kind, form in forms if isinstance(field, kind)), None)
