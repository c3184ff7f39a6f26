"""A small world for phones: one community, two buildings, a team of three, calls to make. And its server.

`python -m tests.browser.phone_world seed|contact|invite|passes|count|wipe` runs beside what is served; prints JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.project.places import HOUSE, free_port, muster, open_directory, own_environment

CITY, DISTRICT, SUBDISTRICT = 440300000000000, 440307000000000, 440307006000000
COMMUNITY, GRID = 440307006005000, 440307006005001
WALKER, DESK, GUARD = "巡楼组手机", "内勤", "卡口手机"
PASSWORD = "夜班-night-0217"
DOORS = 40
PATIENCE = 120


@dataclass
class Served:
    """An installation of its own whose server can really be stopped and started again."""

    place: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where phones find it; a secure context for browsers."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes."""
        return own_environment(self.place / "var")

    def start(self, house: Path = HOUSE) -> None:
        """Serve, perhaps from another copy of the program; returns when it answers."""
        command = muster("serve", "--port", str(self.port), "--training", "--no-jobs", "--workers", "1")
        with (self.place / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=house,
                env=self.environment | {"PYTHONPATH": str(house)},
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        end = time.monotonic() + PATIENCE
        while b"ready" not in self.process.stdout.readline():
            assert time.monotonic() < end, (self.place / "server.log").read_text()[-2000:]
            assert self.process.poll() is None, (self.place / "server.log").read_text()[-2000:]

    def stop(self) -> None:
        """The process ends and nobody listens any more."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def ask(self, *words: str) -> Any:
        """Let this module do something in a process of its own."""
        command = [sys.executable, "-m", "tests.browser.phone_world", *words]
        done = subprocess.run(command, cwd=HOUSE, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout)


@contextmanager
def served() -> Iterator[Served]:
    """A seeded installation, up."""
    from muster.project import embedded

    if "MUSTER_PHONE_STAGE" in os.environ:  # one that is up already, while tests are being written
        folder, port = os.environ["MUSTER_PHONE_STAGE"].rsplit(":", 1)
        yield Served(Path(folder), int(port))
        return
    with open_directory() as place:
        found = Served(place)
        try:
            found.start()
            found.ask("seed")
            yield found
        finally:
            found.stop()
            embedded.Server(place / "var" / "pg").delete()


def _told(body: Any, by: Any) -> Any:
    from muster.core import clock
    from muster.core.ids import new_id
    from muster.core.told import Told

    return [Told(getattr(body, "id", None) or new_id(), clock.now(), by.by, body)]


def _ids() -> Any:
    from muster.core.ids import derive_id

    return lambda *parts: derive_id("phone world", *parts)


def seed() -> dict[str, str]:
    """People, places and work; idempotent on ids but meant for a fresh installation."""
    from muster.core import accounts, clock
    from muster.core.access import scope, system
    from muster.core.models import Account
    from muster.core.vault import create_keys
    from muster.domain.incidents.actions import OpenIncident, open_incidents
    from muster.domain.mobilising.actions import posts, seats
    from muster.domain.mobilising.actions.posts import ShiftBody
    from muster.domain.places import actions as places
    from muster.domain.places.rules import PointKind
    from muster.domain.responders.actions import enrol, teams
    from muster.domain.responders.rules import OrganisationKind, TeamKind
    from muster.journeys import settle

    one, now = _ids(), clock.now()
    by, incident = system(), one("incident")

    def do(action: Any, body: Any) -> None:
        done = action(told=_told(body, by), by=by, incident=incident, now=now)
        assert {**done.refused, **done.waiting} == {}
        settle.settle([done.touched], incident=incident, now=now)

    with scope(by, incident):
        create_keys(None)
        create_keys(incident)
        names = [(CITY, "深圳市", "city", None), (DISTRICT, "龙岗区", "district", CITY),
                 (SUBDISTRICT, "园山街道", "subdistrict", DISTRICT), (COMMUNITY, "保安社区", "community", SUBDISTRICT),
                 (GRID, "第一网格", "grid", COMMUNITY)]  # fmt: skip
        do(places.add_areas, places.AddAreas([places.NewArea(*name) for name in names]))
        opening = OpenIncident(
            incident,
            "lg-0217",
            DISTRICT,
            "龙岗 0217",
            "Longgang 0217",
            "covid-cn-v8",
            now - timedelta(days=1),
        )
        do(open_incidents, opening)
    with scope(by, incident):
        for number in (1, 2):
            do(places.add_buildings, places.AddBuilding(
                one("building", number), GRID, f"{number}栋", f"园山街道和悦路 {number} 号", "和悦花园",
                floors=10, units_per_floor=DOORS // 10,
            ))  # fmt: skip
        do(places.add_points, places.AddPoint(one("gate"), COMMUNITY, PointKind.GATE, "东门卡口", "和悦路口"))
        do(places.add_points, places.AddPoint(one("site"), GRID, PointKind.SITE, "小学采样点", "和悦路 3 号"))
        do(enrol.add_organisations, enrol.AddOrganisations(
            [enrol.OrganisationBody(one("school"), COMMUNITY, "园山小学", OrganisationKind.SCHOOL)]))  # fmt: skip
        people = [one("person", number) for number in range(3)]
        do(enrol.enrol_responders, enrol.EnrolResponders(
            [enrol.ResponderBody(person, COMMUNITY, one("school")) for person in people]))  # fmt: skip
        do(teams.form_teams, teams.FormTeam(one("team"), GRID, TeamKind.SWEEP, "扫楼一组", members=people))
        do(posts.add_posts, posts.AddPost(one("post"), GRID, "gate", "东门卡口", 3, one("gate")))
        start = now - timedelta(minutes=20)
        do(posts.add_shifts, posts.AddShifts(
            [ShiftBody(one("shift"), one("post"), start, start + timedelta(hours=8), 3)]))  # fmt: skip
        do(seats.claim_seats, seats.SeatBody(one("shift"), people[0]))
        _calls(do, one, now)
        for name, role, responder, area in (
            (WALKER, "grid_worker", people[0], GRID),
            (DESK, "commander", None, DISTRICT),
            (GUARD, "field_team", people[1], COMMUNITY),
        ):
            made = accounts.create_account(username=name, password=PASSWORD, responder=responder)
            accounts.give(account=made.pk, role=role, area=area, incident=None, until=None, by=by)
        assert Account.objects.count() == 3
    return {"incident": str(incident)}


def _calls(do: Any, one: Any, now: Any) -> None:
    from muster.domain.worklists.actions import desk, lists
    from muster.domain.worklists.models import WorkItem

    rows = [
        lists.ListRow(number, name=f"{surname}小明", phone=f"1380013800{number}", area=GRID)
        for number, surname in enumerate("赵钱孙李周")
    ]
    do(lists.push_lists, lists.PushList(
        one("list"), COMMUNITY, "市指挥部", "verification", "一号名单", rows, now + timedelta(hours=3)))  # fmt: skip
    items = list(WorkItem.objects.values_list("id", flat=True))
    assert len(items) == len(rows)
    do(desk.assign_items, desk.AssignItems(items, one("team")))


def contact() -> dict[str, str]:
    """Somebody of the list falls ill, another one is their contact: today's follow-up is given to the walker."""
    from muster.core import clock
    from muster.core.access import scope, system
    from muster.domain.cases import actions as cases
    from muster.domain.worklists.actions import desk
    from muster.domain.worklists.models import WorkItem
    from muster.journeys import settle

    one, by, now = _ids(), system(), clock.now()
    incident = one("incident")
    with scope(by, incident):
        ill, met = WorkItem.objects.filter(kind="verify").order_by("id").values_list("subject", flat=True)[:2]
        for action, body in (
            (cases.confirm_cases, cases.ConfirmCase(one("case"), ill, now)),
            (cases.name_contacts, cases.NameContact(one("contact"), one("case"), met, "close", now)),
        ):
            done = action(told=_told(body, by), by=by, incident=incident, now=now)
            settle.settle([done.touched], incident=incident, now=now)
        item = WorkItem.objects.get(kind="follow_up", state="open").id
        given = desk.AssignItems([item], one("person", 0))
        assert not desk.assign_items(told=_told(given, by), by=by, incident=incident, now=now).refused
    return {"item": str(item)}


def invite(account: str = WALKER) -> dict[str, str]:
    """A fresh one-use code."""
    from muster.core import accounts, clock, telephones
    from muster.core.access import scope, system

    incident = _ids()("incident")
    with scope(system(), incident) as by:
        code = telephones.invite(
            account=accounts.by_username(account),
            label="17号机",
            by=by,
            incident=incident,
            area=COMMUNITY if account == GUARD else GRID,
            now=clock.now(),
        )
    return {"code": code}


def passes() -> dict[str, str]:
    """What people show at the gate: `good`, revoked (`gone`), expired (`old`), `foreign`; `paper` as it is printed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from muster.core import clock
    from muster.core.access import scope, system
    from muster.domain.passes import actions, queries, token
    from muster.domain.passes.models import Pass
    from muster.domain.passes.rules import PassKind
    from muster.interop.paper.setting import qr

    one, by, now = _ids(), system(), clock.now()
    incident = one("incident")
    windows = {"good": (0, 48), "gone": (0, 48), "old": (-72, -1)}
    bodies = [
        actions.IssuePass(
            one("pass", name), COMMUNITY, PassKind.RESIDENT,
            valid_from=now + timedelta(hours=since - 1), valid_to=now + timedelta(hours=until),
        )
        for name, (since, until) in windows.items()
    ]  # fmt: skip
    revoked = actions.RevokePass(one("pass", "gone"))
    with scope(by, incident):
        steps: list[tuple[Any, Any]] = [(actions.issue_passes, one) for one in bodies]
        for action, body in [*steps, (actions.revoke_passes, revoked)]:
            assert not action(told=_told(body, by), by=by, incident=incident, now=now).refused
        held = {name: Pass.objects.get(id=one("pass", name)) for name in windows}
        said = {name: queries.token_of(found) for name, found in held.items()}
        strange = token.issue(
            queries.claims_of(held["good"]), Ed25519PrivateKey.from_private_bytes(bytes(32))
        )
        return {**said, "foreign": strange, "paper": qr(said["good"])}


def count(device: str = "") -> dict[str, Any]:
    """What arrived from everybody or from one phone: visits, receipts, what is kept aside, gaps."""
    from muster.core.access import EVERYWHERE, scope, system
    from muster.core.models import Parked, Receipt
    from muster.core.telephones import phones
    from muster.domain.cases.models import FollowedUp
    from muster.domain.cases.queries import standing
    from muster.domain.passes.models import ExceptionMade, PassScanned
    from muster.domain.worklists.models import Attempt, Visit

    incident: UUID = _ids()("incident")
    only = {"device": UUID(device)} if device else {"device__isnull": False}
    with scope(system(), incident) as by:
        visits, receipts = Visit.objects.filter(**only), Receipt.objects.filter(**only)
        known = [
            p for p in phones(by=by, incident=incident, bounds=EVERYWHERE) if device in ("", str(p.device.id))
        ]
        return {
            "visits": visits.count(),
            "doors": visits.values("dwelling").distinct().count(),
            "attempts": Attempt.objects.filter(**only).count(),
            "followed": list(standing(FollowedUp.objects.filter(**only)).values_list("outcome", "channel")),
            "scans": sorted(PassScanned.objects.filter(**only).values_list("verdict", "reason")),
            "exceptions": [
                [str(one.owner), (one.due_at - one.at).total_seconds() / 3600]
                for one in ExceptionMade.objects.filter(**only)
            ],
            "receipts": receipts.count(),
            "stored": receipts.filter(result="stored").count(),
            "parked": Parked.objects.filter(**only).count(),
            "by": sorted({str(one) for one in visits.values_list("by", flat=True)}),
            "oldest": str(visits.order_by("at").values_list("at", flat=True).first()),
            "phones": [[p.here, p.made, p.missing] for p in known],
        }


def wipe(device: str) -> dict[str, int]:
    """The desk asks a phone to forget."""
    from muster.core import clock, telephones
    from muster.core.access import scope, system

    incident: UUID = _ids()("incident")
    with scope(system(), incident) as by:
        return {"n": telephones.ask_wipe(devices=[UUID(device)], by=by, incident=incident, now=clock.now())}


if __name__ == "__main__":
    from muster.project import installation

    installation.setup_django()
    ways: dict[str, Callable[..., Any]] = {
        "seed": seed,
        "contact": contact,
        "invite": invite,
        "passes": passes,
        "count": count,
        "wipe": wipe,
    }
    print(json.dumps(ways[sys.argv[1]](*sys.argv[2:])))
