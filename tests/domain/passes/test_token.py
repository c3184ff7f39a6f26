"""A pass is believed when one of our keys signed it just so, and refused with its own word otherwise."""

from __future__ import annotations

import json
import string
import zlib
from pathlib import Path
from uuid import UUID

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.passes import base45, cbor, cose, lists, token
from muster.domain.passes.cose import Disbelieved, Fault
from muster.domain.passes.rules import Check, ListKind, PassKind
from muster.domain.passes.words import RECORDED, WORDS
from tests.domain.passes import forge

VECTORS = Path(__file__).with_name("vectors.json")
CASES = forge.cases()
CLAIMS = token.Claims(
    id=forge.PASS, issuer="lg-0217", kind=PassKind.RESIDENT, code="7XK2M9QA", valid_from=forge.FROM,
    valid_to=forge.TO, zone="中兴路", holder="王*", tail="42X",
)  # fmt: skip
OURS = token.issue(CLAIMS, forge.KEY)


@pytest.mark.parametrize(("name", "text", "at", "fault"), CASES, ids=[case[0] for case in CASES])
def test_each_case_gets_its_own_answer(name: str, text: str, at: int, fault: Fault | None) -> None:
    reading = token.verify(text, forge.KEYS, at)
    assert reading.fault == fault, f"{name}: {reading.where}"
    assert (reading.claims is not None) == (fault in (None, Fault.EXPIRED, Fault.NOT_YET))


def test_the_vectors_of_the_telephone_are_these_cases() -> None:
    """`python -m tests.domain.passes.test_token` writes them; the field app's script is held to the same file."""
    assert json.loads(VECTORS.read_text(encoding="utf-8")) == vectors()


def test_what_was_signed_is_what_is_read() -> None:
    reading = token.verify(OURS, forge.KEYS, forge.NOON)
    assert reading.claims == CLAIMS == token.verify(forge.text(), forge.KEYS, forge.NOON).claims
    assert reading.kid == forge.kid(forge.KEY).hex()
    assert token.issue(CLAIMS, forge.KEY) == OURS, "the same pass has the same text"
    assert len(OURS) < 350, "it must fit a code that a cheap telephone reads"
    assert set(OURS) <= set(base45.ALPHABET), "the alphabet a code holds most tightly"


def test_no_key_no_belief() -> None:
    assert token.verify(OURS, {}, forge.NOON).fault == Fault.UNKNOWN_KEY
    swapped = {forge.kid(forge.KEY): forge.raw(forge.STRANGER)}
    assert token.verify(OURS, swapped, forge.NOON).fault == Fault.TAMPERED


@pytest.mark.parametrize("at", range(len(forge.cose())))
def test_no_changed_byte_is_believed(at: int) -> None:
    message = bytearray(forge.cose())
    for bit in (1, 8, 0x20, 0x80, 0xFF):
        bent = bytes([*message[:at], message[at] ^ bit, *message[at + 1 :]])
        reading = token.verify(forge.text(bent), forge.KEYS, forge.NOON)
        assert reading.fault is not None
        assert reading.claims is None


@pytest.mark.parametrize("at", range(len(OURS)))
def test_no_changed_character_is_believed(at: int) -> None:
    for character in base45.ALPHABET + "a~证":
        if character != OURS[at]:
            text = OURS[:at] + character + OURS[at + 1 :]
            if text.strip() != OURS:
                assert token.verify(text, forge.KEYS, forge.NOON).claims is None, (at, character)


@pytest.mark.parametrize("at", range(len(OURS)))
def test_no_cut_or_doubled_part_is_believed(at: int) -> None:
    for text in (OURS[:at], OURS[at + 1 :], OURS[:at] + OURS[at + 1 :], OURS[:at] + OURS[at] + OURS[at:]):
        reading = token.verify(text, forge.KEYS, forge.NOON)
        assert reading.claims is None or text == OURS


