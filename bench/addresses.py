"""Chinese address text to parts, on real tagged addresses, beside one plain regular expression.

`--data DIR` holds files of tagged characters: a character (or a number) and its tag a line, an empty line between
addresses, tags `B-road`, `I-road` and so on: the form of the public corpus of Li et al. (2019). Nothing of it is kept.
Both sides are asked for the same levels; a value counts when it is the tagged one but for width, numerals and the
word that counts (三栋 is 3). Without data it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.reference import address_regex
from muster.interop.tables.addresses import fold, parse_address

TAGS = {
    "district": "district", "town": "subdistrict", "community": "community", "road": "road", "roadno": "house",
    "poi": "compound", "houseno": "building", "cellno": "unit", "floorno": "floor", "roomno": "room",
}  # fmt: skip
FIELDS = tuple(dict.fromkeys(TAGS.values()))
NUMBERED = ("house", "building", "unit", "floor", "room")
COUNTER = re.compile(r"(?:号楼|号院|号房|号室|单元|栋|幢|座|层|楼|室|房|门|梯|号|弄|F|#)+$")
Parts = Mapping[str, set[str]]


def tagged(path: Path) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """Every address of a file: its text, and the values of each level we are asked for."""
    text, open_at = "", ""
    parts: list[tuple[str, str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        letter, _, tag = line.rpartition(" ")
        if not letter:
            if text:
                yield text, _levels(parts)
            text, parts, open_at = "", [], ""
            continue
        text += letter
        mark, _, name = tag.partition("-")
        if mark in "BS" or name != open_at:
            parts.append((name, ""))
        open_at = name
        parts[-1] = (name, parts[-1][1] + letter)


def _levels(parts: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in parts:
        if name in TAGS:
            found[TAGS[name]].add(same(TAGS[name], value))
    return found


def same(field: str, value: str) -> str:
    """A value as it is compared."""
    plain = fold(value)
    if field in NUMBERED:
        bare = COUNTER.sub("", plain)
        return (bare or plain).lstrip("0-") or "0"
    return plain


def ours(text: str) -> dict[str, str]:
    """What the product reads."""
    found = parse_address(text)
    return {field: getattr(found, field) for field in FIELDS if getattr(found, field)}


class Score:
    """Right, wrong and missed values of one level."""

    def __init__(self) -> None:
        self.right, self.said, self.asked = 0, 0, 0

    def add(self, said: str, asked: set[str]) -> None:
        """One address: a level that is tagged twice is right with either."""
        self.said += bool(said)
        self.asked += bool(asked)
        self.right += said in asked

    def figures(self) -> dict[str, float]:
        """Precision, recall, F1."""
        p, r = self.right / max(1, self.said), self.right / max(1, self.asked)
        return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(2 * p * r / max(1e-9, p + r), 4)}


def measure(parse: Callable[[str], Mapping[str, str]], rows: Sequence[tuple[str, Parts]]) -> dict[str, Score]:
    """The scores of a parser by level, and of all levels together."""
    scores = {field: Score() for field in (*FIELDS, "all")}
    for text, parts in rows:
        found = parse(text)
        for field in FIELDS:
            said = same(field, found[field]) if found.get(field) else ""
            for name in (field, "all"):
                scores[name].add(said, parts.get(field, set()))
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both sides by level."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--files", nargs="*", default=["dev.txt", "test.txt"])
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args(arguments)
    paths = [wish.data / name for name in wish.files] if wish.data else []
    if not paths or not all(path.is_file() for path in paths):
        print(
            "bench.addresses: SKIPPED, no tagged addresses; say where they are with --data DIR",
            file=sys.stderr,
        )
        return
    rows = [one for path in paths for one in tagged(path)]
    mine, plain = measure(ours, rows), measure(address_regex.parse, rows)
    if wish.json:
        sides = (("ours", mine), ("reference", plain))
        said = {name: {field: score.figures() for field, score in side.items()} for name, side in sides}
        print(json.dumps({"addresses": len(rows), **said}))
        return
    print(
        f"{len(rows):,} addresses{'':12} {'ours: p':>8} {'r':>7} {'f1':>7} {'plain: p':>9} {'r':>7} {'f1':>7}"
    )
    for field in mine:
        a, b = mine[field].figures(), plain[field].figures()
        line = " ".join(f"{one[name]:>8.4f}" for one in (a, b) for name in ("precision", "recall", "f1"))
        print(f"{field:28} {line}  ({mine[field].asked:,} tagged)")


if __name__ == "__main__":
    main()
