"""`muster sitrep`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import msgspec

from muster.project import installation

FORMATS = ("text", "json", "xlsx", "pdf")


@click.command()
@click.option("--incident", "code", required=True, help="Code of the incident.")
@click.option("--edition", "number", type=int, help="Number of the edition; without it, the newest.")
@click.option("--area", type=int, help="Area whose editions are meant; without it, that of the incident.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--lang", "language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--published", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON list of {ref, figure, params, value, relation, …} to hold against what is derived.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; without it, the terminal."
)
def sitrep(  # noqa: PLR0913 - one argument for each option
    code: str, number: int | None, area: int | None, form: str, language: str, published: Path | None, out: Path | None
) -> None:  # fmt: skip
    """Write an edition of the situation report.

    Example: muster sitrep --incident lg-0217 --format pdf --lang en --out sitrep.pdf
    """
    installation.setup_django()
    from muster.core.errors import Refusal
    from muster.reports import writing

    said = published.read_bytes() if published else b"[]"
    try:
        made = writing.write(code, number, area, form=form, language=language, published=said)
    except (Refusal, msgspec.MsgspecError, json.JSONDecodeError) as problem:
        words = problem.say(language) if isinstance(problem, Refusal) else str(problem)
        sys.exit(f"muster: {words}")
    if out is not None:
        out.write_bytes(made)
        click.echo(f"{out} ({len(made):,} bytes)")
    elif form in ("text", "json"):
        click.echo(made.decode(), nl=False)
    else:
        sys.exit("muster: --out FILE 需要指定 / is needed for this format")
