"""The scene of these tests: a house, a published form that records visits, and telephones."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.core import accounts
from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Device
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.interop.forms import actions as forms
from muster.interop.forms.mapping import Step
from muster.interop.forms.models import Form
from muster.interop.forms.xlsform import Draft, read_form
from tests.cast import COMMUNITY, account_for

HOUSE = derive_id("test", "odk house")
SWEEP = """
| survey | | | | | |
| | type | name | label::中文 (zh) | label::English (en) | required |
| | select_one_from_file dwellings.csv | dwelling | 房屋 | Dwelling | yes |
| | select_one outcome | outcome | 结果 | Outcome | yes |
| | integer | persons | 人数 | Persons | |
| | begin_repeat | people | 人 | People | |
| | text | name | 姓名 | Name | |
| | text | phone | 电话 | Phone | |
| | end_repeat | | | | |
| | image | photo | 照片 | Photo | |
| choices | | | | |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | outcome | done | 完成 | Done |
| | outcome | absent | 无人 | Absent |
| settings | | | |
| | form_title | form_id | version |
| | 扫楼登记 | sweep | 1 |
"""
STEPS = [
    Step(
        "record_visit",
        {"dwelling": "/data/dwelling", "outcome": "/data/outcome", "persons": "/data/persons"},
    ),
    Step(
        "register_person",
        {"dwelling": "/data/dwelling", "name": "/data/people/name", "phone": "/data/people/phone"},
        repeat="/data/people",
    ),
]
HEAD = {"X-OpenRosa-Version": "1.0", "User-Agent": "org.odk.collect.android/v2026.1"}


@functools.cache
def convert() -> Draft:
    """The form, converted once."""
    return read_form(SWEEP.encode(), "sweep.md", "en")


@dataclass
class Phone:
    """ODK Collect as the server meets it."""

    client: Client
    token: str
    device: UUID

    def at(self, path: str) -> str:
        return f"/key/{self.token}/{path}"

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(
            path if path.startswith(("/", "http")) else self.at(path), headers=HEAD, **extra
        )

    def send(self, xml: str, *files: tuple[str, bytes], **fields: str) -> Any:
        """A multipart POST as Collect builds it: the form first, each file under its own name."""
        parts: dict[str, Any] = {
            "xml_submission_file": SimpleUploadedFile("one.xml", xml.encode(), content_type="text/xml")
        }
        parts |= {name: SimpleUploadedFile(name, content) for name, content in files}
        return self.client.post(self.at("submission") + "?deviceID=a", parts | fields, headers=HEAD)


def build(incident: UUID, commander: Actor, now: datetime) -> UUID:
    """A building of six doors."""
    with scope(commander, incident):
        body = places.AddBuilding(HOUSE, COMMUNITY, "永安里 3 栋", floors=3, units_per_floor=2)
        told = Told(new_id(), now, commander.by, body)
        assert not places.add_buildings(told=[told], by=commander, incident=incident, now=now).waiting
    return HOUSE


def publish(incident: UUID, commander: Actor, now: datetime) -> Form:
    """The sweep form, published for the community with its mapping."""
    with scope(commander, incident):
        made = forms.publish(draft=convert(), area=COMMUNITY, by=commander, incident=incident, now=now)
        return forms.map_answers(form=made.id, steps=STEPS, by=commander, incident=incident)


def enrolled(actor: Actor, incident: UUID, commander: Actor, now: datetime) -> Phone:
    """A telephone for somebody."""
    with scope(system(), incident):
        account = account_for(actor)
    by = system()  # accounts of other districts too
    with scope(by, incident):
        device, token = accounts.enrol_device(
            account=account, label="odk", by=by, incident=incident, area=COMMUNITY, now=now
        )
    return Phone(Client(), token, device)


def filled(
    instance: str = "uuid:6f0d2a52-3f43-4a2e-9d8e-0b4d6f2e9a01", *, label: str = "501", outcome: str = "done",
    persons: int = 2, version: str = "1", form: str = "sweep", people: str = "", meta: str = "",
) -> str:  # fmt: skip
    """What Collect makes of the form."""
    return (
        f'<?xml version="1.0"?><data xmlns:orx="http://openrosa.org/xforms" id="{form}" version="{version}">'
        f"<dwelling>{derive_id(HOUSE, label)}</dwelling><outcome>{outcome}</outcome><persons>{persons}</persons>"
        f"{people}<photo/><orx:meta><orx:instanceID>{instance}</orx:instanceID>{meta}</orx:meta></data>"
    )


def revoke(phone: Phone) -> None:
    """Take the telephone out of service."""
    from muster.core import clock

    Device.objects.filter(pk=phone.device).update(revoked_at=clock.now())


@functools.cache
def convert_sheet(sheet: str) -> Draft:
    """Another form, converted."""
    return read_form(sheet.encode(), "sheet.md", "en")


def offer(sheet: str, incident: UUID, commander: Actor, now: datetime) -> Form:
    """Publish a form whose mapping follows from the form itself."""
    with scope(commander, incident):
        return forms.publish(
            draft=convert_sheet(sheet), area=COMMUNITY, by=commander, incident=incident, now=now
        )


DOORS = """
| survey | | | | | |
| | type | name | label::中文 (zh) | label::English (en) | required | save_to |
| | select_one_from_file dwellings.csv | door | 房屋 | Door | yes | |
| | select_one outcome | how | 结果 | Outcome | yes | outcome |
| | integer | people | 人数 | Persons | | persons |
| choices | | | | |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | outcome | done | 完成 | Done |
| | outcome | absent | 无人 | Absent |
| settings | | | |
| | form_title | form_id | version |
| | 敲门 | doors | 1 |
| entities | | |
| | list_name | entity_id |
| | dwellings | ${door} |
"""
NEW_HOUSE = """
| survey | | | | | |
| | type | name | label::中文 (zh) | label::English (en) | required | save_to |
| | text | called | 楼栋名称 | Name | yes | |
| | integer | storeys | 层数 | Floors | | floors |
| | integer | each | 每层户数 | Doors a floor | | units_per_floor |
| settings | | | |
| | form_title | form_id | version |
| | 新楼 | new_house | 1 |
| entities | | |
| | list_name | label |
| | buildings | ${called} |
"""
WORK = """
| survey | | | | | |
| | type | name | label | required | save_to |
| | select_one_from_file work.csv | task | Task | yes | |
| | text | how | Outcome | yes | outcome |
| settings | | | |
| | form_title | form_id | version |
| | Work | work | 1 |
| entities | | |
| | list_name | entity_id |
| | work | ${task} |
"""
