"""Every code that can be answered has its text in both languages, and no text is left over."""

import re
from pathlib import Path

from muster.interop.tables import texts

CODE = re.compile(r'"((?:tables|row|text|name|document|phone|date|birth_date|sex|door)\.[a-z_0-9]+)"')


def test_codes_and_texts_are_the_same_set() -> None:
    folder = Path(texts.__file__).parent
    sources = [path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "texts.py"]
    assert {code for source in sources for code in CODE.findall(source)} == set(texts.TEXTS)
    assert all(zh and en for zh, en in texts.TEXTS.values())
