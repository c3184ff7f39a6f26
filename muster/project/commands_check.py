"""`muster check`."""

from __future__ import annotations

import sys

import click

from muster.project import installation


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One line for a machine.")
@click.option(
    "--journal", is_flag=True, help="Read the whole chain of the journal too (a minute a million entries)."
)
def check(as_json: bool, journal: bool) -> None:
    """Say in plain words what is wrong with this installation; exit 1 when something is grave.

    Example: muster check
    """
    installation.setup_django()
    from muster.project import checkup

    found = checkup.problems(whole_journal=journal)
    if as_json:
        click.echo(checkup.as_json(found))
    else:
        for problem in found:
            click.echo(f"{'✗' if problem.is_grave else '!'} {problem}")
        if not found:
            click.echo("一切正常 / nothing is wrong")
    if any(problem.is_grave for problem in found):
        sys.exit(1)
