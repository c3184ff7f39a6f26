"""The OS user of the embedded server: PostgreSQL refuses to run as root, so root hands its files over."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

NAMES = ("muster-pg", "pgserver")
# Where root keeps what the server's user must reach, when the checkout lies in a private directory.
SHARED = Path("/var/lib/muster")


class Identity(TypedDict, total=False):
    """The keywords with which `subprocess` drops root's rights."""

    user: int
    group: int
    extra_groups: list[int]


def server_uid() -> int:
    """Ourselves, or for root the first known server user; it is created when there is none."""
    return os.geteuid() if os.geteuid() else _account().pw_uid


def as_server() -> Identity:
    """How to run a program of the server: unchanged for a normal user."""
    if os.geteuid():
        return {}
    account = _account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path, mode: int) -> None:
    """Hand a file or directory to the server's user."""
    if not os.geteuid():
        account = _account()
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(mode)


def reachable(path: Path) -> bool:
    """May other users walk down to this path, so far as it exists?"""
    return all(not p.exists() or p.stat().st_mode & 0o001 for p in (path, *path.parents))


def make_shared(path: Path) -> None:
    """A directory below SHARED, open to walk through and nothing else."""
    make_walkable(path)
    SHARED.chmod(0o755)


def make_walkable(path: Path) -> None:
    """Make the missing directories down to `path`; root's stay open to walk through, whatever the umask."""
    for directory in reversed((path, *path.parents)):
        if not directory.exists():
            directory.mkdir(exist_ok=True)
            if not os.geteuid():
                directory.chmod(0o755)


def reachable_binaries(bin_dir: Path) -> Path:
    """The server's programs where its user can run them: a copy only when root's checkout is private."""
    if os.geteuid() or reachable(bin_dir.resolve()):
        return bin_dir
    release = f"{bin_dir.parent.name}-{int((bin_dir / 'postgres').stat().st_mtime)}"
    place = SHARED / release
    if not place.exists():
        make_shared(SHARED)
        fresh = SHARED / f"{release}.{os.getpid()}"
        package = bin_dir.parent.parent
        shutil.copytree(bin_dir.parent, fresh / package.name / bin_dir.parent.name)
        libraries = package.with_name(f"{package.name}.libs")  # found by their place relative to bin
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        for directory in (fresh, fresh / package.name):
            directory.chmod(0o755)
        try:
            fresh.rename(place)
        except OSError:  # another start was faster
            shutil.rmtree(fresh)
    return place / bin_dir.parent.parent.name / bin_dir.parent.name / "bin"


def _account() -> pwd.struct_passwd:
    for name in NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAMES[0]]
    # Exit code 9: a concurrent start made the user first.
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode not in (0, 9):
        raise RuntimeError(f"cannot create the OS user {NAMES[0]} for the database: {made.stderr.strip()}")
    return pwd.getpwnam(NAMES[0])
