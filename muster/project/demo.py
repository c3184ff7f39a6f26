"""What `muster demo` does around the drill: a training installation, its accounts, the server, the judgement."""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from drill.client import Server, offered
from drill.ledger import Ledger
from drill.play.script import Account, Script
from drill.reconcile import Derived
from muster.project import installation
from muster.project import serve as house

PORT = 8000
START_SECONDS = 120
# Commands that leave exactly one fact each, with the table it is found in.
ONE_FACT = {
    "record_attempt": "worklists_attempt", "record_visit": "worklists_visit", "register_person": "people_registration",
    "begin_shift": "mobilising_shiftbegun", "end_shift": "mobilising_shiftended", "roll_call": "mobilising_rollcall",
    "serve": "mobilising_mealserved", "take_sample": "sampling_sampletaken", "scan_pass": "passes_passscanned",
    "check_in_place": "passes_placecheckin", "sign_up_volunteer": "responders_signup", "take_call": "helpline_call",
    "broadcast": "notices_broadcast", "record_works": "incidents_works", "record_support": "helpline_support",
    "name_contact": "cases_contactnamed",
}  # fmt: skip


def folder() -> Path:
    """Where the drill keeps its log, telephones and accounts."""
    return installation.root() / "drill"


def require_training() -> None:
    """Refuse a real installation before anything of it is touched."""
    written = installation.root() / "installation.json"
    real = written.exists() and not json.loads(written.read_text()).get("training")
    if not installation.is_embedded():
        real = real or _is_real_database()
    if real:
        raise installation.InstallationError(
            f"{installation.root()} 是真实系统，演练不会碰它；请用 --var 另指定目录 / this is a real installation and "
            "the demo leaves it alone; name another directory with --var"
        )


def _is_real_database() -> bool:
    import psycopg

    with psycopg.connect(installation.owner_dsn()) as owner:
        if owner.execute("select to_regclass('core_installation')").fetchone() == (None,):
            return False
        row = owner.execute(
            "select not training and exists (select from core_account) from core_installation"
        ).fetchone()
        return bool(row and row[0])


def start_over() -> None:
    """Throw a training installation away: database, keys, log."""
    if not installation.is_embedded():
        raise installation.InstallationError(
            "只能重建自带的数据库；请清空 DATABASE_URL 指定的库，或改用自带数据库 / only the embedded database can be "
            "started over; empty the database of DATABASE_URL yourself"
        )
    house.stop_running()
    installation.server().stop()
    for name in ("pg", "keys", "drill"):
        shutil.rmtree(installation.root() / name, ignore_errors=True)
    (installation.root() / "installation.json").unlink(missing_ok=True)


@contextlib.contextmanager
def port_of_our_own(wanted: int = PORT) -> Iterator[int]:
    """The wanted port of this machine if nobody has it, else any free one; no other demo takes it meanwhile."""
    for candidate in (wanted, 0):
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            port = _free(candidate)
            lock = held.enter_context((Path(tempfile.gettempdir()) / f"muster-demo-{port}.lock").open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = held.pop_all()
            break
    else:
        raise installation.InstallationError("没有可用端口 / no port is free")
    with held:
        yield port


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`muster serve --training` beside us, on this machine only; it ends when we do."""
    house.stop_running()
    folder().mkdir(parents=True, exist_ok=True)
    log = folder() / "server.log"
    command = [sys.executable, "-m", "muster.project", "serve", "--training", "--port", str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=installation.environment(), stdout=out, stderr=out, start_new_session=True,
            preexec_fn=house.die_with_parent,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, log)
        yield url, process
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers with its database up; or say what it said last."""
    end = time.monotonic() + START_SECONDS
    server = Server(url)
    try:
        while process.poll() is None and time.monotonic() < end:
            if offered(server):
                return
            time.sleep(0.2)
    finally:
        server.close()
    said = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-6:])
    raise installation.InstallationError(f"服务没有启动 / the server did not start:\n{said}")


def make_accounts(script: Script) -> dict[str, str]:
    """The accounts of the play with passwords, made once; the training clock starts before its first hour."""
    path = folder() / "accounts.json"
    if path.exists():
        known: dict[str, str] = json.loads(path.read_text())
        if set(script.accounts) <= set(known):
            return known
    passwords = {name: f"demo-{secrets.token_hex(5)}" for name in script.accounts}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    create_accounts(list(script.accounts.values()), passwords, _first_hour(script))
    path.write_text(json.dumps(passwords, indent=1))
    return passwords


def _first_hour(script: Script) -> datetime:
    return min(play.opened_at for play in script.scenario.plays.values()) - timedelta(hours=1)


def create_accounts(wanted: list[Account], passwords: Mapping[str, str], start: datetime) -> None:
    """Accounts of an unused training installation, in force from `start` on."""
    from muster.core import accounts, clock
    from muster.core.access import scope, system
    from muster.core.models import Account as Row
    from muster.core.vault import create_keys

    with scope(system()) as us:
        if Row.objects.exists():
            raise installation.InstallationError(
                "这个演练系统里已有别的账号；请加 --fresh 重来，或用 --var 另指定目录 / other accounts live in this "
                "training installation: start over with --fresh or name another directory with --var"
            )
        create_keys(None)
        clock.move(to=start)
        for one in wanted:
            made = accounts.create_account(
                username=one.username, password=passwords[one.username], title=one.title
            )
            accounts.give(account=made.pk, role=one.role, area=one.area, incident=None, until=None, by=us)


def judge(found: list[Derived]) -> list[dict[str, Any]]:
    """Published against derived, by the rule of the situation report."""
    return [_judged(one) for one in found]


def _judged(one: Derived) -> dict[str, Any]:
    from muster.reports import reconciliation

    listed = one.entry.get("batches")
    batches = [part for part in (listed if isinstance(listed, list) else []) if isinstance(part, dict)]
    odd = next((part for part in batches if part.get("printed_date")), {})
    conflict = one.entry["relation"] == "conflict"
    said = reconciliation.Published(
        ref=str(one.entry["ref"]), value=int(str(one.entry["value"])), relation=str(one.entry["relation"]),
        parts=tuple(int(str(part["people"])) for part in batches if "people" in part) if conflict else (),
        printed_date=_day(odd.get("printed_date")), plain_date=_day(odd.get("muster_at")),
    )  # fmt: skip
    outcome = reconciliation.reconcile(said, one.value, one.parts)
    return {
        "ref": outcome.ref, "figure": one.entry["figure"], "published": outcome.published, "relation": outcome.relation,
        "derived": outcome.derived, "status": outcome.status, "explanation": outcome.explanation,
        "counted": one.counted,
    }  # fmt: skip


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def facts(script: Script, ledger: Ledger) -> tuple[int, int, int]:
    """Facts in the database; acknowledged commands without their fact; facts nobody was told of."""
    from django.apps import apps
    from django.db import connection

    from muster.core.access import scope, system
    from muster.core.tables import Fact

    total = missing = extra = 0
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, Fact)}
    for key in script.scenario.plays:
        incident = script.key(key, "incident")
        with scope(system(incident=incident), incident), connection.cursor() as cursor:
            counts = {}
            for table in sorted(tables):
                cursor.execute(f'select count(*) from "{table}" where incident = %s', [incident])  # noqa: S608
                counts[table] = int(cursor.fetchone()[0])
        total += sum(counts.values())
        for name, table in ONE_FACT.items():
            told = sum(one.name == name and one.incident == key for one in ledger.entries.values())
            missing += max(0, told - counts[table])
            extra += max(0, counts[table] - told)
    return total, missing, extra
