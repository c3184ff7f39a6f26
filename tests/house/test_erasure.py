"""Nothing sealed, and no tie to a person, is in a table that outlives the erasing of its incident."""

from __future__ import annotations

from django.db import models
from django.test.utils import isolate_apps

from muster.core.models import Entry
from muster.core.tables import Held
from muster.project.erasure_tables import BLANKED, BYTES_STAY, STAYS, Plan, ours, plan


def labels(found: list[type[models.Model]]) -> set[str]:
    return {model._meta.label_lower for model in found}


def test_every_sealed_column_goes_is_blanked_or_is_explained() -> None:
    found: Plan = plan(ours())
    assert found.uncovered == [], "let the table go, blank the column, or say in BYTES_STAY why it may stay"
    wanted = {
        "people.identity", "people.resident", "core.parked", "core.retraction", "interop.importfile",
        "interop.submission",
        "worklists.photograph", "worklists.attempt", "cases.placevisit", "passes.trace", "sampling.tube",
        "interop.formmediaevent",
    }  # fmt: skip
    assert wanted <= labels(found.goes)
    known = {model._meta.label_lower for model in ours()}
    named = {one for few in STAYS.values() for one in few.split()}
    assert named | BLANKED.keys() | BYTES_STAY.keys() <= known, "a table that is named was renamed or removed"
    assert BLANKED.keys() <= named
    assert Entry in found.stays


def test_children_are_removed_before_what_they_point_to() -> None:
    order = [model._meta.label_lower for model in plan(ours()).goes]
    assert order.index("worklists.listentry") < order.index("worklists.verificationlist")


@isolate_apps("muster.core")
def test_a_later_table_cannot_be_forgotten() -> None:
    class Later(Held):
        secret_c = models.BinaryField()

        class Meta:
            app_label = "core"

    class Beside(models.Model):
        secret_c = models.BinaryField()

        class Meta:
            app_label = "core"

    found = plan([Later, Beside])
    assert labels(found.goes) == {"core.later"}, "a table of an incident goes by itself"
    assert found.uncovered == ["core.beside.secret_c"], "one without an incident must be explained"
