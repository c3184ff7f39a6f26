"""Parts of a pack about places: zones and phases, testing, gates, building sweeps, mosquito control."""

from datetime import datetime, tzinfo
from typing import Literal

from muster.protocols.values import Coded, NoSuchCodeError, Section, Text, Valued, after, by_code, local_date

Movement = Literal["leave_area", "stay_in_dwelling", "stay_in_building", "stay_in_zone", "free"]
Service = Literal["at_the_door", "drop_point", "none"]
Unit = Literal["dwelling", "unit", "building", "compound", "community", "subdistrict", "district", "radius"]
FieldKind = Literal["number", "yes_no", "choice", "text", "date"]


class Phase(Coded, frozen=True):
    """What holds in a zone from one of its days on; the day the notice takes effect is day 1."""

    from_day: Valued[int]
    movement: Valued[Movement]
    service: Valued[Service]
    rules: Valued[Text]


class Restart(Section, frozen=True):
    """What a new case does to a zone: its clock starts again, or it becomes a stricter one."""

    rule: Valued[Text]
    becomes: str | None = None


class Release(Section, frozen=True):
    """When a zone may be proposed for release; a named person decides."""

    rule: Valued[Text]
    days_clear: Valued[int] | None = None
    round_within_days: Valued[int] | None = None
    enclosed_days_after: Valued[int] | None = None
    after_zones: tuple[str, ...] = ()
    becomes: str | None = None

    def earliest_at(self, last_case_at: datetime) -> datetime | None:
        """The first moment at which enough days are clear; None where days are not what counts."""
        return None if self.days_clear is None else after(last_case_at, days=self.days_clear.value)


class ZoneTests(Section, frozen=True):
    """Tests of everybody in a zone: on which days of the zone, then how often, and how many per tube."""

    pool_size: Valued[int]
    days: Valued[tuple[int, ...]]
    then_every_days: Valued[int] | None = None

    def is_test_day(self, day: int) -> bool:
        """Whether everybody in the zone is tested on this day of the zone."""
        days = self.days.value
        if day in days:
            return True
        if self.then_every_days is None or (days and day < days[-1]):
            return False
        return (day - (days[-1] if days else 1)) % self.then_every_days.value == 0


class Zone(Coded, frozen=True):
    """A level of zone, strictest first in the pack, with its phases in order."""

    unit: Valued[Unit]
    rule: Valued[Text]
    phases: tuple[Phase, ...]
    release: Release
    restart: Restart | None = None
    tests: ZoneTests | None = None
    radius_m: Valued[int] | None = None

    def phase_on(self, day: int) -> Phase:
        """The phase in force on a day of the zone (day 1 is the first)."""
        current: Phase | None = None
        for phase in self.phases:
            if phase.from_day.value <= day:
                current = phase
        if current is None:
            raise NoSuchCodeError("phase of day", str(day))
        return current

    def day_at(self, started_at: datetime, at: datetime, tz: tzinfo) -> int:
        """Which calendar day of the zone a moment falls in, counted from the last restart."""
        return (local_date(at, tz) - local_date(started_at, tz)).days + 1


class QueueBand(Coded, frozen=True):
    """What the public board shows of a queue from so many minutes on."""

    from_minutes: Valued[int]


class Excuse(Coded, frozen=True):
    """A reason why somebody is not tested, and where they stand then: exempt, away, or refused."""

    standing: Valued[Literal["exempt", "away", "refused"]]


class Testing(Section, frozen=True):
    """Mass testing: tubes, rounds, queues, and what a positive pool sets off."""

    pool_size: Valued[int]
    isolation_pool_size: Valued[int]
    round_within_hours: Valued[float]
    result_within_hours: Valued[float]
    site_setup_hours: Valued[float]
    max_walk_minutes: Valued[int]
    max_queue_minutes: Valued[int]
    queue_bands: tuple[QueueBand, ...]
    fever_celsius: Valued[float]
    fever_rest_minutes: Valued[int]
    positive_pool: Valued[Text]
    resample_within_hours: Valued[float]
    excuses: tuple[Excuse, ...] = ()

    def queue_band(self, minutes: int | None) -> QueueBand:
        """What a wait of so many minutes is called; None is a line that does not move."""
        reached = [one for one in self.queue_bands if minutes is None or one.from_minutes.value <= minutes]
        return reached[-1] if reached else self.queue_bands[0]


