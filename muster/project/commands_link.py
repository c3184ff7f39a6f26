"""`muster link`: who is the same person in two files, or twice in one."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from muster.engines.analysis.linkage import Linked

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("left", type=FILE)
@click.argument("right", type=FILE, required=False)
@click.option(
    "--spec", "spec_file", type=FILE, required=True, help="YAML: the id column, the kinds of columns."
)
@click.option("--out", type=OUT, required=True, help="csv to write: left_id, right_id, probability.")
@click.option("--explain", type=OUT, help="csv to write: level and weight of each column of each pair.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--threshold", type=float, default=0.6, show_default=True, help="Least probability of a pair.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random pairs used for training.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def link(left: Path, right: Path | None, spec_file: Path, out: Path, **given: Any) -> None:
    """Find who of LEFT is in RIGHT, or who is twice in LEFT; names stay in memory, nothing is learnt from labels.

    Example: muster link residents.csv list.xlsx --spec spec.yaml --out pairs.csv
    """
    from muster.engines.analysis.linkage import Options, link_frames, spec, tables
    from muster.engines.analysis.problems import AnalysisError

    language = given["lang"]
    for place in (out, given["explain"]):
        if place is not None and not place.parent.is_dir():
            sys.exit(f"muster: {'没有目录' if language == 'zh' else 'there is no directory'} {place.parent}")
    try:
        linked = link_frames(
            tables.read(left),
            tables.read(right) if right else None,
            spec.load(spec_file),
            Options(given["threshold"], given["engine"], given["seed"], explain=given["explain"] is not None),
        )
    except AnalysisError as problem:
        sys.exit(f"muster: {problem.say(language)}")
    for zh, en in linked.notes:
        click.echo(en if language == "en" else zh, err=True)
    write(linked, out, given["explain"], language)
    told = "{} 对候选中认定 {} 对" if language == "zh" else "{} candidate pairs, of which {} are one person"
    click.echo(f"{out}: {told.format(linked.candidates, len(linked.pairs))}", err=True)


def write(linked: Linked, out: Path, explain: Path | None, language: str) -> None:
    """pairs.csv, and the explanation beside it."""
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["left_id", "right_id", "probability"])
        writer.writerows([pair.left_id, pair.right_id, f"{pair.probability:.9f}"] for pair in linked.pairs)
    if explain is None:
        return
    with explain.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["left_id", "right_id", "column", "left", "right", "level", "meaning", "weight"])
        for pair in linked.pairs:
            ends = [pair.left_id, pair.right_id]
            writer.writerow([*ends, "", "", "", "start", "", f"{pair.start:.4f}"])
            for part in pair.parts:
                said = part.en if language == "en" else part.zh
                writer.writerow(
                    [*ends, part.column, part.left, part.right, part.level, said, f"{part.weight:.4f}"]
                )
            writer.writerow([*ends, "", "", "", "related", "", f"{pair.related:.4f}"])
