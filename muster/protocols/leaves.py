"""The single values of a pack, one after the other: where each stands, what it is about, and who says so."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from muster.protocols.pack import Pack
from muster.protocols.problems import join
from muster.protocols.values import Text


class Leaf(NamedTuple):
    """One value: a number, a choice, a list of these, or a text in its languages; `about` are titles round it."""

    path: str
    value: Any = None
    about: tuple[Text, ...] = ()
    source: str = ""
    grade: str = ""


def leaves(pack: Pack) -> Iterator[Leaf]:
    """Every value of a pack in the order it is written; what is absent is left out."""
    named = {one.code: one.title for one in (*pack.staffing.posts, *pack.supplies.items)}
    yield from _below(msgspec.to_builtins(pack), Leaf(""), named)


def _below(part: Any, at: Leaf, named: dict[str, Text]) -> Iterator[Leaf]:
    """The values under a plain part, each with the nearest source above it."""
    if isinstance(part, dict) and {"source", "grade"} <= part.keys():
        at = at._replace(source=part["source"], grade=part["grade"])
        rest = {key: item for key, item in part.items() if key not in ("source", "grade")}
        part = rest["value"] if rest.keys() == {"value"} else rest
    if isinstance(part, dict) and not {"zh", "en"} <= part.keys():
        inside = at._replace(about=(*at.about, *_titles(part, named))) if at.path else at
        for key, item in part.items():
            yield from _below(item, inside._replace(path=join(at.path, key)), named)
    elif isinstance(part, (list, tuple)) and any(isinstance(item, dict) for item in part):
        for index, item in enumerate(part):
            yield from _below(item, at._replace(path=f"{at.path}[{_key(item) or index}]"), named)
    elif part is not None:
        yield at._replace(value=part)


def _titles(part: dict[str, Any], named: dict[str, Text]) -> Iterator[Text]:
    """What a part is called: by its own title, or by the post and the item it ties together."""
    if "title" in part:
        yield msgspec.convert(part["title"], Text)
    for key in ("post", "item"):
        if part.get(key) in named:
            yield named[part[key]]


def _key(item: Any) -> str | None:
    """What tells an element of a list from its neighbours, wherever it stands."""
    if not isinstance(item, dict):
        return None
    names = [item[name] for name in ("code", "post", "item") if name in item]
    return " ".join(names) or None
