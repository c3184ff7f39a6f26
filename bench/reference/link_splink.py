"""Splink as its tutorial has it: comparisons of its library by kind, plain blocking rules, EM; nothing tuned.

Returns the pairs above one half, and the pairs of the clusters at one half.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from itertools import combinations
from typing import Any

Pairs = set[tuple[str, str]]


def link(left: Any, right: Any, kinds: dict[str, str], key: str, seed: int) -> tuple[Pairs, Pairs]:
    """Link two pandas frames with the same column names, or one with itself."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api = DuckDBAPI()
    frames = [left] if right is None else [left, right]
    tables = [api.register(one, dataset_display_name=f"t{at}") for at, one in enumerate(frames)]
    rules = _rules(kinds)
    settings = SettingsCreator(
        link_type="dedupe_only" if right is None else "link_only",
        unique_id_column_name=key,
        comparisons=[_comparison(name, kind) for name, kind in kinds.items()],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules[2:]],
    )
    linker = Linker(tables[0] if right is None else tables, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on(*rules[0])], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    for rule in rules[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    found = predicted.as_pandas_dataframe()  # type: ignore[no-untyped-call]
    pairs = set(zip(found[f"{key}_l"], found[f"{key}_r"], strict=True))
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=0.5
    )
    return pairs, _together(clusters.as_pandas_dataframe(), key)  # type: ignore[no-untyped-call]


def _comparison(name: str, kind: str) -> Any:
    import splink.comparison_library as cl

    if kind == "name":
        return cl.NameComparison(name)
    if kind == "date":
        return cl.DateOfBirthComparison(name, input_is_string=True, datetime_format="%Y%m%d")
    if kind == "text":
        return cl.ExactMatch(name).configure(term_frequency_adjustments=True)
    return cl.LevenshteinAtThresholds(name, 2)


def _rules(kinds: dict[str, str]) -> list[tuple[str, ...]]:
    """To train: names together, the day. To find: each name, day, number, telephone, and the last column."""
    names = [name for name, kind in kinds.items() if kind == "name"]
    days = [name for name, kind in kinds.items() if kind == "date"]
    single = [name for name, kind in kinds.items() if kind in ("name", "date", "id", "phone")]
    return [tuple(names), tuple(days), *((one,) for one in dict.fromkeys([*single, list(kinds)[-1]]))]


def _together(clusters: Any, key: str) -> Pairs:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    source = clusters["source_dataset"] if "source_dataset" in clusters else [""] * len(clusters)
    for cluster, table, one in zip(clusters["cluster_id"], source, clusters[key], strict=True):
        groups[cluster].append((table, one))
    return {
        (a, b)
        for group in groups.values()
        for (s, a), (t, b) in combinations(sorted(group), 2)
        if s != t or not s
    }
