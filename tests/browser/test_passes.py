"""The telephone judges passes as the server does, and its camera reads them: the shipped scripts in the browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bench import qr, qr_images
from bench.field_files import served
from tests.domain.passes import forge
from tests.domain.passes.test_token import VECTORS

KNOWN = json.loads(VECTORS.read_text(encoding="utf-8"))
VERIFY = """async ([keys, cases, web]) => {
  const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  if (!web) {
    const plain = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (form, key, kind, ...rest) => kind.name === "Ed25519"
      ? Promise.reject(new DOMException("old browser", "NotSupportedError")) : plain(form, key, kind, ...rest);
  }
  const token = await import("/app/passes/token.js");
  const ring = await token.keyring(keys.map(bytes));
  const found = [];
  for (const one of cases) found.push(await token.verify(one.text, ring, one.at));
  return found;
}"""
JUDGE = """async ([lists, asked]) => {
  const {judge} = await import("/app/passes/judge.js");
  const held = await judge(lists);
  const found = [];
  for (const [text, now] of asked) found.push(await held.shown(text, now));
  return found;
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with served() as address:
        page = chromium.new_page()
        page.goto(f"{address}/blank.html")
        yield page
        page.close()


@pytest.mark.parametrize("web", [True, False], ids=["the browser's Ed25519", "the library's"])
def test_the_telephone_judges_every_case_as_the_server_does(page: Page, web: bool) -> None:
    found = page.evaluate(VERIFY, [KNOWN["keys"], KNOWN["cases"], web])
    told = {case["name"]: one["fault"] for case, one in zip(KNOWN["cases"], found, strict=True)}
    assert told == {case["name"]: case["fault"] for case in KNOWN["cases"]}
    claims = found[0]["claims"]
    assert {name: str(value) for name, value in claims.items()} == KNOWN["claims"]


def test_no_changed_byte_is_believed_on_the_telephone(page: Page) -> None:
    message = forge.cose()
    bent = [
        forge.text(message[:at] + bytes([message[at] ^ bit]) + message[at + 1 :])
        for at in range(len(message)) for bit in (1, 0x80)
    ]  # fmt: skip
    cases = [{"text": text, "at": forge.NOON} for text in bent]
    found = page.evaluate(VERIFY, [KNOWN["keys"], cases, True])
    assert [one for one in found if one["fault"] is None or one["claims"]] == []


def lists(**more: Any) -> dict[str, Any]:
    import base64

    keys = [base64.b64encode(bytes.fromhex(key)).decode() for key in KNOWN["keys"]]
    return {"keys": keys, "revoked": [], "listed": [], "hours": 12, "made": forge.NOON * 1000} | more


def test_lists_turn_a_good_pass_into_stop_or_amber(page: Page) -> None:
    import base64

    from muster.domain.passes.lists import mark

    now, good = forge.NOON * 1000, forge.text()
    asked = [[good, now], [good, now + 13 * 3_600_000], [good, (forge.TO + 1) * 1000], ["rubbish", now]]
    found = page.evaluate(JUDGE, [lists(), asked])
    assert [(one["verdict"], one["reason"]) for one in found] == [
        ("pass", "good"), ("amber", "list_old"), ("stop", "expired"), ("stop", "not_a_pass")
    ]  # fmt: skip
    gone = base64.b64encode(mark(forge.PASS)).decode()
    (one,) = page.evaluate(JUDGE, [lists(revoked=[gone]), [[good, now]]])
    assert (one["verdict"], one["reason"]) == ("stop", "revoked")


def test_the_reader_reads_worn_codes_and_never_wrongly(page: Page) -> None:
    """A quarter of the pictures of `python -m bench.qr`, which promises 90 of 120."""
    found = qr.read(page, qr_images.SEED, 30)
    assert found["wrong"] == 0
    assert found["read"] >= 22
