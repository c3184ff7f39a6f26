"""A pass proves itself without a network."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import derive_id
from muster.domain.passes.rules import (
    Check,
    PassFields,
    PassKind,
    differs,
    judge,
    keep_until,
    payload,
    seconds,
    token,
    verify,
)
from tests.cast import NOW

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
FIELDS = PassFields(
    id=derive_id("pass"), incident=derive_id("incident"), kind=PassKind.RESIDENT, code="7XK2M9QA",
    valid_from=seconds(NOW), valid_to=seconds(NOW) + 86_400,
)  # fmt: skip
TOKEN = token(FIELDS, KEY.sign(payload(FIELDS)))


def test_a_good_pass_says_what_was_signed() -> None:
    reading = verify(f" {TOKEN}\n", PUBLIC, NOW)
    assert (reading.check, reading.fields) == (Check.GOOD, FIELDS)
    assert len(TOKEN) < 300, "it must fit a code that a cheap telephone reads"


@pytest.mark.parametrize(
    ("at", "check"),
    [
        (NOW - timedelta(seconds=1), Check.NOT_YET), (NOW, Check.GOOD),
        (NOW + timedelta(hours=24, seconds=-1), Check.GOOD), (NOW + timedelta(hours=24), Check.EXPIRED),
    ],
)  # fmt: skip
def test_a_pass_holds_from_its_first_second_to_before_its_last(at: datetime, check: Check) -> None:
    assert verify(TOKEN, PUBLIC, at).check == check


def test_a_changed_pass_is_told_from_an_expired_one() -> None:
    longer = PassFields(
        **{name: getattr(FIELDS, name) for name in FIELDS.__struct_fields__} | {"valid_to": 2**40}
    )
    forged = token(longer, KEY.sign(payload(FIELDS)))
    assert verify(forged, PUBLIC, NOW).check == Check.TAMPERED
    assert verify(forged, PUBLIC, NOW).fields is None


def test_a_pass_signed_with_another_key_is_tampered() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert verify(token(FIELDS, other.sign(payload(FIELDS))), PUBLIC, NOW).check == Check.TAMPERED
    assert verify(TOKEN, other.public_key().public_bytes_raw(), NOW).check == Check.TAMPERED


@given(place=st.integers(0, len(TOKEN) - 1), character=st.sampled_from("AZaz09-_.=~ \u4e00"))
def test_no_changed_character_gives_a_different_good_pass(place: int, character: str) -> None:
    reading = verify(TOKEN[:place] + character + TOKEN[place + 1 :], PUBLIC, NOW)
    assert reading.fields is None or reading.fields == FIELDS


@given(
    text=st.one_of(
        st.text(), st.binary().map(lambda raw: "MP1." + base64.urlsafe_b64encode(raw).decode() + ".AA")
    )
)
def test_whatever_is_scanned_is_answered(text: str) -> None:
    assert verify(text, PUBLIC, NOW).check in {Check.UNREADABLE, Check.TAMPERED}


def test_revoked_comes_before_expired() -> None:
    end = NOW + timedelta(hours=1)
    assert judge(end, NOW, end, None) == Check.EXPIRED
    assert judge(end, NOW, end, NOW) == Check.REVOKED
    assert judge(NOW, NOW, end, end) == Check.GOOD


def test_a_verdict_differs_when_it_lets_through_what_does_not_hold() -> None:
    assert differs("pass", Check.EXPIRED)
    assert not differs("stop", Check.GOOD), "a fever stops somebody with a good pass"
    assert not differs("pass", Check.GOOD)
    assert not differs("stop", Check.UNKNOWN)
    assert not differs("amber", Check.REVOKED)
    assert not differs("pass", Check.NOT_SHOWN)


def test_it_is_kept_who_it_was_only_where_the_protocol_asks() -> None:
    assert keep_until(NOW, True, 14) == NOW + timedelta(days=14)
    assert keep_until(NOW, False, 14) is None
    assert keep_until(NOW, True, 0) is None
