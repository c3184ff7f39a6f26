"""From weights of pairs to people: rows are joined as long as the evidence between the groups is positive."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]

APART = -6.0  # log odds between rows that share no key


def groups(size: int, left: Numbers, right: Numbers, weights: Numbers, cut: float) -> Numbers:
    """Group number of each row: the heaviest bond first, bonds between groups added up."""
    bonds: dict[int, dict[int, float]] = {}
    for a, b, w in zip(left.tolist(), right.tolist(), weights.tolist(), strict=True):
        bonds.setdefault(a, {})[b] = w - cut
        bonds.setdefault(b, {})[a] = w - cut
    label = list(range(size))
    members = {a: [a] for a in bonds}
    heap = [(-w, a, b) for a, of in bonds.items() for b, w in of.items() if a < b and w > 0]
    heapq.heapify(heap)
    while heap:
        w, a, b = heapq.heappop(heap)
        if a not in bonds or b not in bonds or bonds[a].get(b) != -w:
            continue
        if len(members[a]) < len(members[b]):
            a, b = b, a
        _join(bonds, members, a, b, heap)
    for a, of_a in members.items():
        for row in of_a:
            label[row] = a
    return np.array(label)


def chains(left: Numbers, right: Numbers, weights: Numbers) -> dict[tuple[int, int], float]:
    """For every two rows that bonds connect, the weakest bond on the strongest chain between them."""
    members: dict[int, list[int]] = {}
    of: dict[int, int] = {}
    found: dict[tuple[int, int], float] = {}
    for at in np.lexsort((right, left, -weights)).tolist():
        a, b = int(left[at]), int(right[at])
        x, y = of.setdefault(a, a), of.setdefault(b, b)
        if x == y:
            continue
        first, second = members.setdefault(x, [x]), members.pop(y, [y])
        for one in first:
            for other in second:
                found[min(one, other), max(one, other)] = float(weights[at])
        first += second
        of |= dict.fromkeys(second, x)
    return found


def _join(
    bonds: dict[int, dict[int, float]], members: dict[int, list[int]], a: int, b: int,
    heap: list[tuple[float, int, int]],
) -> None:  # fmt: skip
    """Move b into a; bonds to others add up, an unseen bond counts as APART for each pair of rows."""
    of_a, of_b = bonds[a], bonds.pop(b)
    moved = members.pop(b)
    size_a, size_b = len(members[a]), len(moved)
    del of_a[b], of_b[a]
    for c in of_a.keys() | of_b.keys():
        size_c = len(members[c])
        total = of_a.get(c, APART * size_a * size_c) + of_b.get(c, APART * size_b * size_c)
        of_a[c] = bonds[c][a] = total
        bonds[c].pop(b, None)
        if total > 0:
            heapq.heappush(heap, (-total, min(a, c), max(a, c)))
    members[a].extend(moved)
