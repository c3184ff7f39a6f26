"""Real intervals: venue windows published in New Zealand, face-to-face contacts of SocioPatterns."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.engines.analysis.oracle import Case, Visit

STEP = 20  # seconds between two readings of a badge


class Venue(NamedTuple):
    """A published notice; the number is its line."""

    number: int
    place: int
    opens: int
    closes: int


def folder(config: pytest.Config) -> Path:
    """The directory of public data; the test is skipped, and says so, where it is absent."""
    found = Path(config.getoption("--data")) / "contacts"
    if not found.is_dir():
        pytest.skip(f"NO PUBLIC DATA: {found} is absent; give --data DIR or MUSTER_DATA")
    return found


def venues(place: Path) -> list[Venue]:
    """The published windows; a place is its name and address. Lines that end before they begin are left out."""
    with open(place / "nz_locations_of_interest_2021-08-24.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {
        name: at
        for at, name in enumerate(sorted({row["Event"].rsplit(" ", 1)[0] + row["Location"] for row in rows}))
    }
    found = [
        Venue(
            at,
            names[row["Event"].rsplit(" ", 1)[0] + row["Location"]],
            _instant(row["Start"]),
            _instant(row["End"]),
        )
        for at, row in enumerate(rows)
    ]
    return [one for one in found if one.opens < one.closes]


def _instant(text: str) -> int:
    return int(datetime.strptime(text, "%d/%m/%Y, %I:%M %p").replace(tzinfo=UTC).timestamp())


def visitors(windows: list[Venue], seed: int) -> list[Visit]:
    """People who came before, during and after the published windows, some of them several times."""
    chance = random.Random(seed)
    made = []
    for window in windows:
        for _ in range(3):
            start = chance.randint(window.opens - 3600, window.closes + 600)
            made.append(Visit(chance.randint(1, 150), window.place, start, start + chance.randint(60, 5400)))
    return made


def meetings(place: Path, name: str, until: int) -> list[Visit]:
    """Face-to-face readings as visits: both wearers are for 20 seconds at a place of the two alone."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(place / name) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    else:
        text = gzip.decompress((place / name).read_bytes()).decode()
    readings = [tuple(map(int, line.split()[:3])) for line in io.StringIO(text) if line.strip()]
    first = min(at for at, _, _ in readings)
    made = []
    for at, one, other in readings:
        if at < first + until:
            pair = min(one, other) * 10_000 + max(one, other)
            made += [Visit(person, pair, at, at + STEP) for person in (one, other)]
    return made


def busiest(visits: list[Visit], number: int) -> list[Case]:
    """Those with most readings become cases, for the whole time."""
    people = sorted({one.person for one in visits}, key=lambda p: -sum(one.person == p for one in visits))
    first, last = min(one.start for one in visits), max(one.end for one in visits)
    return [Case(person, person, None, first + 600, last) for person in people[:number]]
