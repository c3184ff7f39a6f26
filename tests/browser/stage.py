"""A training installation in the middle of its second evening, served on this machine until its input ends.

`python -m tests.browser.stage DIRECTORY` prints one line of JSON with its address and accounts once all is played.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import msgspec

from drill.client import connected
from drill.ledger import Ledger
from drill.play.player import Player
from drill.play.schedule import Withheld
from drill.play.script import COMMANDER, Account, Script
from drill.play.writing import write
from drill.scenario import load
from muster.project import demo as house
from muster.project import installation

NIGHT = Path(__file__).with_name("night.yaml")
STOPS_AT = datetime.fromisoformat("2022-02-18T21:10:00+08:00")
DISTRICT = 440307000000000
DESK, WALKER = "王建国", "李巡"  # one at the desk of the district, one without any right to the desk
PASSWORD = "夜班-night-0217"


def evening() -> Script:
    """The night up to the hour at which the browsers come in."""
    script = write(load(str(NIGHT)))
    script.acts = [act for act in script.acts if (act.typed_at or act.at) < STOPS_AT]
    return script


def accounts(script: Script) -> None:
    """One that plays every part, one for the desk, one that may not sit there."""
    wanted = [
        script.accounts[COMMANDER],
        Account(DESK, "commander", DISTRICT, "龙岗区指挥长"),
        Account(WALKER, "field_team", DISTRICT, "现场队"),
    ]
    start = min(play.opened_at for play in script.scenario.plays.values()) - timedelta(hours=1)
    house.create_accounts(wanted, dict.fromkeys((one.username for one in wanted), PASSWORD), start)


class Evening(Player):
    """Never moves the clock beyond the hour at which the browsers come in."""

    def _move(self, to: datetime) -> None:
        super()._move(min(to, STOPS_AT))


def play(script: Script, url: str) -> None:
    """Everything over HTTP, as the drill does it."""
    ledger = Ledger(house.folder())
    ledger.read()
    with connected(url) as server:
        player = Evening(script, server, {COMMANDER: PASSWORD}, ledger)
        player.play(Withheld({}, script.scenario.seed), lambda *_: None)
    ledger.close()


def main(place: Path) -> None:
    """Play, say where, and serve until the end of input or a signal."""
    os.environ["MUSTER_VAR"] = str(place / "var")
    signal.signal(signal.SIGTERM, _end)
    script = evening()
    with house.port_of_our_own(0) as port, house.serving(port) as (url, _process):
        installation.setup_django()
        accounts(script)
        play(script, url)
        sys.stdout.buffer.write(msgspec.json.encode({"url": url}) + b"\n")
        sys.stdout.flush()
        sys.stdin.read()


def _end(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
