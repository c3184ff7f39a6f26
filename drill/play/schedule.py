"""When each command of a script leaves its sender, and with which others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from drill.disturbances import Event, Sent, disturb
from drill.play.script import Act, Json, Row, Script

WINDOW = timedelta(hours=3)
MOST = 200  # commands in a batch
HEAVY = frozenset({"push_list", "enrol_responders", "add_areas"})  # many rows in one command


class Withheld:
    """Whether a command is withheld: by kind, a seeded share of it."""

    def __init__(self, shares: Mapping[str, float], seed: int) -> None:
        self.shares, self.seed = shares, seed

    def holds(self, act: Act) -> bool:
        """Whether this command is never sent."""
        share = self.shares.get(act.name, 0.0)
        return share > 0 and Random(f"withheld/{self.seed}/{act.id}").random() < share


def schedule(script: Script, withheld: Withheld) -> list[Sent[Act]]:
    """Everything in order of sending: telephones with all their troubles, desks when a thing is typed in.

    What is withheld changes nothing about the troubles of the rest.
    """
    acts, scenario = script.acts, script.scenario
    by_phone = [Event(act.at, act.sender, act) for act in acts if act.by_phone]
    sent = disturb(by_phone, scenario.disturbances.phones, scenario.seed)
    sent += [
        Sent(act.typed_at or act.at, act.sender, Event(act.at, act.sender, act), act.at)
        for act in acts
        if not act.by_phone
    ]
    left = [one for one in sent if not withheld.holds(one.event.command)]
    return sorted(left, key=lambda one: (one.sent_at, one.at))


def hours(sends: Sequence[Sent[Act]]) -> list[tuple[datetime, list[Sent[Act]]]]:
    """The sends by the end of the window they leave in; a repeat leaves with the next window's."""
    if not sends:
        return []
    start = sends[0].sent_at
    found: dict[int, list[Sent[Act]]] = {}
    for one in sends:
        found.setdefault((one.sent_at - start) // WINDOW + one.repeat, []).append(one)
    return [(start + WINDOW * (number + 1), found[number]) for number in sorted(found)]


@dataclass(frozen=True)
class Package:
    """Commands of one sender that leave together, and how wrong the sender's clock is."""

    sender: str
    incident: str
    clock_error: timedelta
    sent: tuple[Sent[Act], ...]


def packages(sends: Iterable[Sent[Act]]) -> list[Package]:
    """Batches in order: a new one for another sender or incident, when one is full, and for heavy commands."""

    def head(one: Sent[Act]) -> tuple[str, str, timedelta]:
        """What must be the same in a batch."""
        return one.device, one.event.command.incident, one.clock_error

    found = []
    for (sender, incident, error), group in groupby(sends, head):
        held: list[Sent[Act]] = []
        for one in group:
            heavy = one.event.command.name in HEAVY
            if held and (heavy or len(held) == MOST):
                found.append(Package(sender, incident, error, tuple(held)))
                held = []
            held.append(one)
            if heavy:
                found.append(Package(sender, incident, error, tuple(held)))
                held = []
        if held:
            found.append(Package(sender, incident, error, tuple(held)))
    return found


def wire(one: Sent[Act], body: Json) -> Json:
    """A command as it is sent."""
    act = one.event.command
    told: Json = {"id": str(act.id), "name": act.name, "at": one.claimed_at, "body": body}
    return told if act.by is None else {**told, "by": act.by}


def named_rows(body: Json) -> list[Row]:
    """The rows of lists a body speaks of."""
    items = body.get("items")
    listed = items if isinstance(items, list) else [body.get("item")]
    return [row for row in listed if isinstance(row, Row)]
