"""The tables at the end of a demo: figures, services, what was refused, what the log counts."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from drill.play.run import Outcome
from muster.reports.played import ENOUGH

MARKS = {
    "agrees": "green", "bound_met": "green", "played": "green", "conflict_reported": "yellow", "missing": "red",
    "wrong": "red",
}  # fmt: skip

TO_EXPLAIN = {"conflict_reported", "missing", "wrong"}
WIDTH = 150  # of a table that goes to a file


def show(result: dict[str, Any], outcome: Outcome) -> None:
    """Print everything for people."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(_figures(result["figures"]))
    for one in result["figures"]:
        if one["status"] in TO_EXPLAIN:
            console.print(f"{one['ref']}: {one['explanation'].zh}\n  {one['explanation'].en}")
    console.print(_services(result["services"]))
    for one in result["figures"]:
        if one["counted"] is not None and (one["derived"] or 0) != one["counted"]:
            console.print(f"[red]{one['ref']}: 演练日志为 / the drill's log counts {one['counted']}[/red]")
    if outcome.refusals:
        console.print("未直接采纳的命令（当时）/ commands not taken at once:")
        for (name, said, code), number in sorted(outcome.refusals.items()):
            console.print(f"  {name} {said} {number}: {code}")
    console.print(
        f"事实 / facts {result['facts']:,} · 丢失 / lost {result['lost']} · 重复 / duplicated {result['duplicated']} · "
        f"{result['seconds']} s"
    )


def _coloured(status: str) -> str:
    return f"[{MARKS[status]}]{status}[/]"


def _figures(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="公布数据与实录数据 / published and derived")
    for title in (
        "",
        "指标 / figure",
        "公布 / published",
        "关系 / relation",
        "实录 / derived",
        "结果 / status",
    ):
        table.add_column(title, justify="right" if "published" in title or "derived" in title else "left")
    for one in rows:
        derived = "—" if one["derived"] is None else f"{one['derived']:,}"
        table.add_row(one["ref"], one["figure"], f"{one['published']:,}", one["relation"], derived,
                      _coloured(one["status"]))  # fmt: skip
    return table


def _services(rows: list[dict[str, Any]]) -> Table:
    """Each service with its parts: what was counted, at least how many were wanted, and the page that shows it."""
    table = Table(title="服务 / services")
    for title in ("", "结果 / status", "内容 / what", "实录 / recorded", "至少 / least", "页面 / page"):
        table.add_column(title, justify="right" if "recorded" in title or "least" in title else "left")
    for one in rows:
        for place, part in enumerate(one["parts"]):
            first = (one["ref"], _coloured(one["status"])) if place == 0 else ("", "")
            what = f"{part['title']['zh']} / {part['title']['en']}"
            more = "+" if part["found"] == ENOUGH else ""
            table.add_row(*first, what, f"{part['found']:,}{more}", str(part["least"]), part["screen"])
        if not one["parts"]:
            table.add_row(one["ref"], _coloured(one["status"]))
    return table
