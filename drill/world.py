"""Everybody and everything a scenario needs before it is played, generated once, no number given out twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from drill.areas import Area, prefix
from drill.lists import Crowd, PushedList, people, with_noise
from drill.plan import Play, Verification
from drill.population import Resident, Responder, residents, responders
from drill.scenario import Scenario
from drill.territory import Building, buildings
from drill.timeline import headcounts

KINDS = {"key_person": "重点人员", "contact": "密切接触者", "check": "核查对象"}


@dataclass(frozen=True)
class World:
    """Generated things by community code, list key (incident/list) and organisation (incident/organisation)."""

    buildings: Mapping[str, tuple[Building, ...]]
    residents: Mapping[str, tuple[Resident, ...]]
    list_people: Mapping[str, tuple[Resident, ...]]
    lists: Mapping[str, PushedList]
    responders: Mapping[str, tuple[Responder, ...]]


def build(scenario: Scenario) -> World:
    """The world of a scenario: the same file gives the same world."""
    used: set[str] = set()
    houses, homes, staff = {}, {}, {}
    areas = {area.code: area for area in scenario.areas}
    for play in scenario.plays.values():
        for register in play.registers:
            houses[register.area] = buildings(
                scenario.name, areas[register.area], register.buildings, register.urban_village
            )
            homes[register.area] = residents(
                scenario.name, houses[register.area], register.persons, used, play.opened_at.date()
            )
    for incident, play in scenario.plays.items():
        counts = headcounts(play)
        for organisation in play.organisations:
            key = f"{incident}/{organisation.key}"
            staff[key] = responders(
                scenario.name, key, organisation.kind, counts.get(organisation.key, 1), used
            )
    world = World(houses, homes, {}, {}, staff)
    drawn, pushed = {}, {}
    for incident, play in scenario.plays.items():
        for wanted in play.lists:
            key = f"{incident}/{wanted.key}"
            drawn[key] = _drawn(scenario, world, (key, wanted, play), used)
            pushed[key] = with_noise(
                drawn[key],
                scenario.disturbances.lists,
                f"{scenario.seed}/{key}",
                KINDS[wanted.kind],
                _elsewhere(scenario),
            )
    return World(houses, homes, drawn, pushed, staff)


def _drawn(
    scenario: Scenario, world: World, what: tuple[str, Verification, Play], used: set[str]
) -> tuple[Resident, ...]:
    """The people of a list: from the registers inside its area, or of the whole incident when there is none."""
    key, wanted, play = what
    inside = [r for r in play.registers if r.area.startswith(prefix(wanted.area))] or list(play.registers)
    crowd = Crowd(
        [p for r in inside for p in world.residents[r.area]],
        [b for r in inside for b in world.buildings[r.area]],
        wanted.registered_share,
        used,
        play.opened_at.date(),
    )
    return people(scenario.name, key, wanted.people, crowd)


def _elsewhere(scenario: Scenario) -> list[Area]:
    """Areas that take over people who live there: what the scenario names beside the receiving one."""
    named = [area for role, area in scenario.roles.items() if role.startswith("also_receiving")]
    return named or [area for area in scenario.areas if area.level == "community"]
