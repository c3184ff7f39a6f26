"""Which rows go when an incident is erased. What is not named here as staying, goes: a later table cannot be forgotten.

`tests/house/test_erasure.py` holds the names against the models: a sealed column, or a link to a person, in a table
that stays must be blanked or explained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

Model = type[models.Model]
Connection = psycopg.Connection[tuple[Any, ...]]

# Why a table of an incident stays (zh, en), and which. Its history stays with it.
STAYS: dict[tuple[str, str], str] = {
    ("日志，不含明文个人信息；其中加密的理由随密钥不可读", "the journal; the sealed reasons in it went with the key"):
        "core.entry",
    ("共享与授权记录，不含个人信息", "records of sharing and of rights, without personal data"):
        "core.share core.grant",
    ("指挥决定", "decisions of the command post"):
        "incidents.packchange incidents.works incidents.zone incidents.zonebuilding incidents.zonechange",
    ("已发布的报告，只有数字", "published reports, figures only"):
        "reports.edition",
    ("已公布的通告", "published notices"):
        "notices.notice notices.broadcast",
    ("点位，不含居民", "points such as sites and gates, no residents"):
        "places.point",
    ("物资账目；捐赠人姓名已抹去", "the ledger of supplies; names of donors are blanked"):
        "supplies.allocation supplies.balance supplies.dayclosing supplies.donation supplies.movement supplies.need"
        " supplies.offer supplies.store supplies.thanks",
    ("工作人员的服务记录，按常设类别保存", "service records of staff, kept in the standing class"):
        "mobilising.batch mobilising.callout mobilising.calloutanswered mobilising.calloutsent mobilising.handover"
        " mobilising.handovertaken mobilising.mealserved mobilising.post mobilising.rollcall mobilising.seat"
        " mobilising.shift mobilising.shiftbegun mobilising.shiftended responders.signup responders.structure"
        " responders.team responders.teammember",
    ("热线记录依规定保存至少三年，以常设密钥加密；与住户的关联已抹去",
     "helpline records, kept three years or more by rule under the standing key; links to homes are blanked"):
        "helpline.call helpline.line helpline.request helpline.requestupdate helpline.support",
}  # fmt: skip
# Columns that are emptied in tables that stay.
BLANKED = {
    "supplies.donation": ("donor_c",),
    "helpline.request": ("resident", "dwelling"),
    "incidents.zone": ("case",),
}
# Bytes that may stay: sealed with a key that is kept or destroyed, or no words at all.
BYTES_STAY = {
    "core.entry": (
        "digest",
        "reason",
    ),  # chained: changing one would break the journal; unreadable without the key
    "helpline.call": ("note_c",),  # standing key
    "helpline.request": ("note_c",),  # standing key
    "core.segment": ("before", "head", "signature"),
    "core.datakey": ("wrapped",),  # that of the incident is removed by the vault
    "places.area": ("sort_key",),
    "responders.responder": ("name_c",),  # staff, standing key
    "core.device": ("token_hash", "public_key"),  # needed to tell a phone to forget; its label is emptied
    "core.invitation": ("code_hash",),  # those of the incident go
    "core.receipt": ("digest",),  # those of the incident's records and phones go
}
LINKS = {
    "resident",
    "canonical",
    "dwelling",
    "household",
    "case",
    "contact",
    "pass_id",
}  # names of ties to persons
# Of the incident without saying so in a column `incident`.
BESIDE = (
    "delete from core_link where device in (select id from core_device where home_incident = %(incident)s)",
    "delete from core_receipt where device in (select id from core_device where home_incident = %(incident)s)",
    "delete from core_receipt where id in (select command from core_parked where incident = %(incident)s)",
    "delete from core_invitation where home_incident = %(incident)s",
    "update core_device set revoked_at = coalesce(revoked_at, muster_now()), wipe_at = coalesce(wipe_at, muster_now()),"
    " label = '', status = null where home_incident = %(incident)s",
)
SILENT = (
    "select set_config('pgtrigger.ignore', coalesce((select array_agg(tgname)::text from pg_trigger"
    " where tgname like 'pgtrigger%'), '{}'), true)"
)


@dataclass(frozen=True)
class Plan:
    """Which models go, which stay, and what in those that stay is neither blanked nor explained."""

    goes: list[Model]
    stays: list[Model]
    uncovered: list[str]


def ours() -> list[Model]:
    """Every model of the product, histories included."""
    return [model for model in apps.get_models() if model.__module__.startswith("muster.")]


def plan(known: Iterable[Model]) -> Plan:
    """Sort models into those whose rows go and those that stay."""
    named = {label for labels in STAYS.values() for label in labels.split()}
    goes, stays, uncovered = [], [], []
    for model in known:
        label = model._meta.label_lower
        kept = label.removesuffix("event") if label not in named else label
        fields = {field.name: field for field in model._meta.concrete_fields}
        if "incident" in fields and kept not in named:
            goes.append(model)
            continue
        if "incident" in fields:
            stays.append(model)
        explained = {*BLANKED.get(kept, ()), *BYTES_STAY.get(kept, ())}
        uncovered += [
            f"{label}.{name}" for name, field in fields.items()
            if name not in explained
            and (isinstance(field, models.BinaryField) or ("incident" in fields and name in LINKS))
        ]  # fmt: skip
    return Plan(_children_first(goes), stays, uncovered)


def _children_first(known: list[Model]) -> list[Model]:
    """So that no row is removed before those that point to it."""
    ordered: list[Model] = []
    left = list(known)
    while left:
        held = {
            field.related_model for one in left for field in one._meta.concrete_fields
            if field.is_relation and field.related_model is not one
        }  # fmt: skip
        free = [one for one in left if one not in held]
        ordered += sorted(free, key=lambda one: one._meta.label_lower)
        left = [one for one in left if one in held]
    return ordered


def _table(model: Model) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def count(owner: Connection, found: Plan, incident: object) -> dict[str, int]:
    """How many rows of each kind would go; kinds without rows are left out."""
    counts = {}
    for model in found.goes:
        query = sql.SQL("select count(*) from {} where incident = %s").format(_table(model))
        row = owner.execute(query, [incident]).fetchone()
        counts[model._meta.label_lower] = row[0] if row else 0
    return {label: rows for label, rows in counts.items() if rows}


def remove(owner: Connection, found: Plan, incident: object) -> None:
    """Remove and blank, all or nothing. Only the owner can: triggers are silenced inside this one transaction.

    The receipts of records go with them: a receipt's digest is over what was told.
    """
    with owner.transaction():
        owner.execute(SILENT.encode())
        for statement in BESIDE:
            owner.execute(statement.encode(), {"incident": incident})
        for model in found.goes:
            key = model._meta.pk
            if isinstance(key, models.UUIDField):
                receipts = "delete from core_receipt r using {} t where t.{} = r.id and t.incident = %s"
                owner.execute(
                    sql.SQL(receipts).format(_table(model), sql.Identifier(key.attname)), [incident]
                )
            owner.execute(sql.SQL("delete from {} where incident = %s").format(_table(model)), [incident])
        for model in found.stays:
            _blank(owner, model, incident)


def _blank(owner: Connection, model: Model, incident: object) -> None:
    names = BLANKED.get(model._meta.label_lower.removesuffix("event"), ())
    for column in (field.attname for field in model._meta.concrete_fields if field.name in names):
        statement = sql.SQL("update {} set {} = null where incident = %s and {} is not null")
        name = sql.Identifier(column)
        owner.execute(statement.format(_table(model), name, name), [incident])


def sweep(owner: Connection, found: Plan) -> None:
    """Let the freed space be used again. Outside a transaction."""
    for model in [*found.goes, *found.stays]:
        owner.execute(sql.SQL("vacuum {}").format(_table(model)))
