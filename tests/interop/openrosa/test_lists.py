"""What Collect asks before anybody fills anything in, and what it refuses of other servers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree as Safe

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.domain.places.models import Dwelling
from muster.interop.forms import actions as forms
from muster.interop.forms.models import Form
from muster.interop.forms.xlsform import Draft
from tests.cast import COMMUNITY
from tests.interop.openrosa.scene import HEAD, HOUSE, Phone, enrolled, revoke

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def listed(answer: Any) -> list[Element]:
    assert answer.status_code == 200, answer.content
    return list(Safe.fromstring(answer.content))


def dressed(answer: Any) -> bool:
    """The headers without which Collect throws an answer away."""
    return (
        answer["X-OpenRosa-Version"] == "1.0"
        and answer["Content-Type"].startswith("text/xml")
        and answer.has_header("Date")
        and answer.has_header("Content-Language")
        and int(answer["X-OpenRosa-Accept-Content-Length"]) >= 10_000_000
    )


def test_the_list_names_form_title_version_hash_and_where_to_fetch_it(phone: Phone, form: Form) -> None:
    answer = phone.get("formList")
    assert dressed(answer)
    (only,) = listed(answer)
    said = {child.tag.removeprefix(LIST): child.text for child in only}
    assert (said["formID"], said["name"], said["version"]) == ("sweep", "扫楼登记", "1")
    assert str(said["downloadUrl"]).startswith("http")
    assert {"hash", "manifestUrl"} <= set(said)


def test_the_form_has_exactly_the_bytes_of_the_hash(phone: Phone, form: Form) -> None:
    (only,) = listed(phone.get("formList"))
    got = phone.get(str(only.findtext(f"{LIST}downloadUrl")))
    assert dressed(got)
    assert (
        only.findtext(f"{LIST}hash") == "md5:" + hashlib.md5(got.content, usedforsecurity=False).hexdigest()
    )


def test_the_list_can_be_asked_for_one_form(phone: Phone, form: Form) -> None:
    assert len(listed(phone.get("formList?formID=sweep&deviceID=x"))) == 1
    assert listed(phone.get("formList?formID=other")) == []


def test_the_manifest_gives_doors_of_the_senders_area_and_its_hash_follows_them(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    (only,) = listed(phone.get("formList"))
    url = str(only.findtext(f"{LIST}manifestUrl"))
    (file,) = listed(phone.get(url))
    assert file.findtext(f"{MANIFEST}filename") == "dwellings.csv"
    content = phone.get(str(file.findtext(f"{MANIFEST}downloadUrl"))).content
    before = file.findtext(f"{MANIFEST}hash")
    assert before == "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert content.decode().splitlines()[0] == "name,label,__version,building,floor,outcome"
    assert str(derive_id(HOUSE, "302")) in content.decode()
    Dwelling.objects.create(id=derive_id(HOUSE, "402"), area=COMMUNITY, building_id=HOUSE, label="402")
    (again,) = listed(phone.get(url))
    assert again.findtext(f"{MANIFEST}hash") != before


def test_a_request_without_the_version_header_is_refused(phone: Phone, form: Form) -> None:
    answer = phone.client.get(phone.at("formList"))
    assert answer.status_code == 400
    assert dressed(answer)


def test_an_unknown_or_revoked_telephone_gets_403_and_never_a_password_prompt(
    phone: Phone, form: Form
) -> None:
    assert phone.get("/key/no-such-token/formList").status_code == 403
    revoke(phone)
    answer = phone.get("formList")
    assert (answer.status_code, answer.has_header("WWW-Authenticate")) == (403, False)
    assert dressed(answer)


def test_a_closed_form_is_no_longer_offered(
    phone: Phone, form: Form, incident: UUID, commander: Actor
) -> None:
    with scope(commander, incident):
        forms.set_open(form=form.id, is_open=False, by=commander, incident=incident)
    assert listed(phone.get("formList")) == []


def test_another_districts_telephone_sees_no_form_and_no_door(
    form: Form, incident: UUID, commander: Actor, outsider: Actor, now: datetime
) -> None:
    theirs = enrolled(outsider, incident, commander, now)
    assert listed(theirs.get("formList")) == []
    assert theirs.get(f"forms/{form.id}/manifest").status_code == 404
    assert theirs.get(f"forms/{derive_id(form.id, 'version', '1')}.xml").status_code == 404


def test_an_account_without_the_right_is_told_so(
    form: Form, incident: UUID, commander: Actor, tracer: Actor, now: datetime
) -> None:
    assert enrolled(tracer, incident, commander, now).get("formList").status_code == 403


def test_a_telephones_token_opens_nothing_but_its_own_door(phone: Phone, form: Form) -> None:
    headers = {"Authorization": f"Bearer {phone.token}"}
    answer = phone.client.get("/i/lg-0217/people/", headers=headers)
    assert answer.status_code == 302
    assert "/accounts/login" in answer["Location"]


def test_a_new_version_is_offered_and_the_old_one_still_taken(
    phone: Phone, form: Form, incident: UUID, commander: Actor, now: datetime, draft: Draft
) -> None:
    import msgspec

    from tests.interop.openrosa.scene import filled

    newer = msgspec.structs.replace(
        draft, version="2", xform=draft.xform.replace('version="1"', 'version="2"')
    )
    with scope(commander, incident):
        forms.publish(draft=newer, area=COMMUNITY, by=commander, incident=incident, now=now)
    (only,) = listed(phone.get("formList"))
    assert only.findtext(f"{LIST}version") == "2"
    assert phone.send(filled(label="101")).status_code == 201


@pytest.mark.parametrize("path", ["submission", "formList", "forms/x"])
def test_other_methods_are_refused(phone: Phone, form: Form, path: str) -> None:
    assert phone.client.put(phone.at(path), headers=HEAD).status_code in (404, 405)