class GateException(Coded, frozen=True):
    """Who may pass a gate all the same, and on which condition."""

    rule: Valued[Text]


class Gates(Section, frozen=True):
    """Gates and place codes: the order of the checks, and how little is kept of a scan."""

    checks: tuple[Coded, ...]
    order: Valued[tuple[str, ...]]
    keep_pass_id: Valued[bool]
    scan_retention_days: Valued[int]
    pass_valid_hours: Valued[float]
    fever_celsius: Valued[float]
    paper_below_age: Valued[int]
    paper_from_age: Valued[int]
    exceptions: tuple[GateException, ...]
    list_old_hours: Valued[float] | None = None
    exception_hours: Valued[float] | None = None

    def may_show_paper(self, age: int) -> bool:
        """Whether somebody of this age may show paper or an identity card instead of a phone."""
        return age < self.paper_below_age.value or age >= self.paper_from_age.value


class Field(Coded, frozen=True):
    """One question of the sweep form."""

    kind: FieldKind
    required: bool = False
    sensitive: bool = False
    choices: tuple[Coded, ...] = ()


class Outcome(Coded, frozen=True):
    """How a visit ended: whether the door is done, and whether somebody must come again."""

    closes: bool
    recheck: bool = False
    other_worker: bool = False


class Sweep(Section, frozen=True):
    """The door-to-door sweep: the form, how a visit can end, and when to come again."""

    fields: tuple[Field, ...]
    outcomes: tuple[Outcome, ...]
    recheck_hours: Valued[float]
    max_absent_visits: Valued[int]

    def outcome(self, code: str) -> Outcome:
        """The outcome with this code."""
        return by_code(self.outcomes, code, "visit outcome")

    def recheck_at(self, visited_at: datetime) -> datetime:
        """When the door is tried again."""
        return after(visited_at, hours=self.recheck_hours.value)

    def is_exhausted(self, absent_visits: int) -> bool:
        """Whether enough visits found nobody, so that the door goes to the person in charge."""
        return absent_visits >= self.max_absent_visits.value


class IndexBand(Coded, frozen=True):
    """A risk band of the container index, from this index on."""

    from_index: Valued[float]


class Spraying(Coded, frozen=True):
    """Adult mosquito control from one day of the zone on."""

    from_day: Valued[int]
    times_per_day: Valued[int]


class Vector(Section, frozen=True):
    """Mosquito control: containers, the Breteau index and its bands, and how often to come again."""

    containers: tuple[Coded, ...]
    per_households: Valued[int]
    bands: tuple[IndexBand, ...]
    goal_index: Valued[float]
    survey_within_days: Valued[int]
    survey_every_days: Valued[int]
    alert_every_days: Valued[int]
    recheck_days: Valued[int]
    spraying: tuple[Spraying, ...]
    patient_isolation_days: Valued[int]
    fever_free_hours: Valued[int]

    def breteau_index(self, positive_containers: int, households: int) -> float:
        """Positive containers per hundred households surveyed; raises ValueError when none was surveyed."""
        if households < 1 or positive_containers < 0:
            raise ValueError("an index needs surveyed households and a count of containers")
        return positive_containers * self.per_households.value / households

    def band(self, index: float) -> IndexBand:
        """The band an index falls in."""
        reached = [band for band in self.bands if band.from_index.value <= index]
        if not reached:
            raise NoSuchCodeError("index band", str(index))
        return reached[-1]

    def sprayings_on(self, day: int) -> int:
        """How often adult mosquitoes are treated on a day of the zone."""
        reached = [step.times_per_day.value for step in self.spraying if step.from_day.value <= day]
        return reached[-1] if reached else 0
