"""Who is the same person in two tables, or twice in one: without labels, with the reason for each pair.

`link_frames(left, right, spec)` takes columns of text and gives pairs with probability and explanation;
`spec.read` checks a spec, `tables.read` reads a file. See docs/algorithms.md.
"""

from muster.engines.analysis.linkage.explaining import Pair, Part
from muster.engines.analysis.linkage.linking import Linked, Options, link_frames
from muster.engines.analysis.linkage.spec import Column, Spec

__all__ = ["Column", "Linked", "Options", "Pair", "Part", "Spec", "link_frames"]
