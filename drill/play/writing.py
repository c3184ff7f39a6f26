"""The whole script of a scenario: every part of every incident, written before anything is sent."""

from drill.play import calls, doors, forces, gates, goods, ground, sampling, voices, zones
from drill.play.script import Scene, Script
from drill.scenario import Scenario
from drill.world import build

PARTS = (forces, calls, doors, sampling, goods, voices, zones, gates)


def write(scenario: Scenario) -> Script:
    """Write the script: the same scenario gives the same commands with the same ids."""
    script = Script(scenario, build(scenario))
    order = sorted(scenario.plays, key=lambda key: scenario.plays[key].opened_at)
    for number, incident in enumerate(order):
        scene = Scene(script, incident)
        ground.write(scene, number == 0)
        for part in PARTS:
            part.write(scene)
    return script
