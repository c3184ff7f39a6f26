"""`muster import`: a file through the same actions as on the page, as a named account, with the same report."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from muster.project import installation

KINDS = (
    "residents", "lists", "batches", "buildings", "results", "cases", "contacts", "relations", "follow_ups",
    "areas", "responders",
)  # fmt: skip
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 50


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=FILE)
@click.option("--incident", "code", required=True, help="Code of the incident.")
@click.option("--area", type=int, required=True, help="Code of the area the file is for.")
@click.option(
    "--as", "username", required=True, help="The account whose rights count and who is written down."
)
@click.option(
    "--option",
    "options",
    multiple=True,
    help="For a list: purpose=…, source=…, title=…, deadline=…, script_zh=…",
)
@click.option(
    "--column", "columns", multiple=True, help="FIELD=NUMBER (from 1), where the header does not say."
)
@click.option("--accept", is_flag=True, help="Accept the cautions of the file.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; nobody is taken in.")
@click.option("--json", "as_json", is_flag=True, help="One line for a machine.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def import_file(kind: str, file: Path, **given: Any) -> None:
    """Take FILE in as KIND and say what became of each row; exit 1 when a row was refused or waits.

    Example: muster import residents list.xlsx --incident lg-0217 --area 440307006005000 --as desk
    """
    installation.setup_django()
    from muster.core.errors import Refusal

    try:
        counts, rows = _take_in(kind, file, given)
    except Refusal as refusal:
        said = {"code": refusal.code, "reason": refusal.say(given["lang"])}
        if given["as_json"]:
            click.echo(json.dumps(said, ensure_ascii=False))
            sys.exit(2)
        sys.exit(f"muster: {said['reason']} ({said['code']})")
    if given["as_json"]:
        click.echo(json.dumps({**counts, "report": rows}, ensure_ascii=False))
    else:
        _show(counts, rows, given["dry_run"])
    if counts["refused"] or counts["doubtful"]:
        sys.exit(1)


def _take_in(kind: str, file: Path, given: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Upload, name the columns, look, and run; the counts and the rows a person should see."""
    from django.db import transaction

    from muster.core import accounts, clock
    from muster.core.access import scope, system
    from muster.core.errors import NotFound
    from muster.domain.incidents import actions as incident_actions
    from muster.domain.incidents import queries as incidents
    from muster.interop.imports import actions

    with transaction.atomic():
        actor = accounts.actor(accounts.by_username(given["username"]))
    with scope(system()):
        found = incidents.by_code(given["code"])
    if found is None:
        raise NotFound
    with scope(actor, found.id):
        incident_actions.require_open(found.id)
        now = clock.now()
        who: dict[str, Any] = {"by": actor, "incident": found.id, "now": now}
        wish = actions.Wish(kind, given["area"], _options(given["options"]))
        made = actions.upload(file=actions.File(file.name, file.read_bytes()), wish=wish, **who)
        mapping = made.mapping | {field: at - 1 for field, at in _numbers(given["columns"]).items()}
        actions.map_columns(upload=made.id, mapping=mapping, accepted=given["accept"], **who)
        made = actions.look(upload=made.id, here=True, **who)
        if not given["dry_run"]:
            made = actions.run(upload=made.id, here=True, **who)
        return made.counts | {"import": str(made.id)}, _rows(made, given["lang"])


def _rows(made: Any, language: str) -> list[dict[str, Any]]:
    """The rows that were refused or wait, with the reason."""
    from muster.interop.imports import texts
    from muster.interop.models import ImportRow

    found = ImportRow.objects.filter(upload=made, result__in=["refused", "doubtful"]).order_by("row")
    return [
        {"row": one.row, "result": one.result, "field": one.field, "code": one.code,
         "reason": texts.reason(one.code, language)}
        for one in found
    ]  # fmt: skip


def _options(words: tuple[str, ...]) -> dict[str, str]:
    """`name=value` words; a day without a zone is a day of the installation."""
    from django.utils.timezone import get_default_timezone

    options = dict(_pair(word) for word in words)
    if "deadline" in options:
        try:
            at = datetime.fromisoformat(options["deadline"])
        except ValueError as error:
            raise click.BadParameter(options["deadline"]) from error
        options["deadline"] = (at if at.tzinfo else at.replace(tzinfo=get_default_timezone())).isoformat()
    return options


def _numbers(words: tuple[str, ...]) -> dict[str, int]:
    pairs = dict(_pair(word) for word in words)
    if wrong := [number for number in pairs.values() if not number.isdecimal() or not int(number)]:
        raise click.BadParameter(f"{wrong[0]}: a column is a number from 1")
    return {field: int(number) for field, number in pairs.items()}


def _pair(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    if not sign:
        raise click.BadParameter(f"{word}: say NAME=VALUE")
    return name, value


def _show(counts: dict[str, Any], rows: list[dict[str, Any]], is_dry: bool) -> None:
    """The equation and the rows a person should see."""
    would = "试运行，未导入 / dry run, nobody taken in: " if is_dry else ""
    click.echo(
        f"{would}{counts['rows']} 行/rows = {counts['taken']} 导入/taken + {counts['refused']} 拒绝/refused + "
        f"{counts['already']} 已存在/already there + {counts['doubtful']} 待判断/waiting"
    )
    for one in rows[:SHOWN]:
        click.echo(f"  {one['row']:>7}  {one['result']:9} {one['field']:12} {one['code']:28} {one['reason']}")
    if len(rows) > SHOWN:
        click.echo(f"  … {len(rows) - SHOWN}: --json")
    click.echo(counts["import"])
