"""The script of a play: every command in true time, who sends it from what, and what the log notes about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from drill.areas import Area, prefix
from drill.plan import Organisation, Play
from drill.population import Resident, Responder
from drill.scenario import Scenario
from drill.territory import Building, Dwelling, derived
from drill.world import World

T = TypeVar("T")
Json = dict[str, object]
ROLES = {
    "commander": "指挥长", "desk": "值班台", "field_team": "现场队", "caller": "电话组", "tracer": "流调组",
    "supply": "物资组", "laboratory": "检测机构", "counsellor": "心理咨询", "auditor": "督查",
}  # fmt: skip
COMMANDER = "commander"


@dataclass(frozen=True)
class Account:
    """An account the play needs; an empty incident means all of them, area 0 everywhere."""

    username: str
    role: str
    area: int
    title: str


@dataclass(frozen=True)
class Act:
    """One command as it truly happens.

    `sender` is an account, or a telephone as `phone/…`; `typed_at` is when a paper record reaches a desk.
    `setup` comes before everything else of its hour. `note` holds what the log needs to count figures by.
    """

    id: UUID
    incident: str
    name: str
    at: datetime
    sender: str
    body: Json
    note: Json
    by: UUID | None = None
    typed_at: datetime | None = None
    setup: bool = False

    @property
    def by_phone(self) -> bool:
        """Whether a telephone sends it."""
        return self.sender.startswith("phone/")


@dataclass(frozen=True)
class Phone:
    """A telephone of a team: enrolled for an account in an incident."""

    key: str
    account: str
    incident: str
    area: int


@dataclass(kw_only=True)
class How:
    """The rest of an act: who did it, when it was typed in, whether it is set-up, what the log notes."""

    by: UUID | None = None
    typed_at: datetime | None = None
    setup: bool = False
    note: Json = field(default_factory=dict)


SETUP = How(setup=True)


@dataclass
class Script:
    """Everything that will be sent, with the accounts and telephones it takes."""

    scenario: Scenario
    world: World
    acts: list[Act] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    ids: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.accounts[COMMANDER] = Account(COMMANDER, "commander", 0, "演练指挥长")
        self.areas: Mapping[str, Area] = {area.code: area for area in self.scenario.areas}

    def key(self, *parts: object) -> UUID:
        """An id that follows from the scenario, its seed and the parts."""
        return derived("drill", self.scenario.name, self.scenario.seed, *parts)


class Scene:
    """What the writers of one incident share: its ids, accounts, telephones and people."""

    def __init__(self, script: Script, incident: str) -> None:
        self.script, self.key = script, incident
        self.play: Play = script.scenario.plays[incident]
        self.about = next(one for one in script.scenario.incidents if one.id == incident)
        self.world = script.world
        self.told: Counter[str] = Counter()
        self.on_file: frozenset[UUID] | None = None
        self.organisations: dict[str, Organisation] = {one.key: one for one in self.play.organisations}

    def id(self, *parts: object) -> UUID:
        """An id within this incident."""
        return self.script.key(self.key, *parts)

    @property
    def incident(self) -> UUID:
        """The id of the incident."""
        return self.id("incident")

    def organisation(self, key: str) -> UUID:
        """The id of an organisation."""
        return self.id("organisation", key)

    def people(self, organisation: str) -> tuple[Responder, ...]:
        """The responders of an organisation."""
        return self.world.responders[f"{self.key}/{organisation}"]

    def rng(self, *parts: object) -> Random:
        """Chance of its own for one purpose, the same in every run."""
        return Random("/".join(map(str, (self.script.scenario.seed, self.key, *parts))))

    def account(self, role: str, area: str = "") -> str:
        """The account of a role in an area, by default the incident's."""
        code = area or self.about.area.code
        username = f"{role}-{prefix(code)}".replace("_", "-")
        title = f"{self.script.areas[code].name}{ROLES[role]}" if code in self.script.areas else ROLES[role]
        self.script.accounts.setdefault(username, Account(username, role, int(code), title))
        return username

    @property
    def desk(self) -> str:
        """The desk of the incident."""
        return self.account("desk")

    def phone(self, team: str, role: str = "field_team", area: str = "") -> str:
        """A telephone of a team."""
        key = f"phone/{self.key}/{team}"
        code = int(area or self.about.area.code)
        self.script.phones.setdefault(key, Phone(key, self.account(role, area), self.key, code))
        return key

    def tell(self, sender: str, name: str, at: datetime, body: Json, how: How | None = None) -> UUID:
        """Put a command into the script; its id is the thing's own, else it follows from its number."""
        asked = body.get("id")
        identity = asked if isinstance(asked, UUID) else self._next(name)
        return self._put(Act(identity, self.key, name, at, sender, body, {}), how)

    def tell_of(self, sender: str, name: str, at: datetime, body: Json, how: How | None = None) -> UUID:
        """As `tell`, for a command about a thing that is told of more than once: it has an id of its own."""
        return self._put(Act(self._next(name), self.key, name, at, sender, body, {}), how)

    def _put(self, act: Act, how: How | None) -> UUID:
        how = how or How()
        self.script.acts.append(
            replace(act, note=how.note, by=how.by, typed_at=how.typed_at, setup=how.setup)
        )
        return act.id

    def _next(self, name: str) -> UUID:
        """The id of the next command of this name: a script is always written in the same order."""
        self.told[name] += 1
        return self.id("act", name, self.told[name])


def spread(rng: Random, start: datetime, end: datetime, count: int) -> list[datetime]:
    """So many instants between two, in order, never at the very ends."""
    if count <= 0:
        return []
    step = (end - start) / count
    return [start + step * (number + rng.uniform(0.1, 0.9)) for number in range(count)]


def daytime(
    rng: Random, start: datetime, end: datetime, count: int, hours: tuple[int, int] = (8, 21)
) -> list[datetime]:
    """So many instants between two within working hours, in order."""
    windows = []
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        opens = max(start, day + timedelta(hours=hours[0]))
        closes = min(end, day + timedelta(hours=hours[1]))
        if opens < closes:
            windows.append((opens, closes))
        day += timedelta(days=1)
    if not windows:
        windows = [(start, end)]
    whole = sum((closes - opens for opens, closes in windows), timedelta())
    found = []
    for share in spread(rng, start, start + whole, count):
        left = share - start
        for opens, closes in windows:
            if left < closes - opens:
                found.append(opens + left)
                break
            left -= closes - opens
    return found


def chunks(things: Sequence[T], size: int) -> list[Sequence[T]]:
    """The things in pieces of at most `size`."""
    return [things[start : start + size] for start in range(0, len(things), size)]


def doors_of(houses: Sequence[Building]) -> dict[UUID, tuple[Building, Dwelling]]:
    """Doors by id."""
    return {door.id: (house, door) for house in houses for door in house.dwellings}


def by_door(people: Sequence[Resident]) -> dict[UUID, list[Resident]]:
    """Residents by the door they live behind."""
    found: dict[UUID, list[Resident]] = {}
    for person in people:
        found.setdefault(person.dwelling, []).append(person)
    return found


@dataclass(frozen=True)
class Row:
    """A row of a pushed list, where the item is meant that the server made of it."""

    list: str
    row: int
