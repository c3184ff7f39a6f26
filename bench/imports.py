"""Imports: residents matched against everybody known, and a list to work items, beside the plainest import.

Ours counts everything from the bytes of the file to a durable commit: reading, normalising, addresses,
matching by blind index, sealing, rows, report, journal, work. The reference is bench/reference/import_rows.py
on the same server with the same durable settings. Every run imports people nobody knows yet.

`--list-rows 100000 --earlier-lists 20` measures one long list instead: half of its rows name residents who are
known, a quarter people of earlier lists, one in fifty a known person under a name that only sounds the same on
a known telephone, the rest nobody known. Counted from the bytes of the file to work items on the desk, once taken in at
once and once, another list of the same kind, looked at before; what the look and the run of that one took is printed
as well.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from bench.house import Row, as_superuser, house, options, row, show
from bench.reference import import_rows

INCIDENT = UUID("018f0000-0000-7000-8000-00000000cccc")
AREA = 440307006000000
COMMUNITY = 440307006005000
HEADER = ("姓名", "身份证号", "联系电话", "现住址")
DOORS = 40
CHUNK = 20_000


def citizen(serial: int) -> str:
    """A made-up id with a right check digit: area 440399 is assigned to nobody."""
    from muster.domain.people.rules import check_digit

    days, order = divmod(serial, 990)
    sequence = order // 99 * 100 + order % 99 + 1  # never 00: an id that ends in 000 is asked about
    number = f"440399{1940 + days // 336 % 75}{days // 28 % 12 + 1:02}{days % 28 + 1:02}{sequence:03}"
    return number + check_digit(number)


def person(serial: int) -> tuple[str, str, str, str]:
    """A person behind one of the doors of the seeded buildings."""
    name = chr(0x4E00 + serial % 5000) + chr(0x5000 + serial // 5000 % 5000)
    building, door = serial // DOORS % 2_000, serial % DOORS
    return (
        name,
        citizen(serial),
        f"13{serial:09}",
        f"测试社区中兴路{building + 1}栋{door // 4 + 1}0{door % 4 + 1}",
    )


def file_of(start: int, count: int) -> bytes:
    """A csv of people."""
    return csv_of([person(serial) for serial in range(start, start + count)])


def seed(known: int) -> Any:
    """An incident, two thousand buildings, and as many residents as are to be matched against."""
    from muster.core import accounts
    from muster.core.access import scope, system
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident
    from muster.domain.people import actions as people
    from muster.domain.people.rules import Row as Person

    now = datetime.now(UTC)
    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT,
            area=AREA,
            code="bench",
            title_zh="基准",
            title_en="bench",
            pack="covid-cn-v8",
            opened_at=now,
        )
        account = accounts.create_account(username="bench", password=str(uuid4()))
        accounts.give(account=account.pk, role="desk", area=AREA, incident=None, until=None, by=system())
        actor = accounts.actor(account.pk)
    _build(now)
    origin = people.Origin(source="seed", batch=UUID(int=1), area=COMMUNITY)
    for start in range(0, known, CHUNK):
        rows = [
            Person(name=name, document=document, phone="+86" + phone)
            for name, document, phone, _ in map(person, range(start, min(known, start + CHUNK)))
        ]
        with scope(actor, INCIDENT):
            people.enrol_many(rows=rows, origin=origin, by=actor, incident=INCIDENT, now=now)
    as_superuser("vacuum analyze")
    return actor


def _build(now: datetime) -> None:
    """Buildings whose doors the addresses name."""
    from muster.core.access import scope, system
    from muster.core.ids import derive_id, new_id
    from muster.core.told import Told
    from muster.domain.places import actions as places

    with scope(system(incident=INCIDENT), INCIDENT) as by:
        areas = [
            places.NewArea(AREA, "测试街道", "subdistrict"),
            places.NewArea(COMMUNITY, "测试社区", "community"),
        ]
        places.add_areas(
            told=[Told(new_id(), now, by.by, places.AddAreas(areas))], by=by, incident=INCIDENT, now=now
        )
        told = [
            Told(new_id(), now, by.by, places.AddBuilding(
                id=derive_id("bench", n), area=COMMUNITY, name=f"中兴路{n}栋", compound="中兴路", number=f"{n}栋",
                floors=10, units_per_floor=4,
            )) for n in range(1, 2_001)
        ]  # fmt: skip
        places.add_buildings(told=told, by=by, incident=INCIDENT, now=now)


def ours(actor: Any, kind: str, data: bytes, number: int, *, looks: bool = True) -> tuple[float, float]:
    """Seconds of upload and run, and of the preview in between if somebody `looks`, each ending in a commit."""
    from muster.core.access import scope
    from muster.interop.imports import actions

    who = {"by": actor, "incident": INCIDENT, "now": datetime.now(UTC)}
    start = time.perf_counter()
    with scope(actor, INCIDENT):
        wish = actions.Wish(kind, AREA, {"purpose": "verification", "title": str(number)})
        made = actions.upload(file=actions.File(f"{number}.csv", data), wish=wish, **who)
        actions.map_columns(upload=made.id, mapping=made.mapping, accepted=True, **who)
    kept = time.perf_counter()
    if looks:
        with scope(actor, INCIDENT):
            actions.look(upload=made.id, here=True, **who)
    looked = time.perf_counter()
    with scope(actor, INCIDENT):
        made = actions.run(upload=made.id, here=True, **who)
    done = time.perf_counter()
    if made.counts["taken"] != made.rows:
        raise RuntimeError(f"not every row was taken: {made.counts}")
    return done - looked + kept - start, looked - kept


@cache
def homophone(letter: str) -> str:
    """Another character of the same sound, if there is one."""
    from muster.domain.people.sounds import sound_key

    sound = sound_key(letter)
    near = (chr(code) for code in range(0x4E00, 0x9000))
    return next((one for one in near if one != letter and sound_key(one) == sound), letter)


def mixed(known: int, count: int, fresh: int, turn: int = 0) -> list[tuple[str, str, str, str]]:
    """Rows of a list: half known, a quarter of earlier lists, one in fifty by sound only, the rest new each turn."""
    rows = []
    for n in range(turn * count, (turn + 1) * count):
        if n % 50 == 7:
            name, _, phone, _ = person((n * 7919) % known)
            rows.append((name[0] + homophone(name[1]), "", phone, ""))
        elif n % 4 == 3:
            rows.append(person(known + (n * 31) % fresh))
        elif n % 2 == 0:
            rows.append(person((n * 104_729) % known))
        else:
            rows.append(person(known + fresh + n))
    return rows


def csv_of(rows: Sequence[Sequence[str]]) -> bytes:
    """The bytes of a csv."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([HEADER, *rows])
    return target.getvalue().encode()


