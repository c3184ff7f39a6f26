"""Door to door, in pairs: buildings made on the spot, people registered, shut doors tried again, paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from drill.disturbances import Manner, manners
from drill.plan import HomeVisits, Sweep
from drill.play.ground import building as surveyed
from drill.play.ground import person
from drill.play.sampling import Kit
from drill.play.script import How, Json, Scene, by_door, chunks, daytime, doors_of
from drill.population import Resident, Responder
from drill.territory import Building, Dwelling

TYPED_AT = 21  # o'clock: paper packs are typed in when the day is over


@dataclass(frozen=True)
class Pair:
    """Two who go together, the telephone they carry, and how what is on paper reaches a computer."""

    number: int
    one: Responder
    other: Responder
    phone: str
    organisation: str


@dataclass(frozen=True)
class Ground:
    """Where pairs go: every door with its building, and who lives behind it."""

    doors: Mapping[UUID, tuple[Building, Dwelling]]
    living: Mapping[UUID, list[Resident]]


def pairs(scene: Scene, organisation: str, count: int, names: tuple[str, str]) -> list[Pair]:
    """The pairs of a team; `names` are the team's and the area of its telephones."""
    people = scene.people(organisation)
    found = []
    for number in range(count):
        one, other = people[2 * number % len(people)], people[(2 * number + 1) % len(people)]
        phone = scene.phone(f"{names[0]}-{number // 2 + 1}", "field_team", names[1])
        found.append(Pair(number, one, other, phone, organisation))
    return found


def write(scene: Scene) -> None:
    """Sweeps and household visits."""
    for sweep in scene.play.sweeps:
        _sweep(scene, sweep)
    for visits in scene.play.home_visits:
        _home_visits(scene, visits)


def _sweep(scene: Scene, sweep: Sweep) -> None:
    houses = scene.world.buildings.get(sweep.area, ())
    living = by_door(scene.world.residents.get(sweep.area, ()))
    known = {register.area for register in scene.play.registers if register.loaded}
    rates, seed = scene.script.scenario.disturbances.residents, scene.script.scenario.seed
    lived_in = [door for house in houses for door in (one.id for one in house.dwellings) if door in living]
    how = manners(lived_in, rates, seed)
    team = pairs(scene, sweep.organisation, sweep.pairs, (f"sweep-{sweep.key}", sweep.area))
    computers = [scene.account("field_team", sweep.area)] * max(sweep.computers, 1)
    for pair, mine in zip(team, _shared(houses, len(team)), strict=True):
        rng = scene.rng("sweep", sweep.key, pair.number)
        doors = [(house, door.id) for house in mine for door in house.dwellings]
        paper = sweep.paper_share > 0 and pair.number < round(len(team) * sweep.paper_share)
        middle = sweep.starts_at + (sweep.ends_at - sweep.starts_at) * 0.7
        walk = daytime(rng, sweep.starts_at + timedelta(minutes=10), middle, len(doors), (9, 20))
        again = daytime(rng, middle, sweep.ends_at, len(doors), (9, 20))
        walker = _Walker(
            scene,
            pair,
            Ground(doors_of(mine), living),
            computers[pair.number % len(computers)] if paper else "",
        )
        made: set[UUID] = set()
        for at, (house, door) in zip(walk, doors, strict=True):
            if house.id not in made and sweep.area not in known:
                made.add(house.id)
                scene.tell(
                    pair.phone, "add_building", at - timedelta(minutes=4), surveyed(house, "made_on_the_spot")
                )
            walker.knock(at, door, how.get(door))
        shut = [door for _, door in doors if door in how and (how[door].absent or how[door].refuses)]
        for at, door in zip(again, shut, strict=False):
            walker.opened(at, door)


def _shared(houses: Sequence[Building], count: int) -> list[Sequence[Building]]:
    """The buildings shared out, each to one pair."""
    return [houses[number::count] for number in range(count)]


