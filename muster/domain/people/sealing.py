"""Between clear words and the rows of Identity: the only place where residents are sealed and opened."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from muster.core.vault import Vault
from muster.domain.people.models import Identity
from muster.domain.people.rules import Keys, document_key, name_key, phone_key
from muster.domain.people.sounds import sound_key

KINDS = {"name": "identity", "document": "identity", "phone": "phone", "address": "address", "note": "note"}
SEALED = tuple(f"{field}_c" for field in KINDS)
BLIND = ("name_x", "document_x", "phone_x", "place_x", "sound_x")
COLUMNS = ("resident", "incident", "area", *SEALED, *BLIND)
TABLE = "people_identity"


class Clear(msgspec.Struct, frozen=True):
    """Who somebody is, in clear. Never logged, never stored like this."""

    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""


def keys(held: Vault, clear: Clear, building: UUID | None = None, dwelling: UUID | None = None) -> Keys:
    """The blind indexes of these words; what is empty has none."""
    name, document, phone = name_key(clear.name), document_key(clear.document), phone_key(clear.phone)
    name_x = held.index("name", name) if name else None
    sound_x = held.index("sound", sound_key(name) or name) if name else None
    return Keys(
        document=held.index("document", document) if document else None,
        phone=held.index("phone", phone) if phone else None,
        name=name_x,
        place=place(held, sound_x, building),
        sound=sound_x,
        dwelling=dwelling,
    )


def place(held: Vault, sound_x: bytes | None, building: UUID | None) -> bytes | None:
    """The blind index of the sound of a name in a building."""
    return held.index("place", f"{building}/{sound_x.hex()}") if sound_x and building else None


def columns_of(keys: Keys) -> tuple[bytes | None, ...]:
    """The blind indexes in the order of BLIND."""
    return (keys.name, keys.document, keys.phone, keys.place, keys.sound)


def sealed(held: Vault, resident: UUID, clear: Clear) -> tuple[bytes, ...]:
    """The sealed columns in the order of SEALED."""
    return tuple(
        held.seal(getattr(clear, field), kind=kind, table=TABLE, row=resident, field=field)
        for field, kind in KINDS.items()
    )


def opened(held: Vault, row: Identity) -> Clear:
    """The words of a row, in clear."""
    values: Mapping[str, str] = {
        field: held.open(getattr(row, f"{field}_c"), kind=kind, table=TABLE, row=row.resident, field=field)
        for field, kind in KINDS.items()
    }
    return Clear(**values)
