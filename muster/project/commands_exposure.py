"""`muster exposure`: who shared a place and time with a case, from files of any size."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--visits", type=FILE, required=True, help="person, place, start, end: Parquet (also a directory) or CSV."
)
@click.option(
    "--cases", type=FILE, required=True, help="person, from, to; or place, from, to; and case, if you like."
)
@click.option("--min-overlap", type=float, required=True, help="Seconds together; 0: any time together.")
@click.option(
    "--generations", type=click.IntRange(min=1), default=1, show_default=True, help="2: contacts of contacts."
)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--out", type=FILE, required=True, help="File to write: .parquet or .csv.")
@click.option("--zone", help="Zone of instants without an offset, such as Asia/Shanghai.  [default: UTC]")
@click.option("--over-places", is_flag=True, help="The minimum counts over all places together.")
@click.option("--cells", type=FILE, help="place, cell: people meet in a cell instead of at a place.")
@click.option(
    "--within", type=float, help="Seconds: the minimum is reached inside one stretch of this length."
)
@click.option(
    "--min-stay", type=float, help="Seconds that a contact must also have spent there in the window."
)
@click.option("--json", "as_json", is_flag=True, help="One line for a machine.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of what is said; without it, both.")
def exposure(visits: Path, cases: Path, out: Path, **given: Any) -> None:
    """Find who shared a place and time with each case: case, person, generation, place, first_at, last_at, overlap_s.

    \b
    Example: muster exposure --visits visits.parquet --cases cases.csv \\
        --min-overlap 900 --generations 2 --out contacts.csv
    """
    from muster.engines.analysis import exposure_files
    from muster.engines.analysis.exposure import Generation, Rule
    from muster.engines.analysis.problems import AnalysisError

    rule = Rule(
        given["min_overlap"], given["generations"], given["over_places"], given["within"], given["min_stay"]
    )
    question = exposure_files.Question(visits, cases, rule, given["cells"], given["zone"], given["engine"])

    def tell(step: Generation | exposure_files.Answer) -> None:
        if isinstance(step, exposure_files.Answer):
            _caution(step, given["lang"])
        elif sys.stderr.isatty():
            click.echo(_generation(step, given["lang"]), err=True)

    try:
        made = exposure_files.answer(question, out, tell=tell)
    except AnalysisError as problem:
        sys.exit(f"muster: {problem.say(given['lang']) if given['lang'] else problem}")
    if given["as_json"]:
        click.echo(json.dumps({**made.told(), "out": str(out)}, ensure_ascii=False))
    else:
        _show(made, out, given["lang"])


def _say(language: str | None, zh: str, en: str) -> str:
    return {"zh": zh, "en": en}.get(language or "", f"{zh} / {en}")


def _caution(made: Any, language: str | None) -> None:
    """What is left out, or taken for granted, is said before the work begins."""
    from muster.engines.analysis.visits import REASONS

    if made.refused:
        zh = "；".join(f"{REASONS[reason][0]} {number:,}" for reason, number in made.refused.items())
        en = "; ".join(f"{REASONS[reason][1]} {number:,}" for reason, number in made.refused.items())
        number = sum(made.refused.values())
        click.echo(
            _say(
                language,
                f"拒绝 {number:,} 条到访（共 {made.visits:,} 条）：{zh}",
                f"{number:,} of {made.visits:,} visits refused: {en}",
            ),
            err=True,
        )
    if made.unmapped_places:
        number = made.unmapped_places
        click.echo(
            _say(
                language,
                f"{number:,} 个地点没有网格，未计入",
                f"{number:,} places have no cell and are left out",
            ),
            err=True,
        )
    if made.is_zone_assumed:
        click.echo(
            _say(
                language,
                "一个文件的时间带时区，另一个不带：不带的按 UTC 理解（--zone 可指定）",
                "instants of one file carry an offset, the others do not: those are read as UTC (see --zone)",
            ),
            err=True,
        )


def _generation(step: Any, language: str | None) -> str:
    return _say(
        language,
        f"第 {step.generation} 代：{step.sources:,} 个来源，{step.people:,} 人，{step.rows:,} 行",
        f"generation {step.generation}: {step.sources:,} sources, {step.people:,} people, {step.rows:,} rows",
    )


def _show(made: Any, out: Path, language: str | None) -> None:
    for step in made.generations:
        click.echo(_generation(step, language))
    without = made.generations[0].sources - made.generations[0].sources_seen
    if without:
        click.echo(
            _say(
                language,
                f"{without:,} 个病例在其时段内没有任何到访",
                f"{without:,} cases have no visit inside their window",
            )
        )
    click.echo(f"{out}: {made.rows:,} 行/rows, {made.visits:,} 条到访/visits, {made.seconds:.1f} s")
