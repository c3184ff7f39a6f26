"""Which answers become which command: steps, checked against the form and against the body of the command."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Union, get_args, get_origin
from uuid import UUID
from xml.etree.ElementTree import Element

import msgspec

from muster.core.ids import derive_id
from muster.core.told import Done, Many
from muster.domain.people import commands as people
from muster.domain.places import commands as places
from muster.domain.worklists import commands as worklists
from muster.interop.forms.filled import Filled
from muster.interop.forms.refusals import BadMapping
from muster.interop.forms.xlsform import Question

# what a form may be turned into, and the kind of fact each becomes (taken back when the form is edited)
FACTS = {
    "add_building": "",
    "add_doors": "",
    "register_person": "people.registration",
    "record_visit": "worklists.visit",
    "record_household": "worklists.householdcard",
    "survey_containers": "worklists.containersurvey",
    "report_breeding_site": "worklists.breedingsiteseen",
    "record_attempt": "worklists.attempt",
}
_ALL: dict[str, tuple[type, Many]] = places.COMMANDS | people.COMMANDS | worklists.COMMANDS
COMMANDS: dict[str, tuple[type, Many]] = {name: _ALL[name] for name in FACTS if name in _ALL}
RETRACTED = {
    **getattr(people, "RETRACTED", {}),
    **worklists.RETRACTED,
}
ENTITY, LABEL = "@entity", "@label"
MOST_STEPS = 8
MOST_ROUNDS = 200


class Step(msgspec.Struct, frozen=True):
    """One command for the form, or one for each round of a repeat.

    A value of `fields` is a path (`/data/outcome`), two paths joined by ` + ` (building and door), a path with
    `#lat` or `#lon` (of a place on the map), a constant after `=`, or `@entity` and `@label`: the row of a list
    that the form makes or changes. Without `when` it is always told; with it only when that answer is filled and
    neither `no` nor `0`; with `@entity` only when the form makes (as `id`) or changes (elsewhere) a row.
    """

    command: str
    fields: dict[str, str]
    repeat: str = ""
    when: str = ""


class Ordered(msgspec.Struct, frozen=True):
    """A command that a filled-in form asks for."""

    id: UUID
    name: str
    body: dict[str, Any]


def fields_of(command: str) -> list[str]:
    """The names a step of this command may fill."""
    return [field.name for field in msgspec.structs.fields(COMMANDS[command][0])]


def required(command: str) -> list[str]:
    """Those that must be filled; its own id and area are known without."""
    return [
        field.name
        for field in msgspec.structs.fields(COMMANDS[command][0])
        if field.required and field.name not in ("id", "area")
    ]


def choices(command: str) -> dict[str, list[str]]:
    """The fields that take one of a few words, and the words."""
    found = {}
    for field in msgspec.structs.fields(COMMANDS[command][0]):
        parts = [field.type, *get_args(field.type)]
        words = next((one for one in parts if isinstance(one, type) and issubclass(one, Enum)), None)
        if words is not None:
            found[field.name] = [str(one.value) for one in words]
    return found


def check_steps(steps: list[Step], questions: list[Question]) -> None:
    """Refuse steps that name a command, a field or a question there is none of."""
    paths = {one.path: one for one in questions}
    if len(steps) > MOST_STEPS:
        raise BadMapping(problem=f"> {MOST_STEPS}")
    for step in steps:
        if step.command not in COMMANDS:
            raise BadMapping(problem=step.command)
        wrong = set(step.fields) - set(fields_of(step.command))
        missing = set(required(step.command)) - set(step.fields)
        if wrong or missing:
            raise BadMapping(problem=f"{step.command}: {', '.join(sorted(wrong | missing))}")
        if step.repeat and (step.repeat not in paths or paths[step.repeat].kind != "repeat"):
            raise BadMapping(problem=step.repeat)
        asked = [step.when] if step.when else []
        for value in step.fields.values():
            asked += (
                []
                if value.startswith("=") or value in (ENTITY, LABEL)
                else [one.partition("#")[0] for one in value.split(" + ")]
            )
        for path in asked:
            if path not in paths or paths[path].repeat not in ("", step.repeat):
                raise BadMapping(problem=path or step.command)


def orders(filled: Filled, submission: UUID, steps: list[Step], area: int) -> list[Ordered]:
    """The commands a filled-in form asks for. The first carries the submission's own id."""
    found: list[Ordered] = []
    for number, step in enumerate(steps):
        if step.command not in COMMANDS or not _concerns(step, filled):
            continue
        for turn, inside in enumerate(_rounds(filled, step)):
            if step.when and filled.first(step.when, inside, step.repeat) in ("", "no", "0", "false"):
                continue
            identity = submission if not found else derive_id(submission, number, turn)
            body = _body(filled, step, inside)
            names = fields_of(step.command)
            if "id" in names:
                body.setdefault("id", str(identity))
            if "area" in names:
                body.setdefault("area", area)
            found.append(Ordered(identity, step.command, body))
    return found


def _concerns(step: Step, filled: Filled) -> bool:
    """Whether the form makes or changes the row that the step is about."""
    if ENTITY not in step.fields.values():
        return True
    if filled.entity is None:
        return False
    return filled.entity.creates if step.fields.get("id") == ENTITY else filled.entity.updates


def _rounds(filled: Filled, step: Step) -> Iterator[Element | None]:
    if not step.repeat:
        yield None
        return
    yield from filled.rounds(step.repeat)[:MOST_ROUNDS]


def _body(filled: Filled, step: Step, inside: Element | None) -> dict[str, Any]:
    kinds = {field.name: field.type for field in msgspec.structs.fields(COMMANDS[step.command][0])}
    body: dict[str, Any] = {}
    for name, value in step.fields.items():
        said = _said(filled, value, inside, step.repeat)
        if said:
            body[name] = said.split() if _is_list(kinds[name]) else _plain(said, kinds[name])
    return body


def _said(filled: Filled, value: str, inside: Element | None, repeat: str) -> str:
    if value.startswith("="):
        return value[1:]
    if value in (ENTITY, LABEL):
        entity = filled.entity
        return "" if entity is None else str(entity.id) if value == ENTITY else entity.label
    parts = value.split(" + ")
    if len(parts) == 2:
        return _door(*(filled.first(part, inside, repeat) for part in parts))
    path, _, part = value.partition("#")
    said = filled.first(path, inside, repeat)
    if part:
        numbers = said.split()
        at = {"lat": 0, "lon": 1}.get(part, 9)
        return numbers[at] if len(numbers) > at else ""
    return said


def _door(building: str, label: str) -> str:
    """A door is known by its building and its label."""
    try:
        return str(derive_id(UUID(building), label.strip())) if label.strip() else ""
    except ValueError:
        return ""


def _is_list(kind: Any) -> bool:
    parts = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return any(get_origin(part) in (list, tuple) or part in (list, tuple) for part in parts)


def _plain(said: str, kind: Any) -> Any:
    parts = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    if bool in parts:
        return said.lower() in ("yes", "true", "1", "ok")
    return said


def steps_of(stored: list[Mapping[str, Any]]) -> list[Step]:
    """The mapping as it is stored."""
    return [msgspec.convert(one, Step) for one in stored]


def undone(name: str) -> str:
    """The kind of fact a command becomes, or nothing when it made a thing that stays."""
    return FACTS.get(name, "")


def reconsidered(kind: str, facts: set[UUID], incident: UUID, now: Any) -> Done:
    """Derive again what these taken-back facts were about."""
    return RETRACTED[kind](facts, incident, now) if kind in RETRACTED else Done()
