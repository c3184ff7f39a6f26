"""Backups with the wheel's own pg_dump: whole, checked, and restored only into an empty database.

Key files are never part of a backup: that is what makes erasure possible. Keep them apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from muster.project import embedded, installation, provision

MANIFEST = "manifest.json"


def write(directory: Path) -> Path:
    """Dump the database into `directory`; returns the new file. A broken dump never gets its final name."""
    directory.mkdir(parents=True, exist_ok=True)
    installation.start_database()
    name = f"muster-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    target, part = directory / name, directory / f"{name}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as output:
            _client("pg_dump", "--format=custom", *_how(), f"--dbname={_dsn()}", stdout=output.fileno())
            os.fsync(output.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    manifest = {"file": name, "sha256": _digest(target), "bytes": target.stat().st_size}
    (directory / MANIFEST).write_text(json.dumps(manifest) + "\n")
    return target


def read(directory: Path, *, set_aside: bool = False) -> str | None:
    """Restore the newest backup of `directory`; returns the name under which the old database was kept."""
    dump = checked(directory)
    installation.start_database()
    kept = None
    if not is_empty():
        if not set_aside:
            raise installation.InstallationError(
                "数据库不是空的，拒绝覆盖；加 --into-empty 会先把现有数据库改名保留 / the database is not empty; "
                "--into-empty renames it, keeps it, and restores into a new one"
            )
        kept = _set_aside()
    _client("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={_dsn()}", str(dump))
    with psycopg.connect(_dsn(), autocommit=True) as database:
        found = database.execute("select to_regprocedure('muster_rebase_tx()')").fetchone()
        if found and found[0]:
            # Commit order goes on above what the backup has seen, on whatever server it now lives.
            database.execute("select muster_rebase_tx()")
        database.execute("analyze")
    return kept


def checked(directory: Path) -> Path:
    """The backup's file, compared with its manifest."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text())
        dump = directory / str(manifest["file"])
        digest = _digest(dump)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise installation.InstallationError(
            f"{directory}: 没有可用的备份 / no usable backup here ({error})"
        ) from error
    if digest != manifest["sha256"]:
        raise installation.InstallationError(
            f"{dump}: 备份已损坏 / the backup is damaged, its digest differs"
        )
    return dump


def is_empty() -> bool:
    """No table at all in the database."""
    with psycopg.connect(_dsn()) as database:
        found = database.execute(
            "select exists (select from pg_tables where schemaname = 'public')"
        ).fetchone()
    return not (found and found[0])


def _set_aside() -> str:
    """Rename the present database and make an empty one in its place."""
    if not installation.is_embedded():
        raise installation.InstallationError(
            "请管理员先建一个空数据库 / ask your administrator for an empty database first"
        )
    name = installation.database_name()
    kept = f"{name}_before_{datetime.now(UTC):%Y%m%dt%H%M%S}"
    server = installation.server()
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(name), sql.Identifier(kept))
        )
    provision.provision(server.dsn(), name)
    return kept


def _dsn() -> str:
    """The superuser of the embedded server; the owner on a server of one's own."""
    if installation.is_embedded():
        return installation.server().dsn(installation.database_name())
    return installation.owner_dsn()


def _how() -> tuple[str, ...]:
    # The owner is under row security too, with a policy that shows it every row.
    return () if installation.is_embedded() else ("--enable-row-security",)


def _client(program: str, *args: str, stdout: int = subprocess.DEVNULL) -> None:
    command = [str(embedded.binaries() / program), *args]
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=said, check=False)
        said.seek(0)
        if done.returncode:
            raise installation.InstallationError(f"{program}: {said.read().strip()}")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
