"""Looking for words that should be gone: in every row that is left, and in the files of the installation."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
from psycopg import sql

from muster.project.erasure_tables import Connection

PEOPLE = 24  # whose words are looked for, spread over all of the incident
SHORTEST = {"name": 3, "document": 6, "phone": 7}  # shorter ones, and addresses, stand elsewhere by right
CHUNK = 4 << 20
ROWS = 2_000


class Scan(msgspec.Struct):
    """What was looked at and where something was found; never the words."""

    words: int
    key: bool  # whether copies of the key were looked for too
    tables: int = 0
    rows: int = 0
    files: int = 0
    bytes: int = 0
    unread: int = 0
    found: dict[str, int] = {}


def canaries(incident: UUID) -> list[str]:
    """Some words of people, opened while the key is still there. They stay in memory and are written nowhere."""
    from muster.core.vault import Unreadable, vault
    from muster.domain.people import sealing
    from muster.domain.people.models import Identity

    ids = list(Identity.objects.filter(incident=incident).order_by("resident").values_list("pk", flat=True))
    chosen = ids[:: max(1, len(ids) // PEOPLE)][:PEOPLE]
    held, found = vault(incident), set()
    for row in Identity.objects.filter(pk__in=chosen):
        try:
            clear = sealing.opened(held, row)
        except Unreadable:  # damaged before: nothing to look for
            continue
        found |= {word for name, most in SHORTEST.items() if len(word := getattr(clear, name)) >= most}
    return sorted(found)


def forms(words: Iterable[str], secret: bytes | None) -> list[bytes]:
    """How a word, or the key itself, may lie in a row or a file."""
    spelled = set()
    for word in words:
        raw = word.encode("utf-8", "surrogatepass")
        spelled |= {raw, ascii(word)[1:-1].encode(), raw.hex().encode()}
    if secret:
        spelled |= {secret, secret.hex().encode(), base64.b64encode(secret)}
    return sorted(spelled)


def look(owner: Connection, places: Iterable[Path], words: list[str], secret: bytes | None) -> Scan:
    """Look through all tables and all files below `places`."""
    scan, wanted = Scan(len(words), secret is not None), forms(words, secret)
    tables = owner.execute(
        "select tablename from pg_tables where schemaname = 'public' order by 1"
    ).fetchall()
    for (table,) in tables:
        scan.tables += 1
        for rows in _rows(owner, table):
            scan.rows += len(rows)
            _note(scan, table, "\n".join(rows).encode("utf-8", "surrogatepass"), wanted)
    for path in _files(places):
        _look_into(path, scan, wanted)
    return scan


def _rows(owner: Connection, table: str) -> Iterator[list[str]]:
    with owner.transaction(), owner.cursor("muster_scan") as cursor:
        cursor.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(table)))
        while some := cursor.fetchmany(ROWS):
            yield [row[0] for row in some]


def _files(places: Iterable[Path]) -> Iterator[Path]:
    seen = set()
    for place in places:
        for folder, _inside, names in os.walk(place):
            for path in (Path(folder, name) for name in names):
                if path.is_file() and not path.is_symlink() and path not in seen:
                    seen.add(path)
                    yield path


def _look_into(path: Path, scan: Scan, wanted: list[bytes]) -> None:
    overlap = max(map(len, wanted), default=1) - 1
    try:
        with open(path, "rb") as file:
            kept = b""
            while chunk := file.read(CHUNK):
                _note(scan, str(path), kept + chunk, wanted)
                kept = (kept + chunk)[-overlap:] if overlap else b""
                scan.bytes += len(chunk)
    except OSError:  # gone meanwhile, or not ours to read: said in the certificate
        scan.unread += 1
    else:
        scan.files += 1


def _note(scan: Scan, place: str, content: bytes, wanted: list[bytes]) -> None:
    times = sum(form in content for form in wanted)
    if times:
        scan.found[place] = scan.found.get(place, 0) + times
