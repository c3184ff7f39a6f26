"""Writes the generated pages (commands, refusals, tables) and puts pictures into the guide. Run it from the checkout:

    MUSTER_VAR=$(mktemp -d) python docs/make_reference.py

`tests/house/test_docs.py` compares the pages with what this program would write now.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import EnumMeta
from pathlib import Path
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")

import django  # noqa: E402
from django.apps import apps  # noqa: E402

if not apps.ready:
    django.setup()

import msgspec  # noqa: E402
from django.db import models  # noqa: E402

import muster  # noqa: E402
from muster.core.access import ROLES  # noqa: E402
from muster.core.errors import Refusal  # noqa: E402
from muster.core.tables import Fact, RowSecurity  # noqa: E402
from muster.fieldapp.commands import COMMANDS  # noqa: E402

# Decided when they arrive, for one winner; the loser is refused.
CLAIMS = {"take_next", "release_item", "claim_seat", "release_seat", "allocate"}
# What somebody did or saw: taken late, twice, in any order; never refused for what the server thinks.
OBSERVATIONS = {
    "register_person", "sign_up_volunteer", "declare_fitness", "record_works", "record_follow_up", "place_in_quarantine",
    "record_attempt", "record_visit", "answer_callout", "roll_call", "begin_shift", "end_shift", "serve", "hand_over",
    "take_over", "take_sample", "seal_tube", "count_tubes", "hand_over_tube", "report_result", "scan_pass", "check_in_place",
    "state_need", "make_offer", "move_stock", "record_donation", "record_thanks", "take_call", "open_request",
    "update_request", "record_support", "broadcast", "retract_fact", "confirm_case", "withdraw_case", "name_contact",
    "join_residents", "part_residents",
}  # fmt: skip
PLAIN = {
    UUID: "id",
    int: "integer",
    float: "number",
    str: "text",
    bool: "yes/no",
    datetime: "instant",
    date: "day",
}
RIGHTS = frozenset().union(*ROLES.values())
FORMS = {
    "incident": "its incident and area", "shared": "its incident and area, or where the person is shared",
    "standing": "its area", "open": "everybody reads, its area writes", "own": "its account, or its area",
    "both": "its incident, and either of two areas",
}  # fmt: skip


def kind_of(name: str) -> str:
    """Whether a command is decided now, told, or arranged."""
    if name in CLAIMS:
        return "claim"
    return "observation" if name in OBSERVATIONS else "arrangement"


def type_word(kind: object) -> str:
    """A field's type in words."""
    if isinstance(kind, EnumMeta):
        return " · ".join(str(getattr(one, "value", one)) for one in kind)
    if kind in PLAIN:
        return PLAIN[kind]  # type: ignore[index]
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        return (
            "{"
            + ", ".join(f"{field.name}: {type_word(field.type)}" for field in msgspec.structs.fields(kind))
            + "}"
        )
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return " or ".join("nothing" if part is type(None) else type_word(part) for part in parts)
    if origin is typing.Literal:
        return " · ".join(map(str, parts))
    if origin is typing.Annotated:
        return type_word(parts[0])
    if origin is tuple and parts[-1:] != (...,):
        return "(" + ", ".join(map(type_word, parts)) + ")"
    if origin in (list, tuple, set, frozenset):
        return "list of " + type_word(parts[0])
    return "object" if origin is dict or kind is typing.Any else getattr(kind, "__name__", str(kind))


def rights_of(action: Callable[..., object]) -> list[str]:
    """The rights that an action, or a function of its domain that it calls, asks for."""
    domain = action.__module__.rsplit(".actions", 1)[0]
    seen: set[str] = set()
    found: set[str] = set()
    waiting: list[Callable[..., object]] = [action]
    while waiting:
        function = inspect.unwrap(waiting.pop())
        if not isinstance(function, types.FunctionType) or function.__qualname__ in seen:
            continue
        seen.add(function.__qualname__)
        codes = list(_codes(function.__code__))
        named = [function.__globals__.get(name) for code in codes for name in code.co_names]
        said = [one for code in codes for one in code.co_consts]
        found |= {one for one in (*said, *named) if isinstance(one, str) and one in RIGHTS}
        known = [one for one in named if str(getattr(one, "__module__", "")).startswith(domain)]
        held = [
            one for one in named if str(type(one).__module__).startswith(domain) and hasattr(one, "__dict__")
        ]
        found |= {
            part for one in held for part in vars(one).values() if isinstance(part, str) and part in RIGHTS
        }
        waiting += [
            part for one in known if inspect.isclass(one) for part in vars(one).values() if callable(part)
        ]
        waiting += [one for one in known if callable(one)]
    return sorted(found)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield from _codes(one)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def commands() -> str:
    """docs/reference/commands.md."""
    lines = [
        "# Commands", "",
        "Generated by `docs/make_reference.py`. Everything that changes something is one of these commands, sent in a batch to "
        "[`POST /sync`](../sync.md); telephones, desks, imports and the drill use the same ones.", "",
        "- **observation**: what somebody did or saw. Taken late, twice and in any order; kept and tried again while its "
        "right or the thing it is about has not arrived.",
        "- **claim**: decided when it arrives, for one winner; the loser is refused.",
        "- **arrangement**: set-up and decisions of a desk; refused when the right is missing.", "",
        "`?` after a field: it may be left out. Ids are UUIDs, areas are 15-digit codes, instants are ISO 8601 with a zone.", "",
    ]  # fmt: skip
    group = ""
    for name, (body, action) in COMMANDS.items():
        place = action.__module__.split(".")
        domain = place[2] if place[1] == "domain" else place[1]
        if domain != group:
            lines += [f"## {domain}", ""]
            group = domain
        lines += [f"### `{name}`", "", _cell(inspect.getdoc(action) or ""), ""]
        rights = ", ".join(f"`{right}`" for right in rights_of(action)) or "none but holding it"
        lines += [f"*{kind_of(name)}* · right: {rights} · {_cell(inspect.getdoc(body) or '')}", ""]
        lines += ["| field | type |", "|---|---|"]
        for field in msgspec.structs.fields(body):
            lines.append(
                f"| `{field.encode_name}`{'' if field.required else ' ?'} | {_cell(type_word(field.type))} |"
            )
        lines.append("")
    return "\n".join(lines)


