"""Between clear words and the rows of Identity: the only place where residents are sealed and opened."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from muster.core.vault import Vault
from muster.domain.people.indexing import Clear as Clear
from muster.domain.people.indexing import keys as keys
from muster.domain.people.indexing import place as place
from muster.domain.people.models import Identity
from muster.domain.people.rules import Keys

KINDS = {"name": "identity", "document": "identity", "phone": "phone", "address": "address", "note": "note"}
SEALED = tuple(f"{field}_c" for field in KINDS)
BLIND = ("name_x", "document_x", "phone_x", "place_x", "sound_x")
COLUMNS = ("resident", "incident", "area", *SEALED, *BLIND)
TABLE = "people_identity"


def columns_of(keys: Keys) -> tuple[bytes | None, ...]:
    """The blind indexes in the order of BLIND."""
    return (keys.name, keys.document, keys.phone, keys.place, keys.sound)


def sealed(held: Vault, resident: UUID, clear: Clear) -> tuple[bytes, ...]:
    """The sealed columns in the order of SEALED."""
    row = str(resident)  # spelled once
    return tuple(
        held.seal(getattr(clear, field), kind=kind, table=TABLE, row=row, field=field)
        for field, kind in KINDS.items()
    )


def opened(held: Vault, row: Identity) -> Clear:
    """The words of a row, in clear."""
    values: Mapping[str, str] = {
        field: held.open(getattr(row, f"{field}_c"), kind=kind, table=TABLE, row=row.resident, field=field)
        for field, kind in KINDS.items()
    }
    return Clear(**values)
