"""Published against derived."""

from __future__ import annotations

from datetime import date

import pytest

from muster.reports.reconciliation import Published, reconcile


@pytest.mark.parametrize(
    ("relation", "published", "derived", "status"),
    [
        ("exact", 88, 88, "agrees"), ("exact", 88, 87, "wrong"), ("exact", 88, 0, "missing"),
        ("exact", 88, None, "missing"),
        ("at_least", 6000, 6000, "bound_met"), ("at_least", 6000, 7011, "bound_met"), ("at_least", 6000, 5999, "wrong"),
        ("about", 300, 304, "agrees"), ("about", 300, 330, "agrees"), ("about", 300, 270, "agrees"),
        ("about", 300, 331, "wrong"), ("about", 300, 269, "wrong"), ("conflict", 300, 0, "missing"),
    ],
)  # fmt: skip
def test_each_relation_is_judged(relation: str, published: int, derived: int | None, status: str) -> None:
    found = reconcile(Published(ref="X", value=published, relation=relation), derived)
    assert found.status == status
    assert found.explanation.zh
    assert found.explanation.en


def test_a_total_that_does_not_follow_from_its_parts_is_explained() -> None:
    said = Published(
        ref="G10", value=300, relation="conflict", parts=(50, 100), printed_date=date(2022, 12, 18),
        plain_date=date(2022, 2, 18),
    )  # fmt: skip
    found = reconcile(said, 150, [100, 50])
    assert found.status == "conflict_reported"
    assert "50+100=150" in found.explanation.zh
    assert "12-18" in found.explanation.en
    assert "02-18" in found.explanation.en
    assert reconcile(said, 300).status == "wrong"
    assert reconcile(said, 140).status == "wrong"


def test_a_total_whose_parts_do_add_up_is_no_conflict() -> None:
    assert (
        reconcile(Published(ref="G10", value=150, relation="conflict", parts=(50, 100)), 150).status
        == "agrees"
    )


def test_an_unknown_relation_is_a_bug() -> None:
    with pytest.raises(ValueError):
        reconcile(Published(ref="X", value=1, relation="perhaps"), 1)
