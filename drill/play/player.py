"""Sends a script window by window in simulated time; stops and goes on without loss."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from drill.client import Answer, Desk, Door, DrillError, Server
from drill.disturbances import Sent
from drill.ledger import Ledger
from drill.phones import Drawer
from drill.play.schedule import WINDOW, Package, Withheld, hours, named_rows, packages, schedule, wire
from drill.play.script import COMMANDER, Act, Json, Script
from drill.uploads import hand_in

HANDS = 4
REPLACED = "-replacement"
UPLOADED = "push_list"  # comes as a file, over the page of imports
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
AGAIN = 1_000  # commands in a batch when only asking whether they are known
Progress = Callable[[int, int, datetime], None]


@dataclass
class Clock:
    """Simulated time as the server has it, running on between two moves."""

    base: datetime = EPOCH
    since: float = field(default_factory=time.monotonic)

    def set(self, now: datetime) -> None:
        """The server said what time it is."""
        self.base, self.since = now, time.monotonic()

    def now(self) -> datetime:
        """The present simulated instant."""
        return self.base + timedelta(seconds=time.monotonic() - self.since)


class Player:
    """One play of a script against a server."""

    def __init__(self, script: Script, server: Server, passwords: Mapping[str, str], ledger: Ledger) -> None:
        self.script, self.server, self.ledger = script, server, ledger
        self.passwords = passwords
        self.desks: dict[str, Desk] = {}
        self.lock = threading.Lock()
        self.clock = Clock()
        self.commander = self.desk(COMMANDER)
        self.drawer = Drawer(ledger.folder, server, self.commander)

    def account(self, username: str) -> str:
        """The account that plays a part: its own, or the only one there is."""
        if username in self.passwords:
            return username
        if len(self.passwords) == 1:
            return next(iter(self.passwords))
        raise DrillError(f"缺少账号 {username}", f"there is no account {username}")

    def desk(self, part: str) -> Desk:
        """A signed-in desk."""
        username = self.account(part)
        with self.lock:
            if username not in self.desks:
                self.desks[username] = Desk(self.server, username, self.passwords[username])
            return self.desks[username]

    def incident(self, key: str) -> UUID:
        """The id of an incident."""
        return self.script.key(key, "incident")

    def play(self, withheld: Withheld, tell: Progress) -> list[Sent[Act]]:
        """Send everything that is not acknowledged yet, then ask again about what had to wait."""
        sends = schedule(self.script, withheld)
        windows = hours(sends)
        done = 0
        known = {one.event.command.id for one in sends if self.ledger.settled(one.event.command)}
        with ThreadPoolExecutor(HANDS) as hands:
            for end, listed in windows:
                left = [one for one in listed if one.event.command.id not in known]
                if left:
                    self._move(end)
                    self._window(left, hands)
                done += len(listed)
                tell(done, len(sends), end)
            if windows:
                self._move(windows[-1][0] + WINDOW)
                waiting = [one for one in first(sends) if not self.ledger.settled(one.event.command)]
                self._window(waiting, hands)
        return sends

    def _move(self, to: datetime) -> None:
        """Forwards only; a server whose clock is later already keeps it."""
        now = self.commander.move_clock(to)
        if now is None:
            incident = str(self.incident(next(iter(self.script.scenario.plays))))
            now = self.commander.sync({"incident": incident, "commands": []}).now
        self.clock.set(now)

    def _window(self, sends: Sequence[Sent[Act]], hands: ThreadPoolExecutor) -> None:
        """First what is set up, in order; then every sender by itself, all at once."""
        for package in packages([one for one in sends if one.event.command.setup]):
            self._send(package)
        senders: dict[str, list[Sent[Act]]] = {}
        for one in sends:
            if not one.event.command.setup:
                senders.setdefault(one.device, []).append(one)
        list(hands.map(self._sender, senders.values()))

    def _sender(self, sends: Sequence[Sent[Act]]) -> None:
        for package in packages(sends):
            self._send(package)

    def _door(self, package: Package) -> Door:
        if not package.sender.startswith("phone/"):
            return self.desk(package.sender)
        phone = self.script.phones[package.sender.removesuffix(REPLACED)]
        phone = replace(phone, account=self.account(phone.account))
        return self.drawer.take(package.sender, phone, self.incident(package.incident))

    def _send(self, package: Package) -> None:
        """Hand one package in and write down what became of it."""
        ready = [(one, body) for one in package.sent if (body := self.body(one.event.command)) is not None]
        self.ledger.write(self._heard(package, ready))

    def _heard(self, package: Package, ready: Sequence[tuple[Sent[Act], Json]]) -> list[tuple[Act, Answer]]:
        """What the server says to commands, and to lists, which are files."""
        lists = [one.event.command for one, _ in ready if one.event.command.name == UPLOADED]
        heard = [(act, hand_in(self.desk(package.sender), act)) for act in lists]
        commands = [(one, body) for one, body in ready if one.event.command.name != UPLOADED]
        if not commands:
            return heard
        envelope = {
            "batch": uuid4(),
            "incident": self.incident(package.incident),
            "sent_at": self.clock.now() + package.clock_error,
            "commands": [wire(one, body) for one, body in commands],
        }
        said = {answer.id: answer for answer in self._door(package).sync(envelope).answers}
        acts = [one.event.command for one, _ in commands]
        return heard + [(act, said[str(act.id)]) for act in acts if str(act.id) in said]

    def body(self, act: Act) -> Json | None:
        """What is sent: rows of lists become the items the server made of them. None while none is known."""
        asked = named_rows(act.body)
        if not asked:
            return act.body
        items = list(dict.fromkeys(item for row in asked if (item := self.ledger.item(row)) is not None))
        if not items:
            return None
        return {**act.body, "items": items} if "items" in act.body else {**act.body, "item": items[0]}

    def lost(self, sends: Sequence[Sent[Act]]) -> int:
        """Send everything acknowledged once more: how much of it the server no longer knows."""
        taken = [one for one in first(sends) if one.event.command.id in self.ledger.entries]
        senders: dict[tuple[str, str], list[Sent[Act]]] = {}
        for one in taken:
            senders.setdefault((one.device, one.event.command.incident), []).append(one)
        parcels = [
            Package(sender, incident, timedelta(), tuple(mine[start : start + AGAIN]))
            for (sender, incident), mine in senders.items()
            for start in range(0, len(mine), AGAIN)
        ]
        with ThreadPoolExecutor(HANDS) as hands:
            return len(taken) - sum(hands.map(self._known, parcels))

    def _known(self, package: Package) -> int:
        ready = [(one, body) for one in package.sent if (body := self.body(one.event.command)) is not None]
        return sum(answer.result == "duplicate" for _, answer in self._heard(package, ready))


def first(sends: Sequence[Sent[Act]]) -> list[Sent[Act]]:
    """Every command once."""
    return [one for one in sends if not one.repeat]
