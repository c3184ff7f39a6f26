"""Templates, fitness and membership as pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from muster.domain.responders.rules import (
    Declared,
    Membership,
    Template,
    fits_template,
    is_member,
    limits_at,
    read_template,
)

NOW = datetime(2022, 2, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("1+3+N", Template(1, 3, None)),
        ("1＋3＋n", Template(1, 3, None)),
        (" 1 + 3 + 5", Template(1, 3, 5)),
        ("1+N", None),
    ],
)
def test_templates_are_read(text: str, template: Template | None) -> None:
    assert read_template(text) == template


def test_a_counted_template_wants_exactly_its_partners() -> None:
    assert fits_template(Template(1, 3, 2), 3, 2)
    assert not fits_template(Template(1, 3, 2), 3, 3)
    assert fits_template(Template(1, 3, None), 3, 0)


def test_fitness_does_not_depend_on_the_order_of_declarations() -> None:
    declared = [
        Declared(NOW, "a", ["night"]),
        Declared(NOW, "b", ["cold"]),
        Declared(NOW - HOUR, "c", ["standing"]),
    ]
    assert {limits_at(order, NOW + HOUR) for order in permutations(declared)} == {frozenset({"cold"})}


def test_a_declaration_without_limits_lifts_all() -> None:
    assert (
        limits_at([Declared(NOW, "a", ["night"]), Declared(NOW + HOUR, "b", [])], NOW + HOUR) == frozenset()
    )


def test_a_member_who_left_is_none() -> None:
    joined = Membership(NOW, "a", NOW)
    left = Membership(NOW + HOUR, "b", NOW, NOW + HOUR)
    assert is_member([joined], NOW + HOUR)
    assert not is_member([left, joined], NOW + HOUR)
    assert not is_member([], NOW)
