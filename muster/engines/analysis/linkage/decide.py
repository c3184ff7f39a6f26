"""From weights of pairs to people: groups of rows are joined as long as the evidence between them is positive."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]

APART = -6.0  # log odds of two rows that were never compared, because they share no key


def join(left: Numbers, right: Numbers, weights: Numbers, cut: float) -> dict[tuple[int, int], float]:
    """All pairs of rows that end up together, with the log odds of the step that joined them.

    The heaviest bond goes first; bonds between two groups add up, so a row that one member speaks against and three
    speak for is taken in, and of two twins only the nearer. Greedy additive edge contraction, O(bonds · log bonds).
    """
    bonds: dict[int, dict[int, float]] = {}
    for a, b, weight in zip(left.tolist(), right.tolist(), weights.tolist(), strict=True):
        bonds.setdefault(a, {})[b] = weight
        bonds.setdefault(b, {})[a] = weight
    members = {a: [a] for a in bonds}
    heap = [(-w, a, b) for a, of in bonds.items() for b, w in of.items() if a < b and w > cut]
    heapq.heapify(heap)
    found: dict[tuple[int, int], float] = {}
    while heap:
        heavy, a, b = heapq.heappop(heap)
        if a not in bonds or b not in bonds or bonds[a].get(b) != -heavy:
            continue  # one of them was moved meanwhile
        if len(bonds[a]) < len(bonds[b]):
            a, b = b, a
        for one in members[a]:
            for other in members[b]:
                found[min(one, other), max(one, other)] = -heavy
        for c, total in _move(bonds, members, a, b):
            if total > cut:
                heapq.heappush(heap, (-total, min(a, c), max(a, c)))
    return found


def _move(
    bonds: dict[int, dict[int, float]], members: dict[int, list[int]], a: int, b: int
) -> list[tuple[int, float]]:
    """Move b into a; the bonds of a that changed."""
    of_a, of_b = bonds[a], bonds.pop(b)
    moved = members.pop(b)
    size_a, size_b = len(members[a]), len(moved)
    del of_a[b], of_b[a]
    changed = []
    for c in of_a.keys() | of_b.keys():
        size_c = len(members[c])
        total = of_a.get(c, APART * size_a * size_c) + of_b.get(c, APART * size_b * size_c)
        of_a[c] = bonds[c][a] = total = round(total, 9)
        bonds[c].pop(b, None)
        changed.append((c, total))
    members[a].extend(moved)
    return sorted(changed)
