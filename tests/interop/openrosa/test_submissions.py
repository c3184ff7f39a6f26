"""Submissions: every case of Collect's client, and what becomes of what was filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.core.models import Parked, Receipt, Retraction
from muster.core.vault import vault
from muster.domain.people.models import Resident
from muster.domain.worklists.models import DwellingState, Visit
from muster.interop.forms import actions as forms
from muster.interop.forms.models import Attachment, Form, Submission
from muster.interop.forms.refusals import TooLarge
from muster.interop.openrosa import bodies
from tests.interop.openrosa.scene import HEAD, HOUSE, Phone, enrolled, filled

ONE = UUID("6f0d2a52-3f43-4a2e-9d8e-0b4d6f2e9a01")
TWO = "uuid:0b9b9c0e-8f0f-4c39-b3c2-6f1a9d1f0002"
PEOPLE = (
    "<people><name>王小明</name><phone>13800138000</phone></people><people><name>李四</name><phone/></people>"
)


def message(answer: Any) -> str:
    return str(answer.content.decode())


def test_head_says_204_how_much_at_once_and_where(phone: Phone, form: Form) -> None:
    answer = phone.client.head(phone.at("submission") + "?deviceID=a", headers=HEAD)
    assert answer.status_code == 204
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert int(answer["X-OpenRosa-Accept-Content-Length"]) == bodies.MOST_BYTES
    assert answer["Location"].endswith(phone.at("submission"))


def test_a_new_submission_is_201_and_becomes_a_visit_with_its_own_id(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    answer = phone.send(filled(label="101", people=PEOPLE))
    assert answer.status_code == 201
    assert 'nature="submit_success"' in message(answer)
    visit = Visit.objects.get(pk=ONE)
    assert (visit.dwelling, visit.outcome, visit.persons) == (derive_id(HOUSE, "101"), "done", 2)
    assert DwellingState.objects.get(pk=derive_id(HOUSE, "101")).outcome == "done"
    assert Resident.objects.filter(dwelling=derive_id(HOUSE, "101")).count() == 2


def test_what_was_filled_in_is_sealed(phone: Phone, form: Form, in_scope: Actor, incident: UUID) -> None:
    phone.send(filled(label="101", people=PEOPLE), ("照片 一.jpg", b"\xff\xd8not a name"))
    held = Submission.objects.get(pk=ONE)
    assert "王小明".encode() not in bytes(held.sealed)
    opened = vault(incident).open(
        held.sealed, kind="note", table="interop_submission", row=held.id, field="sealed"
    )
    assert "王小明" in opened
    photo = Attachment.objects.get(submission=ONE)
    name = vault(incident).open(
        photo.name_c, kind="note", table="interop_attachment", row=photo.id, field="name_c"
    )
    assert (name, photo.size) == ("照片 一.jpg", 12)


def test_the_same_again_is_201_and_nothing_twice(phone: Phone, form: Form, in_scope: Actor) -> None:
    for _ in range(3):
        assert phone.send(filled(label="101", people=PEOPLE)).status_code == 201
    assert Visit.objects.count() == 1
    assert Submission.objects.count() == 1
    assert Resident.objects.count() == 2


def test_parts_of_one_submission_bring_their_files_one_after_the_other(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    xml = filled(label="101")
    first = phone.send(xml, ("1.jpg", b"one"), **{"*isIncomplete*": "yes"})
    second = phone.send(xml, ("2.jpg", b"two"), ("1.jpg", b"one"))
    assert (first.status_code, second.status_code) == (201, 201)
    assert sorted(Attachment.objects.values_list("size", flat=True)) == [3, 3]


def test_a_hundred_photographs_come_at_once(phone: Phone, form: Form, in_scope: Actor) -> None:
    files = [(f"{n}.jpg", bytes([n])) for n in range(100)]
    assert phone.send(filled(label="101"), *files).status_code == 201
    assert Attachment.objects.count() == 100


def test_the_same_id_with_other_content_is_409_and_both_are_kept(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    phone.send(filled(label="101", persons=2), ("1.jpg", b"one"))
    answer = phone.send(filled(label="101", persons=3), ("1.jpg", b"other"))
    assert answer.status_code == 409
    assert sorted(Attachment.objects.values_list("size", flat=True)) == [3, 5], "with their photographs"
    assert 'nature="error"' in message(answer)
    assert Visit.objects.get().persons == 2
    parked = Parked.objects.get(command=ONE)
    assert (parked.result, parked.code) == ("conflict", "forms.conflict")
    phone.send(filled(label="101", persons=3))
    assert Parked.objects.filter(command=ONE).count() == 1


def test_an_edit_takes_the_first_version_back(phone: Phone, form: Form, in_scope: Actor) -> None:
    phone.send(filled(label="101", outcome="absent", persons=0))
    edit = filled(TWO, label="101", persons=4, meta=f"<orx:deprecatedID>uuid:{ONE}</orx:deprecatedID>")
    assert phone.send(edit).status_code == 201
    assert Retraction.objects.filter(target=ONE, kind="worklists.visit").exists()
    state = DwellingState.objects.get(pk=derive_id(HOUSE, "101"))
    assert (state.outcome, state.persons, state.was_shut) == ("done", 4, False)


def test_an_edit_that_arrives_first_wins_too(phone: Phone, form: Form, in_scope: Actor) -> None:
    edit = filled(TWO, label="101", persons=4, meta=f"<orx:deprecatedID>uuid:{ONE}</orx:deprecatedID>")
    phone.send(edit)
    assert phone.send(filled(label="101", outcome="absent", persons=0)).status_code == 201
    state = DwellingState.objects.get(pk=derive_id(HOUSE, "101"))
    assert (state.outcome, state.visits) == ("done", 1)
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"form": "nobody's"}, {"version": "99"}])
def test_an_unknown_form_or_version_is_404_and_kept(
    phone: Phone, form: Form, in_scope: Actor, wrong: dict[str, str]
) -> None:
    answer = phone.send(filled(label="101", **wrong))  # type: ignore[arg-type]
    assert answer.status_code == 404
    assert Parked.objects.get(command=ONE).code == "forms.unknown"


def test_a_closed_form_is_409_and_what_came_is_kept(
    phone: Phone, form: Form, in_scope: Actor, incident: UUID
) -> None:
    forms.set_open(form=form.id, is_open=False, by=in_scope, incident=incident)
    assert phone.send(filled(label="101")).status_code == 409
    assert Parked.objects.get(command=ONE).code == "forms.closed"


def test_a_door_that_is_not_here_yet_waits_and_is_taken_when_it_comes(
    phone: Phone, form: Form, in_scope: Actor, incident: UUID, grid_worker: Actor
) -> None:
    from dataclasses import replace

    from muster.core.models import Account
    from muster.domain.places.models import Dwelling
    from muster.fieldapp import sync
    from tests.cast import COMMUNITY

    answer = phone.send(filled(label="909"))
    assert answer.status_code == 201
    assert "1" in message(answer)
    assert Receipt.objects.get(pk=ONE).result == "quarantined"
    Dwelling.objects.create(id=derive_id(HOUSE, "909"), area=COMMUNITY, building_id=HOUSE, label="909")
    account = Account.objects.get(username=grid_worker.username)
    assert sync.retry(replace(grid_worker, account=account.id), incident) == 1
    assert Visit.objects.filter(pk=ONE).exists()


def test_an_answer_no_command_can_hold_is_kept_for_a_person(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    assert phone.send(filled(label="101", outcome="vanished")).status_code == 201
    assert Parked.objects.get(command=ONE).result == "refused"
    assert Submission.objects.filter(pk=ONE).exists()


def test_a_form_without_mapping_is_kept_as_it_is(
    phone: Phone, form: Form, in_scope: Actor, incident: UUID
) -> None:
    forms.map_answers(form=form.id, steps=[], by=in_scope, incident=incident)
    assert phone.send(filled(label="101")).status_code == 201
    assert Submission.objects.get(pk=ONE).commands == []
    assert not Visit.objects.exists()


def test_without_an_instance_id_the_same_bytes_are_one(phone: Phone, form: Form, in_scope: Actor) -> None:
    for _ in range(2):
        assert phone.send(filled("", label="101")).status_code == 201
    assert Submission.objects.count() == 1


def test_an_instance_id_that_is_no_uuid_is_one_record(phone: Phone, form: Form, in_scope: Actor) -> None:
    for _ in range(2):
        assert phone.send(filled("collect-17", label="101")).status_code == 201
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "not xml",
        '<!DOCTYPE d [<!ENTITY x "y">]><data id="sweep" version="1">&x;</data>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><data id="sweep"/>',
        "<data/>",
        "<a>" * 100 + "</a>" * 100,
        '<data id="sweep">' + "<x/>" * 30_000 + "</data>",
    ],
    ids=["text", "entity", "outside", "nameless", "deep", "wide"],
)
def test_hostile_or_broken_forms_are_400_with_a_message(phone: Phone, form: Form, hostile: str) -> None:
    answer = phone.send(hostile)
    assert answer.status_code == 400
    assert 'nature="error"' in message(answer)


def test_a_post_that_is_no_form_is_400(phone: Phone, form: Form) -> None:
    plain = phone.client.post(phone.at("submission"), b"{}", content_type="application/json", headers=HEAD)
    empty = phone.client.post(phone.at("submission"), {"a": "b"}, headers=HEAD)
    assert (plain.status_code, empty.status_code) == (400, 400)


def test_a_line_that_broke_in_a_photograph_is_400_and_nothing_is_half_kept(
    phone: Phone, form: Form, in_scope: Actor
) -> None:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    parts = {
        "xml_submission_file": SimpleUploadedFile("a.xml", filled(label="101").encode(), "text/xml"),
        "1.jpg": SimpleUploadedFile("1.jpg", b"x" * 3_000, "image/jpeg"),
    }
    whole = encode_multipart(BOUNDARY, parts)
    for end in (len(whole) - 2_000, len(whole) - len(BOUNDARY) - 6, 100, 0):
        cut = phone.client.generic(
            "POST", phone.at("submission"), whole[:end], MULTIPART_CONTENT, headers=HEAD
        )
        assert cut.status_code == 400, end
    assert not Submission.objects.exists()
    sent = phone.client.generic("POST", phone.at("submission"), whole, MULTIPART_CONTENT, headers=HEAD)
    assert sent.status_code == 201


def test_every_answer_is_dressed_for_a_telephone(phone: Phone, form: Form) -> None:
    for answer in (
        phone.get("submission"),
        phone.client.put(phone.at("formList"), headers=HEAD),
        phone.client.get(phone.at("formList")),
        phone.get(f"forms/{ONE}.xml"),
        phone.get("/key/nobody/formList"),
    ):
        assert answer.status_code in (400, 403, 404, 405)
        assert answer["X-OpenRosa-Version"] == "1.0"
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        assert 'nature="error"' in message(answer)


def test_too_much_at_once_is_413(phone: Phone, form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 2_000)
    assert phone.send(filled(label="101"), ("big.jpg", b"x" * 5_000)).status_code == 413


def test_a_chunked_body_is_read_to_its_end_and_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    line = b"\r\n"
    body = line.join([
        b"--B", b'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"',
        b"Content-Type: text/xml", b"", b"<data/>", b"--B",
        'Content-Disposition: form-data; name="图.jpg"; filename="图.jpg"'.encode(), b"", b"bytes", b"--B--", b"",
    ])  # fmt: skip

    def request() -> Any:
        made = RequestFactory().post("/x", content_type="multipart/form-data; boundary=B")
        made.META.pop("CONTENT_LENGTH", None)
        made.META["HTTP_TRANSFER_ENCODING"] = "chunked"
        made.META["wsgi.input"] = io.BytesIO(body)
        return made

    read = bodies.read_body(request())
    assert (read.xml, [(one.name, one.content) for one in read.files]) == (b"<data/>", [("图.jpg", b"bytes")])
    monkeypatch.setattr(bodies, "MOST_BYTES", 50)
    with pytest.raises(TooLarge):
        bodies.read_body(request())


def test_another_district_may_not_hand_in_here(
    form: Form, incident: UUID, commander: Actor, outsider: Actor, now: datetime
) -> None:
    theirs = enrolled(outsider, incident, commander, now)
    assert theirs.send(filled(label="101")).status_code == 403
    with scope(commander, incident):
        assert not Submission.objects.exists()
