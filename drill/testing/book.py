"""The book of a round: who lives where, how they come to be tested, and what goes wrong at the table; by a seed.

Both sides read it and nothing else. What the protocol says comes from the pack in force; what it is silent about (how
people behave) is judgement of the authors, written here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from random import Random
from uuid import UUID

import msgspec

from drill.areas import Area
from drill.population import Resident, residents
from drill.territory import Building, buildings

START = datetime.fromisoformat("2022-02-19T07:00:00+08:00")  # the sites open
OPEN_MINUTES = 16 * 60  # as in the city-wide round that is known
HOUSES = 120  # people to a building
NEAR = 2  # sites within a walk of everybody
# comes when called or by themselves; only when asked by name; cannot leave home; is away; says no twice
MANNERS = {"comes": 0.905, "forgets": 0.055, "housebound": 0.02, "away": 0.015, "refuses": 0.005}
CAN_COME = ("comes", "forgets", "housebound")
HEARS = 0.35  # of those who forget: comes after a general announcement
WORKS, FOLLOWS, ANSWERS = (
    0.3,
    0.8,
    0.6,
)  # cannot come before the evening; comes when the building is called; answers
RUSH = ((0.45, 0, 180), (0.20, 180, 600), (0.35, 600, 840))  # when people come whom nobody told when
EVENING = (630, 840)
SLIPS = ("other_person", "other_tube", "foreign_tube", "not_saved", "twice")
WRONG_LABELS = 0.002  # of tubes whose printed code was typed in wrongly


class Rules(msgspec.Struct, frozen=True):
    """What both sides keep to: numbers of the protocol in force, and how often a scan goes wrong."""

    site_people: int
    desk_people: int
    desk_hour: int
    pool: int
    busy_minutes: int
    hours: int
    mis_scan: float
    callers: int = 20
    pairs: int = 20


class Person(msgspec.Struct, frozen=True):
    """One resident: where they live, which sites are near, and how they come."""

    number: int
    id: UUID
    door: int
    house: int
    mate: int  # whose code is shown by mistake: somebody of the household, or next door
    sites: tuple[int, ...]
    manner: str
    own_at: int  # minutes after the start at which they come unasked
    away_until: int  # works elsewhere: neither at home nor free before
    heard_at: int | None  # when a general announcement brings them
    follows: bool
    delay: int
    answers: tuple[bool, ...]
    slip: str


class Book(msgspec.Struct, frozen=True):
    """Everything both sides know, and what will happen to them."""

    seed: int
    rules: Rules
    area: Area
    houses: tuple[Building, ...]
    residents: tuple[Resident, ...]
    people: tuple[Person, ...]
    doors: tuple[tuple[int, ...], ...]  # who lives behind each door, house by house
    sites: int
    desks: int

    def wrong_label(self, tube: int) -> bool:
        """Whether the code of this tube was typed in wrongly."""
        return Random(f"label/{self.seed}/{tube}").random() < WRONG_LABELS


def generate(seed: int, count: int, area: Area, rules: Rules) -> Book:
    """Write a book for so many residents of an area."""
    rng = Random(f"round/{seed}")
    houses = buildings(f"round-{seed}", area, max(2, count // HOUSES))
    lived = residents(f"round-{seed}", houses, count)
    places = {house.id: number for number, house in enumerate(houses)}
    by_door: dict[UUID, list[int]] = defaultdict(list)
    for number, one in enumerate(lived):
        by_door[one.dwelling].append(number)
    sites = -(-count // rules.site_people)
    doors = {door: number for number, door in enumerate(by_door)}
    people = tuple(
        _person(
            rng,
            (number, one.id, doors[one.dwelling], places[one.building]),
            by_door[one.dwelling],
            (sites, len(houses), count, rules.mis_scan),
        )
        for number, one in enumerate(lived)
    )
    desks = -(-min(count, rules.site_people) // rules.desk_people)
    return Book(seed, rules, area, houses, lived, people, tuple(map(tuple, by_door.values())), sites, desks)


def _person(
    rng: Random, who: tuple[int, UUID, int, int], home: list[int], about: tuple[int, int, int, float]
) -> Person:
    number, identity, door, house = who
    sites, houses, count, mis_scan = about
    nearest = house * sites // houses
    manner = rng.choices(list(MANNERS), list(MANNERS.values()))[0]
    _, begin, end = rng.choices(RUSH, [part[0] for part in RUSH])[0]
    works = rng.random() < WORKS
    own_at = rng.randrange(*EVENING) if works else rng.randrange(begin, end)
    others = [one for one in home if one != number] or [(number + 1) % count]
    return Person(
        number=number, id=identity, door=door, house=house, mate=rng.choice(others),
        sites=tuple((nearest + step) % sites for step in range(min(NEAR, sites))),
        manner=manner, own_at=own_at, away_until=own_at if works else 0,
        heard_at=rng.randrange(600, 840) if manner == "forgets" and rng.random() < HEARS else None,
        follows=not works and rng.random() < FOLLOWS, delay=rng.randrange(5, 40),
        answers=tuple(rng.random() < ANSWERS for _ in range(4)),
        slip=rng.choice(SLIPS) if rng.random() < mis_scan else "",
    )  # fmt: skip
