"""The vault: what it seals opens only in its place, and never without its key."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import new_id
from muster.core.models import DataKey
from muster.core.vault import KeyMissing, Unreadable, Vault, vault

ROW = new_id()
BARE = Vault("test", bytes(range(32)))


@given(st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    sealed = BARE.seal(text, kind="identity", table="t", row=ROW, field="name")
    assert BARE.open(sealed, kind="identity", table="t", row=ROW, field="name") == text


@pytest.mark.parametrize("change", [{"kind": "phone"}, {"table": "u"}, {"row": new_id()}, {"field": "phone"}])
def test_it_opens_nowhere_else(change: dict[str, object]) -> None:
    place = {"kind": "identity", "table": "t", "row": ROW, "field": "name"}
    sealed = BARE.seal("欧阳镕", **place)  # type: ignore[arg-type]
    with pytest.raises(Unreadable):
        BARE.open(sealed, **(place | change))  # type: ignore[arg-type]


def test_two_sealings_of_one_name_differ_and_their_index_does_not() -> None:
    one = BARE.seal("王一", kind="identity", table="t", row=ROW, field="name")
    two = BARE.seal("王一", kind="identity", table="t", row=ROW, field="name")
    assert one != two
    assert BARE.index("name", "王一") == BARE.index("name", "王一")
    assert BARE.index("name", "王一") != BARE.index("phone", "王一")


def test_the_key_is_a_private_file_outside_the_database(incident: UUID) -> None:
    path = Path(settings.KEY_DIR) / f"{incident}.key"
    assert path.stat().st_mode & 0o077 == 0
    assert (path.parent / "escrow" / path.name).exists()
    assert path.read_bytes() not in bytes(DataKey.objects.get(keyring=str(incident)).wrapped)


def test_without_key_and_escrow_nothing_opens(incident: UUID) -> None:
    path = Path(settings.KEY_DIR) / f"{incident}.key"
    copy = path.parent / "escrow" / path.name
    secret = path.read_bytes()
    try:
        path.unlink()
        assert vault(incident).name == str(incident)  # the escrow copy still serves
        copy.unlink()
        with pytest.raises(KeyMissing) as refusal:
            vault(incident)
        assert "密钥" in refusal.value.say("zh")
        assert "destroy" in refusal.value.say("en") or "erased" in refusal.value.say("en")
    finally:
        path.write_bytes(secret)
        copy.write_bytes(secret)
        path.chmod(0o600)


def test_a_wrong_key_fails_loudly(incident: UUID) -> None:
    path = Path(settings.KEY_DIR) / f"{incident}.key"
    secret = path.read_bytes()
    try:
        path.write_bytes(bytes(32))
        with pytest.raises(KeyMissing):
            vault(incident)
    finally:
        path.write_bytes(secret)
