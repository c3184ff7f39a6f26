"""Taking a fact back: a correction is another fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.tables import Fact
from muster.core.told import Done, Told

RIGHT = "core.retract"


class RetractBody(msgspec.Struct, frozen=True):
    """`kind` is the fact's table (`worklists.attempt`), `target` its id, `reason` a code."""

    kind: str
    target: UUID
    reason: str = ""


def _model(kind: str) -> type[Fact] | None:
    label, _, name = kind.partition(".")
    for model in apps.get_models():
        if model._meta.app_label == label and model._meta.model_name == name and issubclass(model, Fact):
            return model
    return None


def retract_facts(*, told: Sequence[Told[RetractBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Take facts back. The thing each fact was about is named in `touched` under `fact:<kind>`."""
    done = Done()
    rows = []
    for kind in {one.body.kind for one in told}:
        mine = [one for one in told if one.body.kind == kind]
        model = _model(kind)
        if model is None or model is Retraction:
            done.refused |= {one.id: BadInput(problem=kind) for one in mine}
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f'select id, area, by, device from "{model._meta.db_table}" where id = any(%s)',  # noqa: S608
                [[one.body.target for one in mine]],
            )
            found = cursor.fetchall()
        areas = {fact: area for fact, area, *_who in found}
        own = {fact for fact, _area, who, device in found if by.by == who or (device and by.device == device)}
        allowed = by.allowed(RIGHT, areas.values(), incident)
        deciding = by.allowed(model.retracted_by, areas.values(), incident)
        for one in mine:
            area = areas.get(one.body.target)
            if area is None:
                done.waiting[one.id] = NotVisibleYet()
            elif area not in allowed or (area not in deciding and one.body.target not in own):
                done.waiting[one.id] = NotAllowed(right=model.retracted_by)
            else:
                body = one.body
                rows.append(
                    (one.id, incident, area, one.at, one.by, one.device, body.target, kind, body.reason)
                )
                done.touch(f"fact:{kind}", [body.target])
    names = ("id", "incident", "area", "at", "by", "device", "target", "kind", "reason")
    bulk.insert(Retraction, names, rows)
    if rows:
        journal.write(
            action="core.retract",
            by=by,
            incident=incident,
            area=min(row[2] for row in rows),
            subjects=[row[6] for row in rows],
        )
    return done
