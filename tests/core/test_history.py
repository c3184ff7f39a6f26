"""Set-up data keeps its past, in tables nobody can change: what a thing was, when, and under whose account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction

from muster.core.access import Actor
from muster.core.ids import new_id
from muster.core.models import Account, Grant
from muster.domain.incidents.models import Incident
from muster.domain.places.models import Area
from muster.domain.responders.models import Organisation, Responder
from tests.cast import COMMUNITY


def past(label: str, *names: str) -> list[tuple[Any, ...]]:
    """What the history of a table holds, the oldest first."""
    model: Any = apps.get_model(f"{label}event")
    return list(model.objects.order_by("pgh_id").values_list("pgh_label", *names))


def test_accounts_keep_their_past_without_their_passwords(in_scope: Actor) -> None:
    made = Account.objects.create(username="lin", password="a hash", title="Lin")
    Account.objects.filter(pk=made.pk).update(password="another hash")
    Account.objects.filter(pk=made.pk).update(is_active=False)
    held = [one for one in past("core.account", "username", "is_active", "pgh_by") if one[1] == "lin"]
    assert held == [("insert", "lin", True, in_scope.account), ("update", "lin", False, in_scope.account)]
    assert not {"password", "last_login"} & {
        field.name for field in apps.get_model("core.accountevent")._meta.get_fields()
    }


def test_areas_incidents_people_and_rights_keep_their_past(in_scope: Actor, incident: UUID) -> None:
    Area.objects.create(code=440307006009999, name="旧名", level="community", sort_key=b"1")
    Area.objects.filter(code=440307006009999).update(name="新名")
    Incident.objects.filter(pk=incident).update(title_en="Another title")
    sender = Organisation.objects.create(area=COMMUNITY, name="区水务局", kind="agency")
    person = Responder.objects.create(area=COMMUNITY, organisation=sender, kind="staff", code="S-1")
    Responder.objects.filter(pk=person.pk).update(skills=["nursing"])
    right = Grant.objects.create(account=new_id(), role="caller", area=COMMUNITY, granted_by=in_scope.account)
    right.delete()
    assert past("places.area", "name")[-2:] == [("insert", "旧名"), ("update", "新名")]
    assert past("incidents.incident", "title_en", "pgh_by")[-1] == (
        "update",
        "Another title",
        in_scope.account,
    )
    assert past("responders.responder", "skills")[-2:] == [("insert", []), ("update", ["nursing"])]
    assert past("core.grant", "role")[-2:] == [("insert", "caller"), ("delete", "caller")]


@pytest.mark.parametrize("label", ["core.account", "places.area", "incidents.incident"])
def test_the_past_cannot_be_changed(label: str, in_scope: Actor, incident: UUID) -> None:
    Account.objects.create(username="wang")
    Area.objects.create(code=440307006009998, name="名", level="community", sort_key=b"1")
    model: Any = apps.get_model(f"{label}event")
    assert model.objects.exists()
    refused = pytest.raises(Exception, match=r"Cannot update or delete|permission denied")
    with refused, transaction.atomic():
        model.objects.update(pgh_label="x")
    with refused, transaction.atomic():
        model.objects.all().delete()
