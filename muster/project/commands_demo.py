"""`muster demo` and `muster drill`: a scenario played over HTTP, and published figures held against it."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from drill.client import DrillError
from drill.ledger import Ledger
from drill.play.player import Progress
from drill.play.run import Outcome, begun, check_names, fingerprint, play
from drill.play.script import COMMANDER, Script
from drill.scenario import REFERENCE, ScenarioError, load, published
from muster.project import demo as house
from muster.project import installation

SCENARIO = click.option(
    "--scenario", default=REFERENCE, show_default=True, help="A file, or the name of a shipped one."
)
SEED = click.option("--seed", type=int, help="Another seed: other people, other accidents, the same plan.")
WITHHOLD = click.option(
    "--withhold", multiple=True, metavar="NAME[:SHARE]", help="Never send a command, or a share of it."
)


@dataclass(frozen=True)
class Options:
    """What was asked on the command line."""

    scenario: str
    withheld: dict[str, float]
    seed: int | None
    serve: bool
    as_json: bool
    fresh: bool


def shares(texts: tuple[str, ...]) -> dict[str, float]:
    """`record_attempt:0.5` as a name and a share."""
    found = {}
    for text in texts:
        name, _, share = text.partition(":")
        try:
            found[name] = float(share) if share else 1.0
        except ValueError:
            raise click.BadParameter(
                f"“{text}”: 份额应是 0 到 1 的数 / the share is a number from 0 to 1"
            ) from None
        if not 0 <= found[name] <= 1:
            raise click.BadParameter(f"“{text}”: 份额应是 0 到 1 的数 / the share is a number from 0 to 1")
    return found


@click.command()
@SCENARIO
@WITHHOLD
@SEED
@click.option("--no-serve", is_flag=True, help="End after the table instead of going on serving.")
@click.option("--json", "as_json", is_flag=True, help="One line for a machine instead of tables.")
@click.option(
    "--var", type=click.Path(path_type=Path), help="The installation directory (else MUSTER_VAR or ./var)."
)
@click.option("--fresh", is_flag=True, help="Throw the training installation away and start over.")
def demo(var: Path | None, withhold: tuple[str, ...], no_serve: bool, **asked: Any) -> None:
    """Play a scenario in a training installation and hold its published figures against the recorded facts.

    Run it again after an interruption: it goes on where it stopped.

    Example: muster demo
    """
    if var is not None:
        os.environ["MUSTER_VAR"] = str(var.resolve())
    signal.signal(signal.SIGTERM, _end)
    with _plainly():
        _demo(Options(withheld=shares(withhold), serve=not no_serve, **asked))


def _end(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _plainly() -> Iterator[None]:
    """Expected ends in one line each."""
    try:
        yield
    except (DrillError, ScenarioError) as error:
        sys.exit(f"muster: {error}")
    except KeyboardInterrupt:
        sys.exit("已中断；再次运行同一命令会从这里继续 / stopped: the same command goes on from here")


def _script(options: Options) -> Script:
    from drill.play.writing import write

    scenario = load(options.scenario)
    if options.seed is not None:
        scenario = replace(scenario, seed=options.seed)
    script = write(scenario)
    check_names(script, options.withheld)
    return script


def _demo(options: Options) -> None:
    started = time.monotonic()
    house.require_training()
    script = _script(options)
    _say(options, [f"未演练 / left out: {line}" for line in script.scenario.left_out])
    before = begun(house.folder())
    if options.fresh or before not in ("", fingerprint(script, options.withheld)):
        _say(options, ["重新开始：原演练数据已清除 / starting over: the earlier drill is thrown away"])
        house.start_over()
    with house.port_of_our_own() as port, house.serving(port) as (url, process):
        installation.setup_django()
        passwords = house.make_accounts(script)
        _say(options, [f"指挥平台 / command post: {url}", *_accounts(script, passwords)])
        with _bar(options) as tell:
            outcome, ledger = play(script, url, house.folder(), passwords, (options.withheld, tell))
        result = _result(options, (script, ledger, outcome), (url, passwords[COMMANDER]))
        result["seconds"] = round(time.monotonic() - started, 1)
        _show(options, result, outcome)
        if options.serve:
            _say(options, [f"继续运行：{url}，按 Ctrl-C 结束 / still serving; Ctrl-C ends it"])
            process.wait()


def _accounts(script: Script, passwords: dict[str, str]) -> list[str]:
    lines = ["账号 / accounts:"]
    for one in script.accounts.values():
        lines.append(f"  {one.username:<32} {passwords[one.username]:<20} {one.title}")
    return lines


def _result(
    options: Options, played: tuple[Script, Ledger, Outcome], desk: tuple[str, str]
) -> dict[str, Any]:
    """What was published is read here, after the play has ended."""
    from drill.client import Desk, connected
    from drill.reconcile import figures, services

    script, ledger, outcome = played
    said = published(options.scenario)
    with connected(desk[0]) as server:
        commander = Desk(server, COMMANDER, desk[1])
        derived = figures(commander, script.scenario, said, ledger)
        listed = services(commander, script.scenario, said)
    total, missing, extra = house.facts(script, ledger)
    return {
        "figures": house.judge(derived),
        "services": listed,
        "facts": total,
        "seconds": 0.0,
        "lost": outcome.lost + missing,
        "duplicated": extra,
    }


LINE = ("ref", "published", "relation", "derived", "status")


def _show(options: Options, result: dict[str, Any], outcome: Outcome) -> None:
    if options.as_json:
        figures = [{name: one[name] for name in LINE} for one in result["figures"]]
        services = [{"ref": one["ref"], "status": one["status"]} for one in result["services"]]
        click.echo(json.dumps({**result, "figures": figures, "services": services}, ensure_ascii=False))
        return
    from muster.project.demo_table import show

    show(result, outcome)


def _say(options: Options, lines: list[str]) -> None:
    """For people: beside the one line of JSON it goes to the error stream."""
    for line in lines:
        click.echo(line, err=options.as_json)


@contextmanager
def _bar(options: Options) -> Iterator[Progress]:
    """A progress bar, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=options.as_json or not console.is_terminal) as bar:
        task = bar.add_task("演练 / drill", total=None)

        def tell(done: int, total: int, at: datetime) -> None:
            """How far the play is, in its own time."""
            bar.update(task, completed=done, total=total, description=f"{at:%m-%d %H:%M}")

        yield tell


@click.command()
@click.argument("url")
@SCENARIO
@WITHHOLD
@SEED
@click.option("--account", default=COMMANDER, show_default=True, help="Plays every part; needs every right.")
@click.option("--password", prompt=True, hide_input=True, envvar="MUSTER_DRILL_PASSWORD")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("drill-log"), show_default=True)
def drill(url: str, scenario: str, withhold: tuple[str, ...], seed: int | None, **where: Any) -> None:
    """Play a scenario against a training server that runs on this machine already.

    Example: muster drill http://127.0.0.1:8000 --account commander
    """
    options = Options(scenario, shares(withhold), seed, serve=False, as_json=False, fresh=False)
    with _plainly():
        script = _script(options)
        stand_in = {where["account"]: where["password"]}
        with _bar(options) as tell:
            outcome, _ = play(script, url, where["folder"], stand_in, (options.withheld, tell))
        click.echo(f"已确认 / acknowledged: {outcome.acknowledged}; 丢失 / lost: {outcome.lost}")
        for (name, result, code), number in sorted(outcome.refusals.items()):
            click.echo(f"  {name} {result} {number}: {code}")
