"""Keys and masks."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.access import Actor
from muster.core.vault import vault
from muster.domain.people import rules
from muster.domain.people.sealing import Clear, keys
from muster.interop.tables import values

SAME_NAMES = [
    ("王 伟", "王伟"),
    ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
    ("Ａｌｉ", "ali"),
    ("e\u0301va", "évA"),
    ("王\u200b芳", "王芳"),
]


@pytest.mark.parametrize(("one", "other"), SAME_NAMES)
def test_two_spellings_of_a_name_have_one_blind_index(
    in_scope: Actor, incident: UUID, one: str, other: str
) -> None:
    held = vault(incident)
    assert keys(held, Clear(name=one)).name == keys(held, Clear(name=other)).name
    assert keys(held, Clear(name=one)).name != keys(held, Clear(name=one + "X")).name
    assert keys(held, Clear(name=one)).document is None


@given(st.text(max_size=40))
def test_names_fold_as_they_do_in_files(name: str) -> None:
    assert rules.name_key(name) == values.match_key(name)


@pytest.mark.parametrize(
    "cell",
    ["13812341234", "+86 138-1234-1234", "008613812341234", "１３８１２３４１２３４", "86 13812341234"],
)
def test_a_mobile_has_one_key(cell: str) -> None:
    assert rules.phone_key(cell) == "+8613812341234"


@pytest.mark.parametrize("number", ["11010519491231002X", "440307199001010011", "H1234567801", "E12345678"])
def test_documents_have_the_key_they_have_in_files(number: str) -> None:
    read, _ = values.document(number)
    if read is not None:
        assert rules.document_key(number.lower()) == read.key
    assert rules.document_key(f" {number} ") == rules.document_key(number)


def test_an_old_number_is_the_new_one() -> None:
    assert rules.document_key("110105491231002") == "11010519491231002X"


@given(st.text(max_size=60))
def test_masks_never_show_the_whole(text: str) -> None:
    shown = text.strip()
    if len(shown) > 1:
        assert rules.mask_name(text) != shown or "*" in shown
    if len(shown) >= 1:
        assert "*" in rules.mask_document(text)
    assert len(rules.mask_phone("13812341234")) == 11
    assert rules.mask_document("４４０３０７１９９００１０１１２３Ｘ") == "440*************3X"
