"""What every table is made of: row security, append-only facts, things that belong to an incident."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from muster.core.ids import new_id

IN_SCOPE = (
    "area >= (select muster_low()) and area < (select muster_high()) and area <@ (select muster_areas())"
)
FORMS = {
    # belongs to one incident and one area
    "incident": f"incident = (select muster_incident()) and {IN_SCOPE}",
    # the same, and also visible where the person it is about was shared
    "shared": f"incident = (select muster_incident()) and (({IN_SCOPE}) "
    "or {subject} = any ((select muster_shared())::uuid[]))",
    # arrangements that outlive an incident
    "standing": IN_SCOPE,
    # arrangements everybody signed in may read, and only their own area may change
    "open": "true",
    # one's own rows, before a scope exists
    "own": f"account = (select muster_account()) or ({IN_SCOPE})",
    # either end of a hand-over between two areas
    "both": f"incident = (select muster_incident()) and (({IN_SCOPE}) or ("
    + IN_SCOPE.replace("area ", "from_area ", 3)
    + "))",
}


class RowSecurity(models.BaseConstraint):
    """The row-security policies of a table, kept with the model so that no table is born without them."""

    def __init__(
        self, *, name: str, form: str = "incident", subject: str = "id", facts: bool = False
    ) -> None:
        super().__init__(name=name)
        self.form, self.subject, self.facts = form, subject, facts

    def _clause(self) -> str:
        return FORMS[self.form].replace("{subject}", self.subject)

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        table = schema_editor.quote_name(model._meta.db_table)
        check = IN_SCOPE if self.form == "open" else self._clause()
        using = self._clause()
        sql = (
            f"alter table {table} enable row level security; alter table {table} force row level security; "
            f"create policy whole on {table} to app_owner using (true) with check (true); "
        )
        if self.form == "open":
            sql += (
                f"create policy scoped_read on {table} for select to app_rw using (true); "
                f"create policy scoped_add on {table} for insert to app_rw with check ({check}); "
                f"create policy scoped_change on {table} for update to app_rw using ({check}) with check ({check}); "
                f"create policy scoped_drop on {table} for delete to app_rw using ({check}); "
            )
        else:
            sql += f"create policy scoped on {table} to app_rw using ({using}) with check ({using}); "
        if self.facts:
            sql += f"revoke update, delete, truncate on {table} from app_rw; "
        return sql

    def constraint_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        if schema_editor is not None and model is not None:
            schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        table = schema_editor.quote_name(model._meta.db_table)
        names = ("whole", "scoped", "scoped_read", "scoped_add", "scoped_change", "scoped_drop")
        drops = "".join(f"drop policy if exists {name} on {table}; " for name in names)
        return drops + f"grant update, delete on {table} to app_rw; "

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to validate in Python: the database holds this wall."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"form": self.form, "subject": self.subject, "facts": self.facts}
        return path, tuple(args), kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowSecurity) and self.deconstruct() == other.deconstruct()

    __hash__ = models.BaseConstraint.__hash__


class ServerNow(models.Func):
    """The server's clock, the movable one of a training installation included."""

    function = "muster_now"
    arity = 0

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=models.DateTimeField(), **extra)


class CommitOrder(models.Func):
    """The number of the writing transaction: editions are cut by it."""

    function = "muster_tx"
    arity = 0

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=models.BigIntegerField(), **extra)


class InScope(models.Func):
    """Whether an area lies in the scope: for tables that all may read, where only what is here should be counted."""

    template = "(" + IN_SCOPE.replace("area ", "%(expressions)s ", 3) + ")"
    arity = 1

    def __init__(self, area: str = "area", **extra: Any) -> None:
        super().__init__(models.F(area), output_field=models.BooleanField(), **extra)


class NumberRanges(models.TextField):  # type: ignore[type-arg]
    """A set of whole numbers as PostgreSQL keeps it: `{[1,5),[7,9)}`. Added to in SQL, read as text."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "int8multirange"

    def get_internal_type(self) -> str:
        """Nothing that Django knows lookups for."""
        return "NumberRanges"

    def from_db_value(self, value: Any, *_: Any) -> str:
        """As text, whatever the driver makes of it."""
        return (
            "{" + ",".join(f"[{one.lower},{one.upper})" for one in value) + "}" if value is not None else "{}"
        )


SECURITY = "%(app_label)s_%(class)s_security"


class Standing(models.Model):
    """An arrangement that outlives an incident (an organisation, a building)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    area = models.BigIntegerField()

    class Meta:
        abstract = True
        constraints = [RowSecurity(name=SECURITY, form="standing")]


class Held(models.Model):
    """A thing of one incident in one area, with state derived from facts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    incident = models.UUIDField()
    area = models.BigIntegerField()

    class Meta:
        abstract = True
        constraints = [RowSecurity(name=SECURITY)]


class Fact(models.Model):
    """What somebody did or saw. Never changed or removed; a correction is another fact.

    `id` was made where it happened; `at` is when it happened, `recorded_at` when the server had it, `tx`
    the order of commits, `by` the responder, `device` the telephone, `area` where it happened.

    `retracted_by`: the right to take such a fact back, for who did not say it. What only some may decide names theirs;
    everything else was seen by somebody, and who works in the area may know better.
    """

    retracted_by = "core.retract"

    id = models.UUIDField(primary_key=True, default=new_id)
    incident = models.UUIDField()
    area = models.BigIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=ServerNow())
    tx = models.BigIntegerField(db_default=CommitOrder())
    by = models.UUIDField()
    device = models.UUIDField(null=True)

    class Meta:
        abstract = True
        constraints = [RowSecurity(name=SECURITY, facts=True)]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
