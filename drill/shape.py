"""What a scenario is, once read: areas by role, incidents, structure, disturbances, plays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drill.areas import Area
from drill.plan import Part, Play, Text

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::\d\d)?")


class ScenarioError(Exception):
    """A scenario file that cannot be played; says where and why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class Phones(Part, frozen=True, kw_only=True):
    """How phones misbehave."""

    offline_share: float = 0.0
    double_send: float = 0.0
    late_hours: tuple[float, float] = (0.0, 0.0)
    wrong_clock: float = 0.0
    lost: float = 0.0


class Lists(Part, frozen=True, kw_only=True):
    """What is wrong with pushed lists, as shares."""

    duplicates: float = 0.0
    wrong_number: float = 0.0
    moved: float = 0.0
    other_area: float = 0.0
    name_or_phone_only: float = 0.0


class Residents(Part, frozen=True, kw_only=True):
    """How residents answer the door and the telephone."""

    absent: float = 0.0
    refuses_first: float = 0.0


class Tubes(Part, frozen=True, kw_only=True):
    """What goes wrong with tubes, and how many pools turn out positive."""

    mis_scan: float = 0.0
    positive_pools: int = 0


class Disturbances(Part, frozen=True, kw_only=True):
    """Everything that goes wrong, seeded."""

    phones: Phones = Phones()
    lists: Lists = Lists()
    residents: Residents = Residents()
    tubes: Tubes = Tubes()


class Structure(Part, frozen=True, kw_only=True):
    """The command structure set up from a template."""

    incident: str
    template: str
    lead: str
    teams: tuple[str, ...]
    partners: tuple[str, ...] = ()


@dataclass(frozen=True)
class Incident:
    """An incident, where it is run from and when it began."""

    id: str
    area: Area
    opened_at: datetime
    first_case_area: Area | None
    first_case_at: datetime | None


@dataclass(frozen=True)
class Scenario:
    """All the drill may know: no published figure is in here."""

    name: str
    title: Text
    protocol: str
    timezone: str
    seed: int
    roles: Mapping[str, Area]
    areas: tuple[Area, ...]
    incidents: tuple[Incident, ...]
    structure: Structure | None
    disturbances: Disturbances
    plays: Mapping[str, Play]
    left_out: tuple[str, ...]


def moment(value: object, zone: ZoneInfo) -> datetime:
    """An instant as scenario files write it; 24:00 is midnight of the next day."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    match = MOMENT.fullmatch(str(value))
    if not match or not (0 <= int(match[3]) < 60 and int(match[2]) * 60 + int(match[3]) <= 24 * 60):
        raise ScenarioError(
            f"“{value}”不是时间，应写成 2022-02-17T19:00",
            f"“{value}” is not a time; write it like 2022-02-17T19:00",
        )
    try:
        day = datetime.combine(date.fromisoformat(match[1]), datetime.min.time(), zone)
    except ValueError as wrong:
        raise ScenarioError(
            f"“{value}”不是日历上的日子", f"“{value}” is not a day of the calendar"
        ) from wrong
    return day + timedelta(hours=int(match[2]), minutes=int(match[3]))
