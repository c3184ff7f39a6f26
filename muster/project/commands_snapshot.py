"""`muster snapshot`: a pseudonymous copy as Parquet, and the same figures counted from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from muster.project import installation

DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--out", type=DIRECTORY, help="Directory to write into; each incident gets one of its own in it."
)
@click.option("--incident", "code", help="Code of the incident; without it, every open one.")
@click.option("--as", "username", help="The account whose rights count; without it, the system.")
@click.option("--count", "counted", type=DIRECTORY, help="Count the figures of a snapshot instead.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One line for a machine.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of what is said; without it, both.")
def snapshot(out: Path | None, counted: Path | None, **given: Any) -> None:
    """Write ids as pseudonyms and codes, by day and district, for exposure, linkage and figures at scale.

    \b
    Example: muster snapshot --out /data/snapshot --incident lg-0217
             muster exposure --visits /data/snapshot/lg-0217/visits \\
                 --cases /data/snapshot/lg-0217/cases.parquet --min-overlap 900 --out contacts.parquet
             muster snapshot --count /data/snapshot/lg-0217 --engine spark
    """
    if (out is None) == (counted is None):
        raise click.UsageError("--out DIR 或 --count DIR / --out DIR or --count DIR")
    if counted is not None:
        _count(counted, given)
    else:
        assert out is not None
        _write(out, given)


def _write(out: Path, given: dict[str, Any]) -> None:
    installation.setup_django()
    from muster.core.errors import Refusal

    try:
        made = _written(out, given["code"], given["username"])
    except Refusal as refusal:
        zh, en = refusal.say("zh"), refusal.say("en")
        sys.exit(
            f"muster: {({'zh': zh, 'en': en}).get(given['lang'] or '', f'{zh} / {en}')} ({refusal.code})"
        )
    except OSError as error:
        sys.exit(f"muster: {out}: {error.strerror}")
    if given["as_json"]:
        click.echo(json.dumps(made, ensure_ascii=False))
        return
    for place, tables in made.items():
        click.echo(f"{place}: {sum(tables.values()):,} 行/rows, {len(tables)} 张表/tables")


def _written(out: Path, code: str | None, username: str | None) -> dict[str, dict[str, int]]:
    """Each incident in a transaction that sees one instant; where it went, and the rows of each table."""
    from muster.core import accounts, clock
    from muster.core.access import scope, system
    from muster.core.errors import NotFound
    from muster.domain.incidents import queries as incidents
    from muster.reports import snapshot as snapshots

    with scope(system()):
        by = accounts.actor(accounts.by_username(username)) if username else system()
        named = incidents.by_code(code) if code else None
        asked = [named.id] if named else [] if code else incidents.open_ids()
        codes = {one: incidents.get(one).code for one in asked}
    if not asked:
        raise NotFound
    made = {}
    for one in asked:
        place = out / codes[one]
        with snapshots.one_instant(), scope(system(incident=one), one):
            done = snapshots.write(out=place, by=by, incident=one, now=clock.now(), tell=_tell)
        made[str(place)] = {name: table.rows for name, table in done.tables.items()}
    return made


def _tell(table: str, rows: int) -> None:
    if sys.stderr.isatty() and rows:
        click.echo(f"{table}: {rows:,}", err=True)


def _count(place: Path, given: dict[str, Any]) -> None:
    from muster.engines.analysis import figures
    from muster.engines.analysis.problems import AnalysisError

    try:
        counts = figures.count(place, given["engine"])
    except AnalysisError as problem:
        sys.exit(f"muster: {problem.say(given['lang']) if given['lang'] else problem}")
    totals = figures.totals(counts)
    if given["as_json"]:
        rows = [[one.figure, one.day, one.district, one.number] for one in counts]
        click.echo(json.dumps({"totals": totals, "by_day_and_district": rows}))
        return
    for figure, number in totals.items():
        click.echo(f"{figure:20} {number:>12,}")
        for one in counts:
            if one.figure == figure:
                click.echo(f"    {one.day}  {one.district}  {one.number:>10,}")
