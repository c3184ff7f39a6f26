"""After the play: ask the server for the published figures' own questions, and hold its answers against the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drill.acknowledged import CHANNELS, count, question
from drill.client import Desk, DrillError
from drill.ledger import Ledger
from drill.reading import Node
from drill.scenario import Published, Scenario

PARAMETERS = ("from", "to", "item", "window", "until")


@dataclass(frozen=True)
class Derived:
    """One published figure's entry, what the server derives for it, its parts, and what the drill's log counts."""

    entry: Mapping[str, Node]
    value: int | None
    parts: tuple[int, ...]
    counted: int | None


def figures(desk: Desk, scenario: Scenario, published: Published, ledger: Ledger) -> list[Derived]:
    """Every published figure with what was derived; one request for each incident."""
    found: dict[str, dict[str, Any]] = {}
    for incident in {str(entry.get("incident")) for entry in published.figures} & set(scenario.plays):
        asked = [_asked(entry) for entry in published.figures if entry.get("incident") == incident]
        response = desk.post(f"/i/{incident}/figures.json", {"queries": asked})
        if response.is_error:
            said = response.json().get("reason", response.status_code)
            raise DrillError(
                f"服务器不能统计公布的数据：{said}", f"the server cannot count the published figures: {said}"
            )
        found |= {answer["ref"]: answer for answer in response.json()["figures"]}
    return [
        _derived(entry, found.get(str(entry["ref"]), {}), scenario, ledger) for entry in published.figures
    ]


def _asked(entry: Mapping[str, Node]) -> dict[str, Any]:
    params = {name: entry[name] for name in PARAMETERS if entry.get(name)}
    named = entry.get("organisation") or (entry.get("by") if entry["figure"] != CHANNELS else None)
    if named:
        params["organisation"] = named
    return {"figure": entry["figure"], "ref": entry["ref"], "params": params}


def _derived(
    entry: Mapping[str, Node], answer: Mapping[str, Any], scenario: Scenario, ledger: Ledger
) -> Derived:
    parts = tuple(int(part["value"]) for part in answer.get("parts") or ())
    counted = count(ledger, question(scenario, entry)) if entry.get("incident") in scenario.plays else None
    return Derived(entry, answer.get("value"), parts, counted)


def services(desk: Desk, scenario: Scenario, published: Published) -> list[dict[str, Any]]:
    """Every service of the scenario: played where any incident shows all of it. With its parts, as counted there."""
    played: set[str] = set()
    parts: dict[str, dict[str, dict[str, Any]]] = {}
    for incident in scenario.plays:
        content = desk.read(f"/i/{incident}/services.json") or {"services": [], "parts": []}
        played |= {one["ref"] for one in content["services"] if one["status"] == "played"}
        for part in content["parts"]:
            held = parts.setdefault(part["ref"], {}).setdefault(part["code"], part)
            held["found"] = max(held["found"], part["found"])
    return [
        {
            "ref": str(one["ref"]),
            "status": "played" if one["ref"] in played else "missing",
            "parts": list(parts.get(str(one["ref"]), {}).values()),
        }
        for one in published.services
    ]
