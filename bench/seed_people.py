"""Who the residents of the seeded district are, sealed as on a real installation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg


def identities(cursor: psycopg.Cursor[Any], incident: UUID) -> None:
    """Seal everybody: this is the one thing the server cannot do itself."""
    columns = ("resident", "incident", "area", "name_c", "document_c", "phone_c", "address_c", "note_c")
    blind = ("name_x", "document_x", "phone_x", "place_x")
    cursor.execute("select n, id, area from seed.person order by n")
    people = cursor.fetchall()
    with cursor.copy(
        f"copy people_identity ({', '.join(columns + blind)}) from stdin (format binary)"
    ) as copy:
        copy.set_types(["uuid", "uuid", "int8", *["bytea"] * 9])
        for row in _sealed(people, incident):
            copy.write_row(row)


def _sealed(people: list[tuple[int, UUID, int]], incident: UUID) -> Iterator[tuple[Any, ...]]:
    from muster.core.access import scope, system
    from muster.core.vault import vault
    from muster.domain.people import sealing

    with scope(system(), incident):
        held = vault(incident)
    for n, resident, area in people:
        clear = sealing.Clear(f"王{n:06}", f"440399{1940 + n % 75}0101{n % 10000:04}", f"13{n:09}")
        keys = sealing.keys(held, clear)
        yield (
            resident, incident, area, *sealing.sealed(held, resident, clear), keys.name, keys.document, keys.phone,
            None,
        )  # fmt: skip
