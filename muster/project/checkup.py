"""What is wrong with this installation, in plain words. Every check looks; none repairs."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection

from muster.core import room

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
SKEW_SECONDS = 5.0
STILL = timedelta(minutes=5)
UNSEALED = timedelta(minutes=30)


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


def problems(*, whole_journal: bool = False) -> list[Problem]:
    """Everything that is wrong; what needs the database, or its tables, is asked only when they are there."""
    found = [problem for look in OUTSIDE for problem in look()]
    unreachable = list(reachable())
    if unreachable:
        return unreachable + found
    found += [problem for look in INSIDE for problem in look()]
    if any(one.code == "database.not_migrated" for one in found):
        return found
    found += [problem for look in TABLES for problem in look()]
    return found + (list(chain()) if whole_journal else [])


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
    (inside,) = _row("select training from core_installation")
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


def proxies() -> Iterator[Problem]:
    """Behind a proxy everybody seems to come from one address, and shares its few wrong tries."""
    if settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        yield Problem(
            "proxies.not_counted",
            "已启用 MUSTER_HTTPS，但没有设置 MUSTER_PROXIES：代理后面的所有人共用输错次数。见 docs/operate.md。",
            "MUSTER_HTTPS is on but MUSTER_PROXIES is not said: all behind the proxy share their wrong tries. See "
            "docs/operate.md.",
            is_grave=False,
        )


def keyrings() -> Iterator[Problem]:
    """What is sealed in this database can be opened with the keys that are here."""
    from muster.core import vault
    from muster.core.models import DataKey, Segment

    missing = []
    for name in DataKey.objects.order_by("keyring").values_list("keyring", flat=True):
        try:
            vault.vault(None if name == vault.STANDING else UUID(name))
        except vault.KeyMissing as refusal:
            missing.append(refusal)
    if Segment.objects.exists() and not _journal_key().exists():
        missing.append(vault.KeyMissing(keyring="journal.ed25519"))
    yield from (Problem("keys.missing", one.say("zh"), one.say("en")) for one in missing)


def clockwork() -> Iterator[Problem]:
    """Time of this machine, not of a training clock: does anybody do what falls due?"""
    (last,) = _row(
        "select max(defer_timestamp) from procrastinate_periodic_defers where task_name like %s", "%wake"
    )
    still = time.time() - last if last is not None else 0.0
    if still > STILL.total_seconds():
        minutes = int(still / 60)
        yield Problem(
            "jobs.still",
            f"定时任务已停 {minutes} 分钟：到期的工作不会出现。请运行 muster serve（刚启动的请等一分钟）。",
            f"Nothing was done by the clock for {minutes} min: what falls due does not appear. Run `muster serve` "
            "(just started: wait a minute).",
            is_grave=False,
        )


def seal() -> Iterator[Problem]:
    """The journal is sealed as it grows."""
    from muster.core import clock, journal
    from muster.core.access import scope, system

    with scope(system()):
        since, now = journal.unsealed_since(), clock.now()
    if since is not None and now - since > UNSEALED:
        hours = (now - since).total_seconds() / 3600
        yield Problem(
            "journal.unsealed",
            f"操作记录已有 {hours:.1f} 小时没有封存。请确认 muster serve 在运行。",
            f"The journal was not sealed for {hours:.1f} h. See that `muster serve` runs.",
            is_grave=False,
        )


def chain() -> Iterator[Problem]:
    """Every sealed segment of the journal holds: a minute for a million entries, so only when asked."""
    from muster.core import journal
    from muster.core.access import scope, system

    if not _journal_key().exists():
        return  # `keyrings` says so; a new one would fit nothing
    with scope(system()):
        broken = journal.verify()
    if broken:
        listed = ", ".join(map(str, broken[:10]))
        yield Problem(
            "journal.broken",
            f"操作记录的封存段 {listed} 校验不符：内容或密钥被改动。请保留数据库现状并报告。",
            f"Sealed segments {listed} of the journal do not hold: entries or the key were changed. Keep the "
            "database as it is and report it.",
        )


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
OUTSIDE: tuple[Look, ...] = (keys, proxies, disk)
INSIDE: tuple[Look, ...] = (role, durability, migrations, clock)
TABLES: tuple[Look, ...] = (training, keyrings, clockwork, seal)


def _journal_key() -> Path:
    return Path(settings.KEY_DIR) / "journal.ed25519"


def _row(query: str, *values: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def as_json(found: list[Problem]) -> str:
    """One line for a machine."""
    return json.dumps({"problems": [problem.as_dict() for problem in found]}, ensure_ascii=False)
