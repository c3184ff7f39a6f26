"""Texts speak the reader's language."""

import pytest

from muster.protocols import Text


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "卡口"), ("ZH", "卡口"), ("en", "Gate"), ("fr", "Gate")]
)
def test_a_text_is_chinese_for_chinese_readers_and_english_for_others(language: str, said: str) -> None:
    assert Text("卡口", "Gate").in_language(language) == said
