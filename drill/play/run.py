"""One whole play: take up what was done before, go on to the end, and say what came of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from drill.client import DrillError, connected
from drill.ledger import Ledger
from drill.play.player import Player, Progress
from drill.play.schedule import Withheld
from drill.play.script import Script

PLAY = "play.json"


@dataclass
class Outcome:
    """What a play came to."""

    acknowledged: int
    lost: int
    refusals: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def fingerprint(script: Script, withheld: Mapping[str, float]) -> str:
    """What makes two plays the same play; the published figures are no part of it."""
    whole = msgspec.json.encode((script.scenario, sorted(withheld.items())), order="sorted")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def begun(folder: Path) -> str:
    """The fingerprint of the play whose traces are in a folder; empty when there are none."""
    path = folder / PLAY
    return str(json.loads(path.read_text())["play"]) if path.exists() else ""


def check_names(script: Script, withheld: Mapping[str, float]) -> None:
    """Only commands that the script has can be withheld."""
    names = sorted({act.name for act in script.acts})
    for name in withheld:
        if name not in names:
            listed = ", ".join(names)
            raise DrillError(f"演练中没有命令“{name}”；可用的有：{listed}", f"no command “{name}” is played")


def play(
    script: Script,
    url: str,
    folder: Path,
    passwords: Mapping[str, str],
    what: tuple[Mapping[str, float], Progress],
) -> tuple[Outcome, Ledger]:
    """Play the script against a server, resuming what the folder remembers."""
    withheld, tell = what
    check_names(script, withheld)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLAY).write_text(json.dumps({"play": fingerprint(script, withheld)}))
    ledger = Ledger(folder)
    ledger.read()
    with connected(url) as server:
        player = Player(script, server, passwords, ledger)
        sends = player.play(Withheld(withheld, script.scenario.seed), tell)
        lost = player.lost(sends)
    ledger.close()
    return Outcome(len(ledger.entries), lost, ledger.refusals), ledger
