"""Identifiers."""

from __future__ import annotations

from uuid import uuid5

from muster.core.ids import ALPHABET, SPACE, derive_id, deriving, new_id, short_code


def test_new_ids_are_ordered_by_time() -> None:
    made = [new_id() for _ in range(1_000)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_derived_ids_are_the_same_everywhere_and_differ_by_every_part() -> None:
    assert str(derive_id("a", 1)) == str(derive_id("a", 1))
    assert len({derive_id("a", "b"), derive_id("ab"), derive_id("b", "a"), derive_id("a", "b", "")}) == 4
    assert derive_id("a", 1) == deriving("a")(1) == uuid5(SPACE, "a\x1f1")
    assert hash(derive_id("a", 1)) == hash(uuid5(SPACE, "a\x1f1"))


def test_short_codes_can_be_said_and_one_wrong_character_shows() -> None:
    code = short_code(derive_id("x"))
    assert len(code) == 6
    assert set(code) <= set(ALPHABET)