def test_a_stored_stream_has_one_spelling_beside_the_level_it_names() -> None:
    packed = zlib.compress(forge.cose(), 0)
    believed = set()
    for at in range(len(packed)):
        for value in range(256) if at < 7 else [packed[at] ^ 1 << bit for bit in range(8)]:
            bent = bytes([*packed[:at], value, *packed[at + 1 :]])
            if token.verify(forge.text(packed=bent), forge.KEYS, forge.NOON).claims is not None:
                believed.add(bent)
    levels = {b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"}
    assert believed == {mark + packed[2:] for mark in levels}, "zlib's own level marks, the same signed bytes"


@given(text=st.one_of(st.text(), st.binary(max_size=400).map(lambda raw: "MUS1:" + base45.encode(raw))))
def test_whatever_is_scanned_is_answered(text: str) -> None:
    assert token.verify(text, forge.KEYS, forge.NOON).fault is not None


@given(raw=st.binary(max_size=300))
def test_whatever_is_packed_and_signed_is_answered(raw: bytes) -> None:
    assert token.verify(forge.text(raw), forge.KEYS, forge.NOON).fault is not None
    assert token.verify(forge.signed(raw), forge.KEYS, forge.NOON).fault in (Fault.MALFORMED, Fault.CLAIMS)


@given(raw=st.binary(max_size=60))
def test_base45_there_and_back(raw: bytes) -> None:
    text = base45.encode(raw)
    assert base45.decode(text) == raw
    assert not text.endswith(" "), "white space at the end may be cut off"


def test_base45_is_that_of_the_standard() -> None:
    assert base45.encode(b"AB") == "BB8"
    assert base45.encode(b"Hello!!") == "%69 VD92EX0"
    assert base45.decode("QED8WEX0") == b"ietf!"


VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**64), 2**64 - 1), st.binary(max_size=30), st.text(max_size=20), st.booleans(), st.none()
    ),
    lambda one: st.one_of(
        st.lists(one, max_size=30),
        st.dictionaries(st.one_of(st.integers(-70_000, 70_000), st.text(max_size=5)), one, max_size=30),
    ),
    max_leaves=40,
)  # fmt: skip


def depth(value: object) -> int:
    inside = (
        value if isinstance(value, list) else [*value, *value.values()] if isinstance(value, dict) else []
    )
    return 1 + max(map(depth, inside), default=0) if isinstance(value, list | dict) else 0


@given(value=VALUES)
def test_our_cbor_is_everybodys_canonical_cbor(value: object) -> None:
    ours = cbor.encode(value)
    assert cbor2.loads(ours) == value
    if depth(value) <= cbor.DEEPEST:
        assert cbor.decode(ours) == value


@given(data=st.binary(max_size=40))
def test_what_we_read_of_cbor_others_read_the_same(data: bytes) -> None:
    try:
        found = cbor.decode(data)
    except cbor.Malformed:
        return
    assert cbor.encode(found) in (data, cbor.encode(cbor.decode(data)))
    if not isinstance(found, cbor.Tagged):
        assert cbor2.loads(data) == found or "Tagged" in repr(found)


@pytest.mark.parametrize(
    "wrong",
    [{"valid_to": forge.FROM}, {"code": ""}, {"issuer": "x" * 65}, {"holder": "王\x00"}, {"valid_from": -1},
     {"tail": "12345"}, {"valid_to": 1 << 40}],
)  # fmt: skip
def test_nonsense_is_not_issued(wrong: dict[str, object]) -> None:
    bent = {name: getattr(CLAIMS, name) for name in CLAIMS.__struct_fields__} | wrong
    with pytest.raises(ValueError):
        token.issue(token.Claims(**bent), forge.KEY)


def test_every_fault_has_words_and_is_recorded() -> None:
    assert set(WORDS) == set(RECORDED) == set(Fault)
    for fault, words in WORDS.items():
        assert set(words) == {"zh", "en"}
        assert not set(string.ascii_letters) & set(words["zh"]), fault
        assert words["en"].isascii()
    assert Check.GOOD not in RECORDED.values()
    assert len({words["zh"] for words in WORDS.values()}) == len(Fault)


IDS = [UUID(int=n) for n in range(50)]


