"""Splitting the buildings of a file among teams."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--teams", type=click.IntRange(1, 200), required=True, help="How many teams.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same plan.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write id and team as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Measures for a machine.")
def territories(file: Path, teams: int, seed: int, out: Path | None, as_json: bool) -> None:
    """Split buildings (GeoJSON or CSV with lat, lon, units) into balanced, compact areas.

    Example: muster territories buildings.geojson --teams 6 --out teams.csv
    """
    from muster.engines.planning.buildings_file import read_buildings, write_csv
    from muster.engines.planning.territories import Problem, ProblemError, solve

    try:
        problem = Problem(read_buildings(file), teams)
    except ProblemError as error:
        raise click.ClickException(str(error)) from error
    split = solve(problem, seed=seed)
    if out is not None:
        write_csv(out, problem.buildings, split.team_of)
    found = split.measures
    if as_json:
        said = {
            "balance": found.balance,
            "metres": found.metres,
            "pieces": found.pieces,
            "loads": found.loads,
        }
        click.echo(json.dumps(said))
        return
    click.echo(f"最重 ÷ 平均 / heaviest ÷ mean: {found.balance:.3f}")
    click.echo(f"到片区中心 / to the middle: {found.metres:.0f} m · {found.pieces} 片 / pieces")
    for team, load in enumerate(found.loads, start=1):
        click.echo(f"{team:>4}  {load:,.0f}")
