"""The phone's texts: every `t("…")` of its modules, in the languages of the installation, from the same catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext, override

# t("text") or t('text'); a text is one literal, so that it can be found without running anything
_CALL = re.compile(r"""\bt\(\s*("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")


def texts_of(source: str) -> Iterable[str]:
    """The English texts a module asks for."""
    for literal in _CALL.findall(source):
        yield ast.literal_eval(literal)


def asked(root: Path) -> list[str]:
    """All texts of the modules below a folder, each once."""
    found: set[str] = set()
    for path in root.rglob("*.js"):
        if "vendor" not in path.parts:
            found.update(texts_of(path.read_text(encoding="utf-8")))
    return sorted(found)


def in_languages(root: Path) -> dict[str, dict[str, str]]:
    """Language code to {English text: text}; English needs none of its own."""
    texts = asked(root)
    found: dict[str, dict[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = {} if code == "en" else {text: gettext(text) for text in texts}
    return found
