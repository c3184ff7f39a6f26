"""History of set-up data: every insert, change and removal kept by a trigger, under the same row security."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models

from muster.core.tables import RowSecurity

M = TypeVar("M", bound=type[models.Model])


class Writer(models.Func):
    """The account whose scope is set, or null for the owner of the database."""

    template = "nullif(current_setting('muster.account', true), '')::uuid"
    arity = 0

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=models.UUIDField(), **extra)


def tracked(
    *, form: str | None = "standing", subject: str = "id", without: Sequence[str] = ()
) -> Callable[[M], M]:
    """Keep the history of a model in a table `<model>event` that nobody can change.

    `form` and `subject` are those of the model's own RowSecurity (None: it has none): who sees the row sees its
    past. `without` names derived columns, which facts explain better, and secrets, of which nothing is kept.
    """

    def keep(model: M) -> M:
        name = f"{model._meta.app_label}_{model._meta.model_name}event_security"
        secured = [RowSecurity(name=name, form=form, subject=subject, facts=True)] if form else []
        wrap: Callable[[M], M] = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            obj_field=pghistory.ObjForeignKey(related_name="+"),
            context_field=None,  # type: ignore[arg-type]  # its own text says None means without
            append_only=True,
            exclude=list(without) or None,
            level=pgtrigger.Statement,
            attrs={"pgh_by": models.UUIDField(null=True, db_default=Writer())},
            meta={"constraints": secured},
        )
        return wrap(model)

    return keep
