"""What is wrong with this installation, in plain words. Every check looks; none repairs."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from muster.core import room

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
SKEW_SECONDS = 5.0


@dataclass(frozen=True)
class Problem:
    """One finding. `is_grave`: do not work with this installation before it is mended."""

    code: str
    zh: str
    en: str
    is_grave: bool = True

    def __str__(self) -> str:
        return f"{self.zh}\n  {self.en}"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def problems() -> list[Problem]:
    """Everything that is wrong; what needs the database is asked only when it answers."""
    found = [problem for look in OUTSIDE for problem in look()]
    unreachable = list(reachable())
    if unreachable:
        return unreachable + found
    return found + [problem for look in INSIDE for problem in look()]


def reachable() -> Iterator[Problem]:
    """Does the database answer?"""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        yield Problem(
            "database.unreachable",
            f"连不上数据库。先运行 muster serve；若用自己的服务器，检查 DATABASE_URL。({said})",
            f"The database does not answer. Run `muster serve`, or look at DATABASE_URL. ({said})",
        )


def role() -> Iterator[Problem]:
    """The app role must not be able to step around row security."""
    (may_all,) = _row("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
    (owned,) = _row(
        "select count(*) from pg_tables where schemaname = 'public' and tableowner = current_user"
    )
    if may_all or owned:
        yield Problem(
            "database.role_too_strong",
            "程序使用的数据库角色可以绕过行级权限。请用 muster provision 建立的 app_rw。",
            "The database role in use can step around row security. Use app_rw as made by `muster provision`.",
        )


def durability() -> Iterator[Problem]:
    """What was acknowledged must survive a power cut."""
    for name in DURABLE:
        (value,) = _row("select setting from pg_settings where name = %s", name)
        if value != "on":
            yield Problem(
                f"database.{name}",
                f"数据库设置 {name} = {value}，断电会丢数据。请改为 on。",
                f"The database runs with {name} = {value}: a power cut loses data. Set it to on.",
            )


def migrations() -> Iterator[Problem]:
    """The database and the program are of the same version."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Problem(
            "database.not_migrated",
            f"数据库结构落后于程序（{len(plan)} 步）。请运行 muster migrate。",
            f"The database is {len(plan)} migrations behind the program. Run `muster migrate`.",
        )


def clock() -> Iterator[Problem]:
    """The machine's clock and the database's agree."""
    before = time.time()
    (theirs,) = _row("select extract(epoch from clock_timestamp())::float8")
    skew = float(theirs) - (before + time.time()) / 2
    if abs(skew) > SKEW_SECONDS:
        yield Problem(
            "clock.skew",
            f"本机与数据库的时间相差 {skew:+.0f} 秒。请打开自动对时。",
            f"This machine's clock and the database's differ by {skew:+.0f} s. Turn on time synchronisation.",
        )


def training() -> Iterator[Problem]:
    """The installation's directory and its database agree on what it is."""
    try:
        (inside,) = _row("select training from core_installation")
    except DatabaseError:
        return  # no such table yet: `migrations` says so
    if bool(inside) != settings.TRAINING:
        yield Problem(
            "installation.training_differs",
            "安装目录与数据库对“是否演练”的记录不一致：两者不属于同一套系统。",
            "The directory and the database disagree on whether this is training: they do not belong together.",
        )
    elif inside:
        yield Problem(
            "installation.training",
            "这是演练系统：时间可以调整，数据不是真实的。",
            "This is a training installation: its clock can be moved and its data is not real.",
            is_grave=False,
        )


def keys() -> Iterator[Problem]:
    """Nobody else on this machine may read the keys."""
    directory = Path(settings.KEY_DIR)
    if not directory.exists():
        return
    for path in (directory, *directory.rglob("*")):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Problem(
                "keys.not_private",
                f"密钥目录中的 {path} 可被其他用户读取。请执行 chmod -R go= {directory}",
                f"{path} in the key directory is open to other users. Run chmod -R go= {directory}",
            )
            return


def disk() -> Iterator[Problem]:
    """Room for what is still to come."""
    left = room.left()
    if left.is_low:
        free = f"{left.free / 1e9:.1f} GB"
        yield Problem(
            "disk.filling",
            f"磁盘快满了，剩余 {free}。请清理或扩容。",
            f"The disk is filling up, {free} left. Make room.",
            is_grave=left.is_grave,
        )


Look = Callable[[], Iterator[Problem]]
OUTSIDE: tuple[Look, ...] = (keys, disk)
INSIDE: tuple[Look, ...] = (role, durability, migrations, clock, training)


def _row(query: str, *values: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def as_json(found: list[Problem]) -> str:
    """One line for a machine."""
    return json.dumps({"problems": [problem.as_dict() for problem in found]}, ensure_ascii=False)
