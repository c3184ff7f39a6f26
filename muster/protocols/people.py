"""Parts of a pack about people: contacts and their follow-up, calling, the helpline, checks on residents."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from muster.protocols.values import Coded, Section, Text, Valued, after, aware, by_code, local_date

NextStep = Literal["same_caller", "other_caller", "visit"]


class Clock(Section, frozen=True):
    """A promise: something is done within so many hours of its start."""

    title: Text
    within_hours: Valued[float]

    def deadline(self, started_at: datetime) -> datetime:
        """When the promise runs out."""
        return after(started_at, hours=self.within_hours.value)


class FollowUp(Section, frozen=True):
    """How a contact is followed up. Days count from the last exposure; home test days from the move home."""

    central_days: Valued[int]
    home_days: Valued[int]
    test_days_central: Valued[tuple[int, ...]]
    test_days_home: Valued[tuple[int, ...]]
    every_hours: Valued[int]

    @property
    def total_days(self) -> int:
        """Days in central quarantine and at home together."""
        return self.central_days.value + self.home_days.value

    def moves_home_at(self, last_exposure: datetime) -> datetime:
        """When the central part ends (the last exposure itself where there is none)."""
        return after(last_exposure, days=self.central_days.value)

    def release_at(self, last_exposure: datetime) -> datetime:
        """When the whole follow-up ends."""
        return after(last_exposure, days=self.total_days)

    def test_due_dates(self, last_exposure: datetime, tz: tzinfo) -> tuple[date, ...]:
        """The local days on which a test is due, in order; day 0 is the day of the last exposure."""
        first = local_date(last_exposure, tz)
        home = (self.central_days.value + day for day in self.test_days_home.value)
        days = sorted({*self.test_days_central.value, *home})
        return tuple(first + timedelta(days=day) for day in days)

    def next_check_at(self, last_check: datetime) -> datetime:
        """When the contact is asked again how they are."""
        return after(last_check, hours=self.every_hours.value)


class ContactClass(Coded, frozen=True):
    """A class of contacts; `follow_up` is absent for a class that is told, not followed."""

    definition: Valued[Text]
    traced: Valued[bool]
    follow_up: FollowUp | None = None


class ExposureRule(Section, frozen=True):
    """Who shared a place with a case for long enough to be looked at; a person classifies them.

    A check-in is an instant and taken to last `stay_minutes`, passing a gate `gate_minutes`; somebody sampled at
    a site was there for the longest queue before. Visits are kept for `keep_days`.
    """

    min_overlap_minutes: Valued[int]
    stay_minutes: Valued[int]
    gate_minutes: Valued[int]
    keep_days: Valued[int]
    generations: Valued[int]


class Contacts(Section, frozen=True):
    """Whom a case may have infected, and since when one looks back."""

    look_back_days: Valued[int]
    look_back_from: Valued[Text]
    classes: tuple[ContactClass, ...]
    exposures: tuple[Coded, ...]
    statuses: tuple[Coded, ...]
    exposure: ExposureRule | None = None
    lost_after_misses: Valued[int] | None = None
    symptom_test_hours: Valued[float] | None = None
    report_link_hours: Valued[float] | None = None

    def look_back_start(self, anchor: datetime) -> datetime:
        """Exposures from this moment on count; the anchor is the onset, or the first positive sample."""
        return after(anchor, days=-self.look_back_days.value)


class Attempts(Section, frozen=True):
    """How people are phoned: at decent hours, not too often, by another caller, then by a visit."""

    from_hour: Valued[int]
    to_hour: Valued[int]
    min_hours_between: Valued[float]
    max_tries: Valued[int]
    max_callers: Valued[int]
    cool_down_hours: Valued[float]
    day_parts: Valued[tuple[int, ...]] | None = None

    def is_decent(self, at: datetime, tz: tzinfo) -> bool:
        """Whether one may phone at this moment."""
        return self.from_hour.value <= aware(at).astimezone(tz).hour < self.to_hour.value

    def next_try_at(self, last_try: datetime, tz: tzinfo, before: Iterable[datetime] = ()) -> datetime:
        """The first decent moment after an unanswered try; later the same day in a part of it not tried lately.

        `before` are the tries that came earlier. A day that has no such part left is not given up: the moment
        stays.
        """
        earliest = self._opening(after(last_try, hours=self.min_hours_between.value).astimezone(tz))
        parts = self.day_parts.value if self.day_parts else ()
        tries = sorted({*before, last_try})[-(len(parts) - 1) :] if len(parts) > 1 else []
        lately = {self._part(one.astimezone(tz)) for one in tries}
        if self._part(earliest) not in lately:
            return earliest
        later = [hour for hour in parts if hour > earliest.hour and hour not in lately]
        if not later:
            return earliest
        return earliest.replace(hour=min(later), minute=0, second=0, microsecond=0)

    def _opening(self, at: datetime) -> datetime:
        """This moment, or the next morning's first decent hour."""
        if self.from_hour.value <= at.hour < self.to_hour.value:
            return at
        opening = at.replace(hour=self.from_hour.value, minute=0, second=0, microsecond=0)
        return opening if opening > at else opening + timedelta(days=1)

    def _part(self, at: datetime) -> int:
        """Which part of the day a moment falls in."""
        parts = self.day_parts.value if self.day_parts else ()
        return max((hour for hour in parts if hour <= at.hour), default=max(parts, default=0))

    def may_call_again_at(self, last_reached: datetime) -> datetime:
        """When somebody who was reached may be phoned again for any other list."""
        return after(last_reached, hours=self.cool_down_hours.value)

    def step_after(self, tries: int) -> NextStep:
        """Who tries next after so many unanswered tries, counted over all callers."""
        if tries >= self.max_tries.value * self.max_callers.value:
            return "visit"
        if tries and tries % self.max_tries.value == 0:
            return "other_caller"
        return "same_caller"