def long_list(actor: Any, dsn: str, wish: Any) -> list[Row]:
    """A long list after many: seconds from the bytes to work items, beside the plain import of the same file."""
    each = max(1, wish.list_rows // max(1, wish.earlier_lists))
    for number in range(wish.earlier_lists):
        ours(actor, "lists", file_of(wish.known + number * each, each), number)
    as_superuser("vacuum analyze")
    files = [
        csv_of(mixed(wish.known, wish.list_rows, max(1, wish.earlier_lists * each), turn)) for turn in (0, 1)
    ]
    plain = wish.list_rows / import_rows.import_list(dsn, files[0])
    name = f"list of {wish.list_rows:,} after {wish.earlier_lists} lists, {wish.known:,} residents"
    at_once, _ = ours(actor, "lists", files[0], wish.earlier_lists, looks=False)
    run, look = ours(actor, "lists", files[1], wish.earlier_lists + 1)
    taken = {
        "import at once": at_once,
        "preview": look,
        "import after a preview": run,
        "preview and import": run + look,
    }
    return [
        row(f"{what}, {name}", [wish.list_rows / seconds], [plain], "rows/s")
        for what, seconds in taken.items()
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, runs=5, known=300_000, rows=100_000, list=20_000, list_rows=0, earlier_lists=20)
    results: list[Row] = []
    with house():
        from muster.project import installation

        dsn = installation.server().dsn(installation.database_name())
        actor = seed(wish.known)
        import_rows.prepare(dsn, wish.known)
        if wish.list_rows:
            show(long_list(actor, dsn, wish), wish.json)
            return
        next_one = wish.known
        sides = (
            ("residents", wish.rows, import_rows.import_residents),
            ("lists", wish.list, import_rows.import_list),
        )
        for kind, rows, plain in sides:
            mine, previews, limit = [], [], []
            for number in range(wish.runs):
                data = file_of(next_one, rows)
                next_one += rows
                limit.append(rows / plain(dsn, data))
                run, look = ours(actor, kind, data, number)
                mine.append(rows / run)
                previews.append(rows / look)
                _forget(kind)
            results.append(row(f"import {kind} into {wish.known:,}", mine, limit, "rows/s"))
            results.append(row(f"preview {kind} against {wish.known:,}", previews, limit, "rows/s"))
    show(results, wish.json)


LISTS = "truncate worklists_listentry, worklists_workitem, worklists_workcause, worklists_verificationlist"
PEOPLE = """
truncate plain.entry;
delete from plain.resident where document not like 'K%';
delete from people_identity i using people_resident r where r.id = i.resident and r.source like 'import%';
delete from people_resident where source like 'import%';
"""


def _forget(kind: str) -> None:
    """Between runs: what was imported goes, so that every run meets the same number of people."""
    if kind == "lists":
        as_superuser(LISTS)
    as_superuser(PEOPLE)
    as_superuser("vacuum analyze people_resident, people_identity, plain.resident, interop_importrow")


if __name__ == "__main__":
    main()
