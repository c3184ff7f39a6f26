"""recordlinkage as its guide has it: blocking on three keys, Jaro-Winkler above .85, the ECM classifier."""

from __future__ import annotations

import warnings
from typing import Any

Pairs = set[tuple[str, str]]


def link(left: Any, right: Any, kinds: dict[str, str], key: str) -> Pairs:
    """Link two pandas frames with the same column names, or one with itself."""
    import recordlinkage

    warnings.simplefilter("ignore")
    frames = [one.set_index(key) for one in (left, right) if one is not None]
    index = recordlinkage.Index()
    for name, kind in kinds.items():
        if kind in ("name", "date", "id", "phone"):
            index.block(name)
    candidates = index.index(*frames)
    compare = recordlinkage.Compare()
    for name, kind in kinds.items():
        if kind in ("name", "address", "text"):
            compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
        else:
            compare.exact(name, name, label=name)
    features = compare.compute(candidates, *frames)
    found = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    return {(str(a), str(b)) for a, b in found}
