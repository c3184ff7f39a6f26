"""HTTP Digest as telephones speak it: signed nonces, no session, any worker."""

from __future__ import annotations

import hashlib
import time
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from muster.core.models import Device
from muster.interop.forms.models import Form
from muster.interop.openrosa.auth import NONCE_SECONDS, password_of
from tests.interop.openrosa.scene import HEAD, Phone, filled, revoke


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def challenge(phone: Phone, path: str = "/openrosa/formList") -> dict[str, str]:
    answer = phone.get(path)
    assert answer.status_code == 401
    kind, _, rest = answer["WWW-Authenticate"].partition(" ")
    assert kind == "Digest"
    return parse_keqv_list(parse_http_list(rest))


def signed(phone: Phone, asked: dict[str, str], method: str, uri: str, password: str = "") -> dict[str, str]:
    """The header a client answers with (RFC 7616)."""
    device = Device.objects.get(pk=phone.device)
    secret = password or password_of(device.id, bytes(device.token_hash))
    first, second = md5(f"{device.id}:{asked['realm']}:{secret}"), md5(f"{method}:{uri}")
    response = md5(f"{first}:{asked['nonce']}:00000001:c0ffee:auth:{second}")
    header = (
        f'Digest username="{device.id}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
        f'qop=auth, nc=00000001, cnonce="c0ffee", response="{response}", algorithm=MD5'
    )
    return HEAD | {"Authorization": header}


def ask(phone: Phone, headers: dict[str, str], uri: str = "/openrosa/formList") -> Any:
    return phone.client.get(uri, headers=headers)


def test_the_right_answer_opens_the_list_again_and_again(phone: Phone, form: Form) -> None:
    headers = signed(phone, challenge(phone), "GET", "/openrosa/formList?deviceID=a")
    for _ in range(2):
        answer = ask(phone, headers, "/openrosa/formList?deviceID=a")
        assert answer.status_code == 200
        assert b"/openrosa/forms/" in answer.content


def test_a_submission_comes_in_by_digest(phone: Phone, form: Form) -> None:
    uri = "/openrosa/submission"
    head = phone.client.head(uri, headers=HEAD)
    assert head.status_code == 401
    asked = parse_keqv_list(parse_http_list(head["WWW-Authenticate"].partition(" ")[2]))
    assert phone.client.head(uri, headers=signed(phone, asked, "HEAD", uri)).status_code == 204
    from django.core.files.uploadedfile import SimpleUploadedFile

    part = SimpleUploadedFile("a.xml", filled(label="101").encode(), content_type="text/xml")
    headers = signed(phone, asked, "POST", uri)
    assert phone.client.post(uri, {"xml_submission_file": part}, headers=headers).status_code == 201


@pytest.mark.parametrize("wrong", ["password", "uri", "method", "nonce", "garbage", "basic"])
def test_a_wrong_answer_is_asked_again(phone: Phone, form: Form, wrong: str) -> None:
    asked, uri = challenge(phone), "/openrosa/formList"
    headers = signed(
        phone,
        asked | ({"nonce": "bm9uY2U="} if wrong == "nonce" else {}),
        "POST" if wrong == "method" else "GET",
        "/openrosa/submission" if wrong == "uri" else uri,
        "guess" if wrong == "password" else "",
    )
    if wrong in ("garbage", "basic"):
        headers["Authorization"] = {"garbage": "Digest x", "basic": "Basic YTpi"}[wrong]
    assert ask(phone, headers, uri).status_code == 401


def test_an_old_nonce_is_stale_and_a_new_one_is_given(
    phone: Phone, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed(phone, challenge(phone), "GET", "/openrosa/formList")
    later = time.time() + NONCE_SECONDS + 5
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    answer = ask(phone, headers)
    assert answer.status_code == 401
    assert "stale=true" in answer["WWW-Authenticate"]


def test_a_revoked_telephone_cannot_answer(phone: Phone, form: Form) -> None:
    headers = signed(phone, challenge(phone), "GET", "/openrosa/formList")
    revoke(phone)
    assert ask(phone, headers).status_code == 401
