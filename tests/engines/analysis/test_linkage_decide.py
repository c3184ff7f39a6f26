"""From weights to people: consistent groups, and of two rivals the nearer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from muster.engines.analysis.linkage.decide import join

BONDS = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-9, 9).filter(lambda w: abs(w) > 0.01), max_size=25,
)  # fmt: skip


def _join(bonds: dict[tuple[int, int], float], cut: float = 0.0) -> dict[tuple[int, int], float]:
    ends = np.array(list(bonds), dtype=np.int64).reshape(-1, 2)
    return join(ends[:, 0], ends[:, 1], np.array(list(bonds.values())), cut)


@given(BONDS, st.floats(0, 3))
def test_groups_are_consistent(bonds: dict[tuple[int, int], float], cut: float) -> None:
    """If a goes with b and b with c, a goes with c; no step was below the cut."""
    found = _join(bonds, cut)
    both = found.keys() | {(b, a) for a, b in found}
    assert all((a, d) in both for a, b in both for c, d in both if b == c and a != d)
    assert all(weight > cut for weight in found.values())


@given(BONDS)
def test_order_does_not_matter(bonds: dict[tuple[int, int], float]) -> None:
    """The same bonds listed backwards make the same groups."""
    distinct = {pair: weight + at * 1e-6 for at, (pair, weight) in enumerate(sorted(bonds.items()))}
    assert _join(distinct).keys() == _join(dict(reversed(distinct.items()))).keys()


def test_of_two_twins_the_nearer() -> None:
    """Row 2 resembles both 0 and 1, which are surely not one person."""
    assert _join({(0, 2): 8.0, (1, 2): 3.0, (0, 1): -7.0}).keys() == {(0, 2)}


def test_three_speak_for_what_one_denies() -> None:
    """A row joins a group that agrees with it on the whole."""
    assert len(_join({(0, 1): 9.0, (0, 2): 9.0, (1, 2): 9.0, (0, 3): 2.0, (1, 3): 2.0, (2, 3): -1.0})) == 6
