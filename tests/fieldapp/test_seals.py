"""Sealed records: golden batches of the shipped script, the drill's own hand, and everything that must not open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from drill.seal import Sealer
from muster.fieldapp import seals

DATA = Path(__file__).parent / "data"
GOLDEN = sorted(DATA.glob("sealed-*.json"))


def private(batch: dict[str, Any]) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(batch["server"], 16), seals.CURVE)


def number(text: str) -> int:
    return int.from_bytes(seals.decode(text))


def holds(batch: dict[str, Any]) -> None:
    """The server opens every item, the chain holds, and the drill makes the same bytes from the same chance."""
    server, sign = private(batch), ec.derive_private_key(number(batch["sign"]), seals.CURVE)
    public = seals.raw_public(sign.public_key())
    sealer = Sealer(batch["device"], batch["kid"], seals.raw_public(server.public_key()), sign)
    prev = ""
    for item, command, once, nonce in zip(
        batch["items"], batch["commands"], batch["once"], batch["nonces"], strict=True
    ):
        read = msgspec.convert(item, seals.Item)
        plain = seals.open_item(read, server)
        assert json.loads(plain) == command
        assert seals.is_signed(read, public)
        assert item["prev"] == prev
        prev = read.mark()
        again = sealer.seal(
            plain,
            command["id"],
            command["seq"],
            once=ec.derive_private_key(number(once), seals.CURVE),
            nonce=bytes(nonce),
        )
        assert {k: v for k, v in again.items() if k != "sig"} == {k: v for k, v in item.items() if k != "sig"}
        assert seals.is_signed(msgspec.convert(again, seals.Item), public)
    assert prev == batch["last"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_batches_of_every_release_still_open(path: Path) -> None:
    holds(json.loads(path.read_text(encoding="utf-8")))


def test_there_is_a_batch_of_this_release() -> None:
    assert DATA / "sealed-v1.json" in GOLDEN


@pytest.fixture
def batch() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "sealed-v1.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("field", ["id", "device", "seq", "prev", "kid", "epk", "box"])
def test_whatever_is_changed_outside_or_inside_it_does_not_open(batch: dict[str, Any], field: str) -> None:
    first, second = batch["items"][:2]
    item = (
        msgspec.convert({**second, field: first[field]}, seals.Item)
        if field not in ("kid", "device")
        else (msgspec.convert({**second, field: "01890a5d-ac96-774b-bcce-000000000099"}, seals.Item))
    )
    with pytest.raises(seals.Broken):
        seals.open_item(item, private(batch))


def test_another_phones_signature_is_not_this_ones(batch: dict[str, Any]) -> None:
    first, second = (msgspec.convert(one, seals.Item) for one in batch["items"][:2])
    sign = ec.derive_private_key(number(batch["sign"]), seals.CURVE)
    public = seals.raw_public(sign.public_key())
    assert not seals.is_signed(msgspec.structs.replace(second, sig=first.sig), public)
    other = seals.raw_public(ec.generate_private_key(seals.CURVE).public_key())
    assert not seals.is_signed(first, other)


@pytest.mark.parametrize("text", ["", "=", "%%%%", "AAAA", "ÄÄÄÄ"])
def test_rubbish_in_a_field_is_broken_not_a_fault(batch: dict[str, Any], text: str) -> None:
    item = msgspec.convert(batch["items"][0], seals.Item)
    for field in ("epk", "box"):
        with pytest.raises(seals.Broken):
            seals.open_item(msgspec.structs.replace(item, **{field: text}), private(batch))