class VulnerableClass(Coded, frozen=True):
    """People who are served first, and how soon they are promised an answer."""

    answer_hours: Valued[float]

    def answer_by(self, asked_at: datetime) -> datetime:
        """When the answer is due."""
        return after(asked_at, hours=self.answer_hours.value)


class Helpline(Section, frozen=True):
    """The phone desk: its seats, what it promises, and to whom first."""

    min_seats: Valued[int]
    answer_hours: Valued[float]
    counselling_hours_per_day: Valued[int]
    records_days: Valued[int]
    vulnerable: tuple[VulnerableClass, ...]

    def answer_by(self, asked_at: datetime, vulnerable: str | None = None) -> datetime:
        """When a request is due, sooner where the household belongs to a vulnerable class."""
        if vulnerable is not None:
            return by_code(self.vulnerable, vulnerable, "vulnerable class").answer_by(asked_at)
        return after(asked_at, hours=self.answer_hours.value)


class CheckGroup(Coded, frozen=True):
    """Households checked on a cadence of their own; the code is a vulnerable class of the helpline."""

    first_within_hours: Valued[float]
    every_hours: Valued[float]


class ResidentChecks(Section, frozen=True):
    """Checking on residents in a hazard that needs no tubes: who is visited, how often, for which needs."""

    groups: tuple[CheckGroup, ...]
    needs: tuple[Coded, ...]

    def group(self, code: str) -> CheckGroup:
        """The group of this vulnerable class."""
        return by_code(self.groups, code, "check group")

    def next_check_at(self, code: str, *, started_at: datetime, last_seen: datetime | None) -> datetime:
        """When a household of this group is visited next; counted from the start while nobody saw it."""
        group = self.group(code)
        if last_seen is None:
            return after(started_at, hours=group.first_within_hours.value)
        return after(last_seen, hours=group.every_hours.value)
