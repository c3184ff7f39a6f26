"""Every table: foreign keys point down, row security is forced, facts are append-only in the database itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from muster.core.tables import Fact, RowSecurity

# A foreign key may point to its own package or to one with a lower number.
STACK = {
    "core": 0,
    "places": 1,
    "people": 2,
    "responders": 2,
    "incidents": 3,
    "cases": 4,
    "worklists": 5,
    **dict.fromkeys(("sampling", "passes", "supplies", "helpline", "notices", "mobilising"), 6),
    "reports": 7,
    **dict.fromkeys(("commandpost", "fieldapp", "public", "interop"), 8),
}


def ours() -> list[type[models.Model]]:
    """Our models; the history tables that triggers fill have parents of another package."""
    return [model for model in apps.get_models() if model.__module__.startswith("muster.")]


def is_fact(model: type[models.Model]) -> bool:
    marked = any(isinstance(one, RowSecurity) and one.facts for one in model._meta.constraints)
    return marked or issubclass(model, Fact)


def has_field(model: type[models.Model], *names: str) -> bool:
    for name in names:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        return True
    return False


def rows(query: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def links(model: type[models.Model]) -> list[tuple[str, str, str]]:
    """Name, target package and way back of each relation; those of the history package left out."""
    found = []
    for field in model._meta.get_fields():
        is_link = isinstance(field, models.ForeignKey | models.ManyToManyField)
        if is_link and not field.name.startswith("pgh_"):
            target: Any = field.remote_field
            found.append((field.name, target.model._meta.app_label, target.related_name))
    return found


def test_foreign_keys_point_down_and_leave_no_way_back() -> None:
    wrong = []
    for model in ours():
        mine = model._meta.app_label
        for name, theirs, way_back in links(model):
            if not (theirs == mine or STACK.get(theirs, -1) < STACK[mine]):
                wrong.append(f"{model._meta.label}.{name} points up or sideways to {theirs}")
            if way_back != "+":
                wrong.append(f'{model._meta.label}.{name} lacks related_name="+"')
    assert not wrong


@pytest.mark.django_db
def test_every_table_of_an_area_or_incident_forces_row_security() -> None:
    open_tables = rows(
        "select c.relname from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
        " and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('area', 'incident'))"
        " and not (c.relrowsecurity and c.relforcerowsecurity"
        "   and exists (select from pg_policy p where p.polrelid = c.oid))"
    )
    assert not open_tables
    covered = [model for model in ours() if has_field(model, "area", "incident")]
    assert len(covered) >= 5, "the models were not found: this test would prove nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("model", [m for m in ours() if is_fact(m)], ids=lambda model: model._meta.label)
def test_facts_cannot_be_changed_or_removed(model: type[models.Model]) -> None:
    table = model._meta.db_table
    granted = rows(
        "select p from unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) p where has_table_privilege('app_rw', %s, p)",
        f'"{table}"',
    )
    assert not granted, f"app_rw may {granted} on {table}"
    # Bits of tgtype: 2 before, 8 delete, 16 update.
    (guarded,) = rows(
        "select coalesce(bit_or(tgtype::int), 0) & 24 from pg_trigger where tgrelid = %s::regclass"
        " and tgname like 'pgtrigger_append_only%%' and tgenabled <> 'D' and tgtype::int & 2 = 2",
        f'"{table}"',
    )
    assert guarded[0] == 24, f"{table} has no trigger against update and delete"


# Neither facts nor set-up. Whoever makes a table says here what else it is, or gives it a history.
DERIVED = """
cases.case cases.contact cases.exposurecandidate cases.placevisit helpline.request incidents.zone incidents.zonebuilding
interop.entitychange interop.importrow mobilising.seat passes.trace people.identity people.likeness people.resident
sampling.booking sampling.coverage sampling.sitetable sampling.tube supplies.balance supplies.dayclosing
supplies.need supplies.offer worklists.breedingsite worklists.buildingstate worklists.doormark worklists.dwellingstate
worklists.workcause worklists.workitem
"""
# Written once, or moving only from one step to the next, each in the journal.
STEPS = """
cases.exposurequestion cases.listedperson cases.reportlink interop.formversion interop.import interop.importdecision
interop.importfile interop.importpart passes.pass places.alias places.dwelling sampling.catchup
worklists.listentry
"""
# Of the machine itself.
MACHINE = """
core.datakey core.device core.installation core.invitation core.link core.parked core.receipt core.segment
"""


def test_set_up_data_keeps_its_history() -> None:
    labels = {model._meta.label_lower for model in ours()}
    facts = {model._meta.label_lower for model in ours() if is_fact(model)}
    events = {label for label in labels if label.removesuffix("event") in labels - {label}}
    told = {label for label in labels if f"{label}event" in events}
    elsewhere = {*f"{DERIVED} {STEPS} {MACHINE}".split()}
    assert labels - facts - events - told - elsewhere == set(), "set-up data: @tracked, as in core/history.py"
    assert elsewhere <= labels - told
    assert {"core.account", "places.area", "places.building", "mobilising.post", "incidents.incident"} <= told


@pytest.mark.django_db
def test_the_app_role_owns_nothing_and_escapes_nothing() -> None:
    (strong,) = rows("select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles"
                     " where rolname = current_user")  # fmt: skip
    assert strong == (False,)
    assert rows("select current_user") == [("app_rw",)]
    assert rows("select relname from pg_class where pg_get_userbyid(relowner) = current_user"
                " and relpersistence <> 't'") == []  # fmt: skip
    assert rows("select has_schema_privilege('public', 'CREATE')") == [(False,)]


@pytest.mark.django_db
def test_nothing_looks_around_row_security() -> None:
    """Plain and materialised views and SECURITY DEFINER functions would."""
    views = rows(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and (relkind = 'm' or"
        " (relkind = 'v' and not coalesce(reloptions::text like '%%security_invoker=true%%', false)))"
    )
    assert not views
    assert not rows("select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef")
