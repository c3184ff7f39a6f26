"""The rows of a previewed file as they were read, kept sealed, so that the run need not read the file again.

Only what follows from the file alone is kept; who a row is and where it belongs is asked again by the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec

from muster import __version__
from muster.core import bulk, prepared
from muster.core.ids import derive_id
from muster.core.vault import Vault
from muster.domain.people.rules import Keys
from muster.domain.places.rules import Parts
from muster.interop.imports.reading import Person, Reading
from muster.interop.models import Import, ImportPart

TABLE, KIND = "interop_importpart", "identity"
COLUMNS = ("id", "incident", "area", "upload", "part", "sealed")


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Some rows, and the release that read them: another one may read otherwise."""

    release: str
    rows: list[tuple[int, Person | None, str, str, str, Keys | None, Parts | None]]


_decode = msgspec.msgpack.Decoder(Part).decode


def keeping(made: Import, held: Vault, chunks: Iterable[list[Reading]]) -> Iterator[list[Reading]]:
    """The same rows; each part is kept on its way, in place of what an earlier preview kept."""
    forget(made)
    for number, chunk in enumerate(chunks):
        identity = derive_id(made.id, "part", number)
        rows = [(r.row, r.said, r.code, r.field, r.about, r.blind, r.parts) for r in chunk]
        packed = msgspec.msgpack.encode(Part(__version__, rows))
        sealed = held.seal_bytes(packed, kind=KIND, table=TABLE, row=identity, field="sealed")
        bulk.write(ImportPart, COLUMNS, [(identity, made.incident, made.area, made.id, number, sealed)])
        yield chunk


def kept(made: Import, held: Vault) -> Iterator[list[Reading]] | None:
    """What the last preview kept, part by part; None when there is nothing this release can go on from."""
    found = prepared.fetch("select id from interop_importpart where upload = %s order by part", [made.id])
    parts = (_opened(held, identity) for (identity,) in found)
    first = next(parts, None)
    if first is None or first.release != __version__:
        return None
    return _readings(first, parts)


def _opened(held: Vault, identity: UUID) -> Part:
    ((sealed,),) = prepared.fetch("select sealed from interop_importpart where id = %s", [identity])
    return _decode(held.open_bytes(sealed, kind=KIND, table=TABLE, row=identity, field="sealed"))


def _readings(first: Part, others: Iterable[Part]) -> Iterator[list[Reading]]:
    yield [Reading(*row) for row in first.rows]
    for part in others:
        yield [Reading(*row) for row in part.rows]


def forget(made: Import) -> None:
    """Drop what was kept: the run is over, or another preview begins."""
    ImportPart.objects.filter(upload=made.id).delete()
