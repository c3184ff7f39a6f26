"""Parts of a pack about means: who staffs what, how long people work, what each post uses up."""

from collections.abc import Collection
from datetime import datetime, tzinfo
from fractions import Fraction
from math import ceil
from typing import Literal

from muster.protocols.values import Coded, Section, Text, Valued, after, aware, by_code

MeasureUnit = Literal["piece", "pair", "set", "box", "bottle", "litre", "metre", "vehicle", "portion"]


class SiteStaffing(Section, frozen=True):
    """How big a testing site is and who it takes."""

    people_per_site_min: Valued[int]
    people_per_site_max: Valued[int]
    people_per_desk_min: Valued[int]
    people_per_desk_max: Valued[int]
    people_per_sampler: Valued[int]
    queue_group: Valued[int]
    people_per_desk_hour: Valued[int] | None = None

    def lanes_for(self, people_per_hour: int) -> int:
        """Lanes (desks) needed for so many people an hour; one where the pack does not say what a desk serves."""
        pace = self.people_per_desk_hour
        return max(ceil(people_per_hour / pace.value), 1) if pace else 1

    def sites_for(self, population: int) -> int:
        """Sites needed when each serves as many people as it may."""
        return ceil(population / self.people_per_site_max.value)

    def desks_for(self, population: int) -> int:
        """Sampling desks needed when each serves as many people as it may."""
        return ceil(population / self.people_per_desk_max.value)

    def samplers_for(self, population: int) -> int:
        """Samplers needed for a population in one round."""
        return ceil(population / self.people_per_sampler.value)


class Post(Coded, frozen=True):
    """A kind of post: how many stand there, and the fitness limits that keep somebody away from it."""

    people: Valued[int]
    forbids: Valued[tuple[str, ...]] | None = None

    def is_forbidden(self, limits: Collection[str]) -> bool:
        """Whether somebody with these fitness limits may not stand here; the limits carry no reason."""
        return self.forbids is not None and any(limit in limits for limit in self.forbids.value)


class Staffing(Section, frozen=True):
    """Ratios, shifts and the rest rules that no roster may break."""

    posts: tuple[Post, ...]
    visit_team: Valued[int]
    residents_per_staff: Valued[int]
    grid_households_min: Valued[int]
    grid_households_max: Valued[int]
    span_min: Valued[int]
    span_max: Valued[int]
    shift_hours: Valued[float]
    volunteer_shift_hours: Valued[float]
    rest_hours: Valued[float]
    max_hours_per_day: Valued[float]
    max_volunteer_hours_per_day: Valued[float]
    max_days_in_row: Valued[int]
    night_from_hour: Valued[int]
    night_to_hour: Valued[int]
    fitness: tuple[Coded, ...]
    duty_rule: Valued[Text]
    sites: SiteStaffing | None = None

    def post(self, code: str) -> Post:
        """The post with this code."""
        return by_code(self.posts, code, "post")

    def is_night(self, at: datetime, tz: tzinfo) -> bool:
        """Whether a moment counts as night, for those who may not work then."""
        hour = aware(at).astimezone(tz).hour
        start, end = self.night_from_hour.value, self.night_to_hour.value
        return start <= hour < end if start <= end else hour >= start or hour < end

    def may_begin_at(self, last_shift_ended: datetime) -> datetime:
        """The earliest start of the next shift."""
        return after(last_shift_ended, hours=self.rest_hours.value)


class Item(Coded, frozen=True):
    """A thing in a store, with the unit it is counted in."""

    unit: MeasureUnit


class Use(Section, frozen=True):
    """What one person at a post uses in one shift."""

    post: str
    item: str
    quantity: Valued[float]


class Supplies(Section, frozen=True):
    """What is stocked, what posts use, and when a stock is low."""

    items: tuple[Item, ...]
    per_shift: tuple[Use, ...]
    buffer_share: Valued[float]
    burn_counts: Valued[int]
    low_days: Valued[float]

    def item(self, code: str) -> Item:
        """The item with this code."""
        return by_code(self.items, code, "item")

    def needed(self, post: str, person_shifts: int) -> dict[str, int]:
        """What so many people's shifts at a post need, the buffer included, rounded up."""
        factor = person_shifts * (1 + _exact(self.buffer_share.value))
        uses = [use for use in self.per_shift if use.post == post]
        return {use.item: ceil(_exact(use.quantity.value) * factor) for use in uses}

    def days_left(self, counts: tuple[float, ...]) -> float | None:
        """Days of stock by the burn rate over daily counts, oldest first; None where it cannot be told."""
        if len(counts) < self.burn_counts.value:
            return None
        burnt = (counts[0] - counts[-1]) / (len(counts) - 1)
        return counts[-1] / burnt if burnt > 0 else None


def _exact(number: float) -> Fraction:
    """The number as it is printed, so that a share of 0.4 never rounds up one piece too many."""
    return Fraction(str(number))
