"""Every figure counted from the drill's own log of what the server acknowledged, without asking the server."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from drill.ledger import Entry, Ledger
from drill.reading import Node
from drill.scenario import Scenario
from drill.shape import moment

VERIFYING = frozenset({"reached_verified", "already_verified"})
STAGES = ("arrived", "departed", "mustered")
SERVED = frozenset({"meal", "lodging", "meeting", "transport"})
CHANNELS = "volunteers_recruited"  # its `by` names channels, not organisations


@dataclass(frozen=True)
class Question:
    """A figure narrowed to organisations (keys), areas (codes), goods and hours; None leaves it wide."""

    figure: str
    incident: str
    organisations: frozenset[str] | None = None
    senders: frozenset[str] | None = None
    receivers: frozenset[str] | None = None
    item: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def asks_for(self, organisation: object) -> bool:
        """Whether what this organisation did counts."""
        return self.organisations is None or organisation in self.organisations


def question(scenario: Scenario, asked: Mapping[str, Node]) -> Question:
    """A published entry's question in the drill's own keys; its value and relation are not read."""
    incident = str(asked["incident"])
    figure = str(asked["figure"])
    zone = ZoneInfo(scenario.timezone)
    named = asked.get("organisation") or (asked.get("by") if figure != CHANNELS else None)
    window = asked.get("window") or (None, asked.get("until"))
    since, until = (moment(end, zone) if end else None for end in window)
    item = asked.get("item")
    return Question(
        figure, incident, _organisations(scenario, incident, named), _areas(scenario, asked.get("from")),
        _areas(scenario, asked.get("to")), str(item) if item else None, since, until,
    )  # fmt: skip


def _listed(node: Node) -> list[str]:
    return [str(one) for one in (node if isinstance(node, list) else [node])]


def _areas(scenario: Scenario, named: Node) -> frozenset[str] | None:
    if not named:
        return None
    wanted = _listed(named)
    return frozenset(
        area.code for area in scenario.areas if {area.name, area.official, area.code} & set(wanted)
    )


def _organisations(scenario: Scenario, incident: str, named: Node) -> frozenset[str] | None:
    """Organisations by key or name, or by the name of the area whose office they are."""
    if not named:
        return None
    wanted = {one.casefold() for one in _listed(named)}
    offices = _areas(scenario, named) or frozenset()
    play = scenario.plays.get(incident)
    return frozenset(
        one.key
        for one in (play.organisations if play else ())
        if {one.key, one.name.zh, one.name.en.casefold()} & wanted
        or (one.kind in ("subdistrict", "community") and one.area in offices)
    )


@dataclass
class Log:
    """The entries of one incident by command, narrowed to the hours of a question."""

    entries: Iterable[Entry]
    retracted: set[str] = field(default_factory=set)

    def of(self, name: str, asked: Question | None = None) -> list[Entry]:
        """The entries of a command; with a question, those in its hours."""
        found = [one for one in self.entries if one.name == name and str(one.id) not in self.retracted]
        if asked is None:
            return found
        return [one for one in found if _within(datetime.fromisoformat(one.at), asked)]


def _within(at: datetime, asked: Question) -> bool:
    return (asked.since is None or asked.since <= at) and (asked.until is None or at < asked.until)


def _verified(log: Log, asked: Question) -> set[str]:
    tries = log.of("record_attempt", asked)
    return {
        one.note["person"]
        for one in tries
        if one.note["outcome"] in VERIFYING and asked.asks_for(one.note["org"])
    }


def _records(purpose: str) -> Callable[[Log, Question], int]:
    def count(log: Log, asked: Question) -> int:
        """Rows whose person was verified."""
        verified = _verified(log, asked)
        lists = [one for one in log.of("push_list") if one.note["purpose"] == purpose]
        return sum(person in verified for one in lists for person in one.note["persons"])

    return count


def _contacts(log: Log, asked: Question) -> int:
    listed = {
        p for one in log.of("push_list") if one.note["purpose"] == "contact" for p in one.note["persons"]
    }
    listed |= {one.note["person"] for one in log.of("name_contact")}
    return len(_verified(log, asked) & listed)


def _calls(log: Log, asked: Question) -> list[Entry]:
    return [
        one for one in log.of("roll_call", asked)
        if asked.asks_for(one.note["org"])
        and (asked.senders is None or one.note["from"] in asked.senders)
        and (asked.receivers is None or any(_meets(one.note["to"], area) for area in asked.receivers))
    ]  # fmt: skip


def _meets(one: str, other: str) -> bool:
    """Whether one area lies in the other, either way round."""
    a, b = one.rstrip("0"), other.rstrip("0")
    return one == other or a.startswith(b) or b.startswith(a)


def _first_batch(log: Log, asked: Question) -> int:
    heads: dict[str, int] = {}
    for one in _calls(log, asked):
        if one.note["stage"] in ("mustered", "arrived"):
            heads[one.note["batch"]] = max(one.note["n"], heads.get(one.note["batch"], 0))
    return sum(heads.values())


def _batch_people(log: Log, asked: Question) -> int:
    calls = _calls(log, asked)
    total = 0
    for batch in {one.note["batch"] for one in calls}:
        mine = {one.note["stage"]: one.note["n"] for one in calls if one.note["batch"] == batch}
        total += next((mine[stage] for stage in STAGES if stage in mine), 0)
    return total


def _begun(kind: str | None) -> Callable[[Log, Question], list[Entry]]:
    def find(log: Log, asked: Question) -> list[Entry]:
        """Shifts begun by people of such organisations."""
        begun = [one for one in log.of("begin_shift", asked) if asked.asks_for(one.note["org"])]
        return [one for one in begun if kind is None or one.note["kind"] == kind]

    return find


def _teams(kind: str) -> Callable[[Log, Question], int]:
    def count(log: Log, asked: Question) -> int:
        """Teams with a member on duty; of tracing teams, one who recorded a call or a visit."""
        begun = {one.note["person"] for one in log.of("begin_shift", asked)}
        if kind == "tracing":
            begun &= {one.note["caller"] for one in log.of("record_attempt", asked)}
        teams = [
            one for one in log.of("form_team") if one.note["kind"] == kind and asked.asks_for(one.note["org"])
        ]
        return sum(bool(begun & set(one.note["people"])) for one in teams)

    return count


def _goods(kind: str, unit: str | None = None) -> Callable[[Log, Question], int]:
    def count(log: Log, asked: Question) -> int:
        """Quantities moved."""
        return sum(
            one.note["n"] for one in log.of("move_stock", asked)
            if one.note.get("kind") == kind and (unit is None or one.note.get("unit") == unit)
            and (asked.item is None or one.note["item"] == asked.item)
            and (asked.senders is None or one.note["from"] in asked.senders)
        )  # fmt: skip

    return count


def _swept(log: Log, asked: Question) -> int:
    doors: dict[str, set[str]] = {}
    units: dict[str, int] = {}
    for one in log.of("record_visit", asked):
        if asked.asks_for(one.note["org"]):
            doors.setdefault(one.note["house"], set()).add(one.note["door"])
            units[one.note["house"]] = one.note["doors"]
    return sum(len(visited) == units[house] for house, visited in doors.items())


def _different(
    name: str, word: str, keep: Callable[[Entry, Question], bool]
) -> Callable[[Log, Question], int]:
    def count(log: Log, asked: Question) -> int:
        """Different persons in such entries."""
        return len({one.note[word] for one in log.of(name, asked) if keep(one, asked)})

    return count


COUNTERS: dict[str, Callable[[Log, Question], int]] = {
    "volunteers_recruited": _different("sign_up_volunteer", "person", lambda one, asked: True),
    "teacher_callers": _different("record_attempt", "caller", lambda one, asked: one.note["profession"] == "teacher"
                                  and one.note["channel"] == "phone"),
    "records_verified": _records("verification"),
    "key_person_records_verified": _records("key_person"),
    "contacts_verified": _contacts,
    "first_batch": _first_batch,
    "batch_people": _batch_people,
    "agency_staff_deployed": lambda log, asked: len(_begun("agency")(log, asked)),
    "agencies_contributing": lambda log, asked: len({one.note["org"] for one in _begun("agency")(log, asked)}),
    "tracing_teams": _teams("tracing"),
    "logistics_teams": _teams("logistics"),
    "logistics_staff": lambda log, asked: len({one.note["person"] for one in _begun(None)(log, asked)}),
    "school_staff_on_duty": lambda log, asked: len({one.note["person"] for one in _begun("school")(log, asked)}),
    "responders_served": _different("serve", "person", lambda one, asked: one.note["kind"] in SERVED),
    "supplies_issued": _goods("issue"),
    "supplies_delivered": _goods("deliver"),
    "vehicles_lent": _goods("lend", "vehicle"),
    "buildings_swept": _swept,
    "persons_registered": _different("register_person", "person", lambda one, asked: asked.asks_for(one.note["org"])),
}  # fmt: skip


def count(ledger: Ledger, asked: Question) -> int | None:
    """What the log counts for a question; None for a figure the drill knows no counter of."""
    if asked.figure not in COUNTERS:
        return None
    mine = [one for one in ledger.entries.values() if one.incident == asked.incident]
    retracted = {one.note["target"] for one in mine if one.name == "retract_fact"}
    return COUNTERS[asked.figure](Log(mine, retracted), asked)
