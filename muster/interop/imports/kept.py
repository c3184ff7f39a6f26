"""The rows of a previewed file as they were read, kept sealed, so that the run need not read the file again.

Only what follows from the file alone is kept; who a row is and where it belongs is asked again by the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from muster.core import bulk, prepared
from muster.core.ids import derive_id
from muster.core.vault import Vault
from muster.interop.imports.reading import Reading
from muster.interop.imports.ready import packed, unpacked
from muster.interop.models import Import, ImportPart

TABLE, KIND = "interop_importpart", "identity"
COLUMNS = ("id", "incident", "area", "upload", "part", "sealed")


def keeping(made: Import, held: Vault, chunks: Iterable[list[Reading]]) -> Iterator[list[Reading]]:
    """The same rows; each part is kept on its way, in place of what an earlier preview kept."""
    forget(made)
    for number, chunk in enumerate(chunks):
        identity = derive_id(made.id, "part", number)
        sealed = held.seal_bytes(packed(chunk), kind=KIND, table=TABLE, row=identity, field="sealed")
        bulk.write(ImportPart, COLUMNS, [(identity, made.incident, made.area, made.id, number, sealed)])
        yield chunk


def kept(made: Import, held: Vault) -> Iterator[list[Reading]] | None:
    """What the last preview kept, part by part; None when there is nothing this release can go on from."""
    found = prepared.fetch("select id from interop_importpart where upload = %s order by part", [made.id])
    parts = (_opened(held, identity) for (identity,) in found)
    first = next(parts, None)
    return None if first is None else _following(first, parts)


def _opened(held: Vault, identity: UUID) -> list[Reading] | None:
    ((sealed,),) = prepared.fetch("select sealed from interop_importpart where id = %s", [identity])
    return unpacked(held.open_bytes(sealed, kind=KIND, table=TABLE, row=identity, field="sealed"))


def _following(first: list[Reading], others: Iterable[list[Reading] | None]) -> Iterator[list[Reading]]:
    yield first
    for part in others:
        assert part is not None  # one release keeps all parts of a file
        yield part


def forget(made: Import) -> None:
    """Drop what was kept: the run is over, or another preview begins."""
    ImportPart.objects.filter(upload=made.id).delete()
