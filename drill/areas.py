"""Official areas by name and 15-digit code; a name without a code gets the nearest office and a note."""

import csv
import difflib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OFFICIAL_FILE = Path(__file__).parent / "scenarios" / "areas.csv"
WIDTHS = {"province": 2, "city": 4, "district": 6, "subdistrict": 9, "community": 12, "grid": 15}
PARENTS = {"district": "city", "subdistrict": "district", "community": "subdistrict", "grid": "community"}
SUFFIXES = ("居民委员会", "居委会", "社区")
GENERATED_FROM = 901  # generated sub-district and community numbers start here; official ones end far below


@dataclass(frozen=True)
class Area:
    """One area of the tree; `official` is the name in the official list, empty when the area is generated."""

    code: str
    name: str
    level: str
    parent: str
    official: str = ""
    note: str = ""

    @property
    def generated(self) -> bool:
        """True for an area that no official list holds."""
        return not self.official


def pad(code: str) -> str:
    """The 15-digit form of an official code of any level."""
    return code.ljust(15, "0")


def short(name: str) -> str:
    """The name people use: without the office that runs the community."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


@cache
def official() -> Mapping[str, Area]:
    """Every official area shipped with the drill, by code."""
    with OFFICIAL_FILE.open(encoding="utf-8", newline="") as rows:
        areas = [
            Area(r["code"], r["name"], r["level"], r["parent"], r["name"], r["note"])
            for r in csv.DictReader(rows)
        ]
    return {area.code: area for area in areas}


def children(code: str, level: str) -> list[Area]:
    """Official areas of a level anywhere below an area, by code."""
    return [
        area for area in official().values() if area.level == level and area.code.startswith(prefix(code))
    ]


def prefix(code: str) -> str:
    """The digits that every area inside this one shares."""
    return code[: _width(code)]


def _width(code: str) -> int:
    """How many leading digits of a 15-digit code carry meaning."""
    return next((w for w in WIDTHS.values() if not code[w:].strip("0")), 15)


def district(code: str, name: str = "") -> Area:
    """A district by its 6-digit code; one that is not shipped is named as the scenario names it, with a note."""
    known = official().get(pad(code))
    if known:
        return known
    note = f"区划代码 {code} 不在随附目录中 / district code {code} is not in the list shipped"
    return Area(pad(code), name or f"{code}区", "district", pad(code[:4]), note=note)


def resolve(name: str, level: str, within: Iterable[str], taken: frozenset[str] = frozenset()) -> Area:
    """The area a scenario means by a name: the official one, the nearest official one, or a generated one."""
    parents = list(within)
    candidates = [area for parent in parents for area in children(parent, level) if area.code not in taken]
    for area in candidates:
        if area.official == name or short(area.official) == short(name):
            return Area(area.code, name, level, area.parent, area.official, area.note)
    near = _nearest(short(name), candidates) if level == "community" else None
    if near:
        note = near.note or (
            f"“{name}”没有官方代码，用最近的“{near.official}” / "
            f"no official code: the nearest office, {near.official}, stands for it"
        )
        return Area(near.code, name, level, near.parent, near.official, note)
    return _generated(name, level, parents[0], taken)


def ancestors(code: str) -> list[Area]:
    """The official or generated districts, sub-districts and cities above an area, as far as they can be named."""
    above = [pad(code[:width]) for width in WIDTHS.values() if width < _width(code)]
    known = [official()[c] for c in above if c in official()]
    missing = [c for c in above if c not in official() and WIDTHS["city"] <= _width(c) <= WIDTHS["district"]]
    return known + [_unnamed(c) for c in missing]


def _unnamed(code: str) -> Area:
    """A city or district that is not shipped: its code is its name."""
    level = "city" if _width(code) == WIDTHS["city"] else "district"
    parent = pad(code[:4]) if level == "district" else ""
    return Area(code, prefix(code), level, parent, note="不在随附目录中 / not in the list shipped")


def _nearest(name: str, candidates: list[Area]) -> Area | None:
    """Nearest by name: an office that repeats the name, then one that contains it, then the most similar."""
    if not candidates:
        return None

    def rank(area: Area) -> tuple[bool, bool, float, str]:
        """Sorting key; the code breaks ties, so the choice never changes."""
        repeats = area.official.count(name) > 1
        likeness = difflib.SequenceMatcher(None, name, short(area.official)).ratio()
        return not repeats, name not in area.official, -likeness, area.code

    return min(candidates, key=rank)


def _generated(name: str, level: str, parent: str, taken: frozenset[str]) -> Area:
    """A made-up free code below the parent, derived from the name so that it is the same in every run."""
    width = WIDTHS[PARENTS[level]]
    start = random.Random(name).randrange(99)
    codes = [pad(f"{parent[:width]}{GENERATED_FROM + (start + step) % 99:03d}") for step in range(99)]
    code = next(code for code in codes if code not in taken)
    note = f"“{name}”没有官方代码，代码为演练生成 / no official code: this one is generated"
    return Area(code, name, level, parent, note=note)


def grids(community: Area) -> tuple[Area, ...]:
    """The three to six generated grids of a community."""
    count = random.Random(f"grids/{community.code}").randint(3, 6)
    return tuple(
        Area(f"{community.code[:12]}{n:03d}", f"第{n}网格", "grid", community.code, note="generated")
        for n in range(1, count + 1)
    )