class _Walker:
    """One pair on its way: what they find is on a telephone, or on paper until a computer is free."""

    def __init__(self, scene: Scene, pair: Pair, ground: Ground, computer: str) -> None:
        self.scene, self.pair, self.ground, self.computer = scene, pair, ground, computer

    def _how(self, at: datetime, note: Json) -> tuple[str, How]:
        """Who sends it: on paper it waits for the evening."""
        if not self.computer:
            return self.pair.phone, How(by=self.pair.one.id, note=note)
        evening = at.replace(hour=TYPED_AT, minute=10) if at.hour < TYPED_AT else at + timedelta(hours=2)
        return self.computer, How(
            by=self.pair.one.id, note=note, typed_at=max(evening, at + timedelta(hours=1))
        )

    def visit(self, at: datetime, door: UUID, outcome: str) -> None:
        """What was found at a door."""
        people = self.ground.living.get(door, []) if outcome == "done" else []
        house = self.ground.doors[door][0]
        note: Json = {
            "org": self.pair.organisation,
            "door": str(door),
            "house": str(house.id),
            "doors": len(house.dwellings),
            "outcome": outcome,
        }
        sender, how = self._how(at, note)
        body: Json = {
            "dwelling": door,
            "outcome": outcome,
            "persons": len(people),
            "with_responder": self.pair.other.id,
        }
        self.scene.tell(sender, "record_visit", at, body, how)

    def knock(self, at: datetime, door: UUID, manner: Manner | None) -> None:
        """The first time at a door."""
        if manner is None:
            self.visit(at, door, "empty")
        elif manner.absent or manner.refuses:
            self.visit(at, door, "absent" if manner.absent else "refused")
        else:
            self.opened(at, door)

    def opened(self, at: datetime, door: UUID) -> None:
        """Everybody who lives there is registered."""
        for number, resident in enumerate(self.ground.living.get(door, [])):
            moment = at + timedelta(seconds=10 * number)
            note: Json = {"org": self.pair.organisation, "person": str(resident.id)}
            sender, how = self._how(moment, note)
            self.scene.tell_of(sender, "register_person", moment, person(resident, door), how)
        self.visit(at + timedelta(minutes=2), door, "done")


def visiting(scene: Scene, visits: HomeVisits) -> str:
    """The organisation that visits: for samples who runs the sites, else who sent the most people."""
    if visits.sampled and scene.play.sites:
        return scene.play.sites[0].organisation
    sent: dict[str, int] = {}
    for batch in scene.play.batches:
        sent[batch.organisation] = sent.get(batch.organisation, 0) + batch.people
    return max(sorted(sent), key=lambda one: sent[one]) if sent else scene.play.organisations[0].key


def _home_visits(scene: Scene, visits: HomeVisits) -> None:
    living = by_door(scene.world.residents.get(visits.area, ()))
    known = doors_of(scene.world.buildings.get(visits.area, ()))
    rng = scene.rng("home-visits", visits.key)
    there = [door for door in living if door in known]
    doors = rng.sample(there, min(visits.households, len(there)))
    team = pairs(scene, visiting(scene, visits), visits.pairs, (f"homes-{visits.key}", visits.area))
    kit = Kit(scene, f"H{visits.key[:6].upper()}", visits.area)
    times = daytime(rng, visits.starts_at, visits.ends_at, len(doors), (8, 20))
    if visits.sampled:
        kit.open(visits.starts_at, visits.ends_at)
    for pair, part in zip(team, _split(list(zip(times, doors, strict=True)), len(team)), strict=True):
        walker = _Walker(scene, pair, Ground(known, living), "")
        for at, door in part:
            walker.opened(at, door)
        if visits.sampled:
            people = [(at + timedelta(minutes=3), one) for at, door in part for one in living[door]]
            for pool in chunks(people, kit.pool_size):
                kit.fill(pair.phone, pool, (pair.one.id, pair.other.id))
    if visits.sampled:
        kit.deliver(visits.ends_at + timedelta(minutes=30))


def _split(listed: list[tuple[datetime, UUID]], count: int) -> list[list[tuple[datetime, UUID]]]:
    return [listed[number::count] for number in range(count)]