def test_a_signed_list_knows_its_passes() -> None:
    held = lists.PassList("lg-0217", ListKind.REVOKED, forge.FROM, lists.marks(IDS[::2]))
    read = lists.read(lists.sign(held, forge.KEY), forge.KEYS)
    assert read == held
    assert [one for one in IDS if one in read] == IDS[::2]
    assert "x" not in read
    assert len(held.marks) == 25 * 8, "eight bytes each: 100,000 of them are 800 kB"


def test_a_list_with_rows_comes_back_whole() -> None:
    row = lists.Row(lists.mark(IDS[0]), "7XK2M9QA", "resident", "王*", "42X", "中兴路", forge.FROM, forge.TO)
    held = lists.PassList("lg-0217", ListKind.WHITELIST, forge.FROM, lists.marks(IDS[:1]), (row,))
    assert lists.read(lists.sign(held, forge.KEY), forge.KEYS) == held


@pytest.mark.parametrize(
    "payload",
    [
        {}, {1: "x", 6: 1, -65537: {1: "king", 2: b""}}, {1: "x", 6: True, -65537: {1: "revoked", 2: b""}},
        {1: "x", 6: 1, -65537: {1: "revoked", 2: b"1234567"}}, {1: 5, 6: 1, -65537: {1: "revoked", 2: b""}},
        {1: "x", 6: 1, -65537: {1: "revoked", 2: b"b" * 8 + b"a" * 8}}, [1], {1: "x", 6: 1, -65537: 5},
        {1: "x", 6: 1, -65537: {1: "whitelist", 2: b"", 3: [["x"]]}},
    ],
)  # fmt: skip
def test_a_list_that_makes_no_sense_is_not_believed(payload: object) -> None:
    with pytest.raises(Disbelieved) as refused:
        lists.read(forge.cose(cbor2.dumps(payload)), forge.KEYS)
    assert refused.value.fault == Fault.CLAIMS


def test_a_list_is_believed_only_from_our_keys() -> None:
    held = lists.PassList("lg-0217", ListKind.REVOKED, forge.FROM, lists.marks(IDS))
    message = lists.sign(held, forge.STRANGER)
    with pytest.raises(Disbelieved) as refused:
        lists.read(message, forge.KEYS)
    assert refused.value.fault == Fault.UNKNOWN_KEY
    with pytest.raises(Disbelieved):
        lists.read(lists.sign(held, forge.KEY)[:-1], forge.KEYS)


def test_a_pass_is_no_list_and_a_list_no_pass() -> None:
    held = lists.PassList("lg-0217", ListKind.REVOKED, forge.FROM, b"")
    assert token.verify(forge.text(lists.sign(held, forge.KEY)), forge.KEYS, forge.NOON).fault == Fault.CLAIMS
    with pytest.raises(Disbelieved):
        lists.read(token.unpack(OURS), forge.KEYS)


def test_the_fingerprint_is_of_the_key() -> None:
    assert cose.fingerprint(forge.raw(forge.KEY)) == forge.kid(forge.KEY)


def vectors() -> dict[str, object]:
    """Everything the telephone's own check is held to."""
    held = lists.PassList("lg-0217", ListKind.REVOKED, forge.FROM, lists.marks(IDS[::2]))
    row = lists.Row(lists.mark(IDS[0]), "7XK2M9QA", "resident", "王*", "42X", "中兴路", forge.FROM, forge.TO)
    white = lists.PassList("lg-0217", ListKind.WHITELIST, forge.FROM, lists.marks(IDS[:1]), (row,))
    return {
        "keys": [key.hex() for key in forge.KEYS.values()],
        "claims": {name: str(value) for name, value in _plain(CLAIMS).items()},
        "cases": [
            {"name": name, "text": text, "at": at, "fault": fault and str(fault)} for name, text, at, fault in CASES
        ],
        "revoked": lists.sign(held, forge.KEY).hex(),
        "revoked_ids": [str(one) for one in IDS[::2]],
        "other_ids": [str(one) for one in IDS[1::2]],
        "whitelist": lists.sign(white, forge.KEY).hex(),
        "forged_list": lists.sign(held, forge.STRANGER).hex(),
    }  # fmt: skip


def _plain(claims: token.Claims) -> dict[str, object]:
    return {name: getattr(claims, name) for name in claims.__struct_fields__}


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