def all_refusals() -> list[type[Refusal]]:
    """Every subclass of Refusal in the program, by code."""
    for module in pkgutil.walk_packages(muster.__path__, "muster."):
        if ".migrations" not in module.name and not module.name.endswith(
            ("__main__", "wsgi", "workbook_child")
        ):
            importlib.import_module(module.name)
    found: dict[str, type[Refusal]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("muster."):
            found[f"{one.code} {one.__module__}.{one.__name__}"] = one
    return [found[key] for key in sorted(found)]


def refusals() -> str:
    """docs/reference/refusals.md."""
    lines = [
        "# Refusals", "",
        "Generated by `docs/make_reference.py`. A refusal is an answer, not an error: a code, what happened, what was kept, and "
        "what to do, in both languages. `…` stands for what is filled in. 拒绝是一种回答：代码、发生了什么、保留了什么、该怎么做。", "",
        "| code | HTTP | 中文 | English |", "|---|---|---|---|",
    ]  # fmt: skip
    for one in all_refusals():
        zh, en = (_blanks(one.texts[language]) for language in ("zh", "en"))
        lines.append(f"| `{one.code}` | {one.status} | {_cell(zh)} | {_cell(en)} |")
    lines += ["", "How a telephone shows them: `refused` is kept aside for the desk, `quarantined` is tried again by itself; "
              "see [the sync protocol](../sync.md). Imports have their own words for rows: [imports](imports.md).", ""]  # fmt: skip
    return "\n".join(lines)


def _blanks(text: str) -> str:
    shown, inside = "", False
    for letter in text:
        if letter == "{":
            shown, inside = shown + "…", True
        elif letter == "}":
            inside = False
        elif not inside:
            shown += letter
    return shown


def tables() -> str:
    """docs/data.md."""
    lines = [
        "# Data", "",
        "Generated by `docs/make_reference.py`: every table of Muster with what it holds, who sees a row, and its columns. "
        "*Fact*: append-only, a trigger refuses change and removal, and each row also has `id`, `incident`, `area`, `at`, "
        "`recorded_at`, `tx`, `by`, `device`. Columns ending in `_c` are sealed, in `_x` blind indexes. "
        "Tables ending in `event` keep the history of set-up data. What these words mean: [the house](house.md).", "",
    ]  # fmt: skip
    base = {field.name for field in Fact._meta.get_fields()}
    for config in apps.get_app_configs():
        if not config.name.startswith("muster."):
            continue
        listed = sorted(config.get_models(), key=lambda model: model._meta.db_table)
        if listed:
            lines += [
                f"## {config.label}",
                "",
                "| table | holds | who sees a row | columns |",
                "|---|---|---|---|",
            ]
            lines += [_table(model, base) for model in listed] + [""]
    return "\n".join(lines)


def _table(model: type[models.Model], base: set[str]) -> str:
    security = next((one for one in model._meta.constraints if isinstance(one, RowSecurity)), None)
    is_fact = issubclass(model, Fact)
    is_event = model.__name__.endswith("Event")
    says = "History of the table before it." if is_event else (inspect.getdoc(model) or "").split("\n\n")[0]
    held = ("*Fact.* " if is_fact else "") + _cell(says)
    columns = [field.column for field in model._meta.concrete_fields if not (is_fact and field.name in base)]
    sees = FORMS[security.form] if security else "not told apart by area"
    return (
        f"| `{model._meta.db_table}` | {held} | {sees} | {', '.join(f'`{column}`' for column in columns)} |"
    )


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands, "reference/refusals.md": refusals, "data.md": tables,
}  # fmt: skip
PLACE = re.compile(r"^<!-- screen: (\S+) -->\n(?:!\[[^\n]*\n)?", re.MULTILINE)


def pictured(page: Path) -> str:
    """A page of the guide with a picture at each place whose picture exists in the page's language."""
    text, language = page.read_text(encoding="utf-8"), page.parent.name

    def put(place: re.Match[str]) -> str:
        picture = f"images/screens/{place[1]}-{language}.png"
        shown = f"![{place[1]}](../../{picture})\n" if (HERE / picture).exists() else ""
        return f"<!-- screen: {place[1]} -->\n{shown}"

    return PLACE.sub(put, text)


def guide() -> list[Path]:
    """The pages of the user guide, in both languages."""
    return sorted((HERE / "guide").glob("*/*.md"))


if __name__ == "__main__":
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), encoding="utf-8")
    for one in guide():
        one.write_text(pictured(one), encoding="utf-8")
