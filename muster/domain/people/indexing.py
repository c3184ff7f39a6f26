"""From clear words to blind indexes. Pure."""

from __future__ import annotations

from uuid import UUID

import msgspec

from muster.core.blind import BlindIndex
from muster.domain.people.rules import Keys, document_key, name_key, phone_key
from muster.domain.people.sounds import sound_key


class Clear(msgspec.Struct, frozen=True):
    """Who somebody is, in clear. Never logged, never stored like this."""

    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""


def keys(held: BlindIndex, clear: Clear, building: UUID | None = None, dwelling: UUID | None = None) -> Keys:
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


def place(held: BlindIndex, sound_x: bytes | None, building: UUID | None) -> bytes | None:
    """The blind index of the sound of a name in a building."""
    return held.index("place", f"{building}/{sound_x.hex()}") if sound_x and building else None
