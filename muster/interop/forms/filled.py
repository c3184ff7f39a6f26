"""Reading a filled-in form: which form and instance it is, and the answers by path."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from xml.etree.ElementTree import Element

import msgspec
from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from muster.core.ids import derive_id
from muster.interop.forms.refusals import Unreadable

MOST_ELEMENTS = 20_000
DEEPEST = 60
TRUE = ("1", "true")


class Entity(msgspec.Struct, frozen=True):
    """The row of a list that a form makes or changes, and what its telephone held of it.

    `base` is the version it was filled in on, `trunk` the last one of the server in it; a `branch` is what one
    telephone did to the row since then. A form without network counts its own versions on from the trunk.
    """

    list: str
    id: UUID
    label: str
    creates: bool
    updates: bool
    base: int
    trunk: int | None
    branch: str


class Filled(msgspec.Struct, frozen=True):
    """A filled-in form: who it is, what it replaces, and the tree of its answers."""

    form: str
    version: str
    instance: str
    replaces: str
    ended_at: datetime | None
    is_encrypted: bool
    root: Element
    entity: Entity | None = None

    def first(self, path: str, inside: Element | None = None, at: str = "") -> str:
        """The answer at a path; inside a repeat the answer of that round."""
        if inside is not None and path.startswith(at + "/"):
            return text_of(inside, path[len(at) + 1 :].split("/"))
        steps = path.strip("/").split("/")
        return text_of(self.root, steps[1:]) if steps[0] == self.root.tag else ""

    def rounds(self, path: str) -> list[Element]:
        """The rounds of a repeat, in order."""
        steps = path.strip("/").split("/")[1:]
        found = [self.root]
        for step in steps:
            found = [child for one in found for child in one if child.tag == step]
        return found


def text_of(element: Element, steps: list[str]) -> str:
    """The text at the first element of these steps."""
    for step in steps:
        below = next((child for child in element if child.tag == step), None)
        if below is None:
            return ""
        element = below
    return (element.text or "").strip() if not len(element) else ""


def read_filled(raw: bytes) -> Filled:
    """Read what a telephone sent; raises `Unreadable`. No document types, no entities, no outside files."""
    try:
        root = Safe.fromstring(raw, forbid_dtd=True)
    except (DefusedXmlException, Safe.ParseError, ValueError, LookupError) as error:
        raise Unreadable(problem="XML") from error
    _check_size(root)
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise Unreadable(problem="XML")
        element.tag = element.tag.rpartition("}")[2]
    attributes = {name.rpartition("}")[2]: value for name, value in root.attrib.items()}
    meta = next((child for child in root if child.tag == "meta"), None)
    said = {child.tag: (child.text or "").strip() for child in meta} if meta is not None else {}
    form = attributes.get("id", "")
    if not form or len(form) > 200 or "\0" in form:
        raise Unreadable(problem="form id")
    return Filled(
        form=form,
        version=attributes.get("version", ""),
        instance=said.get("instanceID", "") or attributes.get("instanceID", ""),
        replaces=said.get("deprecatedID", ""),
        ended_at=_instant(said.get("timeEnd", "") or text_of(root, ["end"])),
        is_encrypted=attributes.get("encrypted") == "yes",
        root=root,
        entity=_entity(meta),
    )


def _entity(meta: Element | None) -> Entity | None:
    """What the form says of a row of a list; nothing when it names none that could be."""
    said = next((child for child in meta if child.tag == "entity"), None) if meta is not None else None
    if said is None:
        return None
    try:
        identity = UUID(said.get("id", "").removeprefix("uuid:"))
    except ValueError:
        return None
    label = next(((child.text or "").strip() for child in said if child.tag == "label"), "")
    return Entity(
        list=said.get("dataset", ""),
        id=identity,
        label=label,
        creates=said.get("create", "") in TRUE,
        updates=said.get("update", "") in TRUE,
        base=_version(said.get("baseVersion", "")) or 0,
        trunk=_version(said.get("trunkVersion", "")),
        branch=said.get("branchId", "")[:40],
    )


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _check_size(root: Element) -> None:
    waiting, seen = [(root, 0)], 0
    while waiting:
        element, depth = waiting.pop()
        seen += 1
        if seen > MOST_ELEMENTS or depth > DEEPEST:
            raise Unreadable(problem="XML")
        waiting += [(child, depth + 1) for child in element]


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def instance_id(instance: str, form: UUID) -> UUID:
    """`uuid:…` is that id; any other word gives one id within its form."""
    try:
        return UUID(instance.removeprefix("uuid:"))
    except ValueError:
        return derive_id(form, "instance", instance)
