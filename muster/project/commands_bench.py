"""`muster bench`: the measurements of a checkout, each loaded when it runs."""

from __future__ import annotations

import importlib
import sys

import click

# name: (module:function, one line of help)
BENCHES: dict[str, tuple[str, str]] = {
    "sync": ("bench.sync:main", "Commands a second through the full path, beside a bare COPY."),
    "site-hour": (
        "bench.site_hour:main",
        "194 persons a second from phones at sites, and five times the capacity.",
    ),
    "phones": (
        "bench.phones:main",
        "300 phones with 2,000 records each after a day offline, and everybody else meanwhile.",
    ),
    "import": ("bench.imports:main", "Rows a second into residents and lists, beside a plain import."),
    "callers": ("bench.callers:main", "Milliseconds to take the next call, fifty callers on one queue."),
    "exposure-live": (
        "bench.exposure_live:main",
        "Milliseconds to find who met a case among 10 million visits, beside hand-written SQL.",
    ),
    "decisions": ("bench.decisions:main", "Seconds to decide about ten thousand items in one action."),
    "calling": (
        "bench.calling:main",
        "Hours to call through 6,000 records, beside a spreadsheet split evenly.",
    ),
    "round": (
        "bench.round:main",
        "Hours to test 30,000 residents, beside queues that people walk up to without lists.",
    ),
    "pages": ("bench.pages:main", "Milliseconds of pages for a restricted user, beside a district user."),
    "exposure": ("bench.exposure:main", "Seconds to find the contacts of cases, beside SQL written by hand."),
    "phone": (
        "bench.phone:main",
        "The telephone's budgets: bytes, first scan, a full share, a pass, the line.",
    ),
    "linkage": (
        "bench.linkage:main",
        "Who is the same person: F1 and seconds beside Splink and recordlinkage.",
    ),
}


class Benches(click.Group):
    """Knows its measurements by name; their module is imported when one runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(BENCHES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command that hands its words on as they are."""
        if cmd_name not in BENCHES:
            return None
        target, line = BENCHES[cmd_name]
        words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
        settings = {"ignore_unknown_options": True, "help_option_names": ["-h"]}

        def measure(words: tuple[str, ...]) -> None:
            _run(target, words)

        return click.Command(cmd_name, context_settings=settings, params=[words], callback=measure, help=line)


@click.group(cls=Benches, context_settings={"help_option_names": ["-h", "--help"]})
def bench() -> None:
    """Measure on a throw-away database with durable settings; `--json` prints one line, `--help` the sizes.

    Example: muster bench import --json
    """


def _run(target: str, words: tuple[str, ...]) -> None:
    module, _, function = target.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "bench":
            raise
        sys.exit("muster: 请在源码目录中运行 / run this in a checkout: the measurements are not installed")
    getattr(found, function)(list(words))
