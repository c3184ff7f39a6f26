"""Every text has its Chinese, and the checker that says so can fail."""

import gettext
import re
from pathlib import Path

import pytest

from muster.project import texts


def _tree(root: Path, template: str, *pieces: str) -> Path:
    (root / "templates").mkdir()
    (root / "templates" / "page.html").write_text("{% load i18n %}" + template, encoding="utf-8")
    folder = root / "locale" / texts.LANGUAGE
    folder.mkdir(parents=True)
    for number, piece in enumerate(pieces):
        (folder / f"piece-{number}.po").write_text(piece, encoding="utf-8")
    return root


def test_every_text_of_the_product_has_its_chinese() -> None:
    assert texts.missing() == []


# A number before a word in -s, where the number is never one, or the word is a verb.
NEVER_ONE = {
    "%(d)s days",  # with a decimal: 1.0 days
    "surveys of the last %(days)s days",
    "promised %(n)s times",
    "%(post)s lacks %(n)d from %(at)s",
    "%(area)s has not begun",
    "%(name)s is %(level)s.",
    "%(place)s sees this person for 30 days.",
    "%(title)s is offered to telephones now.",
    "Pass %(code)s is issued. Print it, or let it be photographed.",
    "This form is known already; version %(version)s is in the field now. What was filled in with it is still taken.",
    "Who of those who met case %(name)s is a contact?",
}


def test_the_desk_never_says_one_rows() -> None:
    counted = re.compile(r"%\(\w+\)[sd] \w+s\b")
    said = {key.msgid for key in texts.used() if not key.plural and counted.search(key.msgid)}
    assert said - NEVER_ONE == set(), "say it with ngettext, or so that one fits as well"


def test_an_untranslated_text_is_named_with_its_file(tmp_path: Path) -> None:
    root = _tree(tmp_path, '{% translate "Boots" %}', 'msgid "Gloves"\nmsgstr "手套"\n')
    assert texts.missing(root) == ["templates/page.html: no Chinese for 'Boots'"]
    assert texts.unused(root) == ["piece-0.po: not used: 'Gloves'"]


def test_a_fuzzy_text_counts_as_missing(tmp_path: Path) -> None:
    root = _tree(tmp_path, '{% translate "Boots" %}', '#, fuzzy\nmsgid "Boots"\nmsgstr "雨鞋"\n')
    assert texts.missing(root) == ["piece-0.po: still fuzzy: 'Boots'"]


def test_a_placeholder_that_english_does_not_have_is_refused(tmp_path: Path) -> None:
    piece = 'msgid "%(n)s boots"\nmsgstr "%(m)s 双雨鞋"\n'
    root = _tree(tmp_path, "{% blocktranslate %}{{ n }} boots{% endblocktranslate %}", piece)
    assert texts.missing(root) == ["piece-0.po: other placeholders than in English: '%(n)s boots'"]


def test_two_pieces_must_agree(tmp_path: Path) -> None:
    root = _tree(tmp_path, "", 'msgid "Boots"\nmsgstr "雨鞋"\n', 'msgid "Boots"\nmsgstr "靴子"\n')
    with pytest.raises(texts.CatalogueError, match=r"piece-0\.po and '靴子' in piece-1\.po"):
        texts.catalogue(root)


def test_a_line_that_is_no_entry_is_refused(tmp_path: Path) -> None:
    root = _tree(tmp_path, "", 'msgid "Boots\nmsgstr "雨鞋"\n')
    with pytest.raises(texts.CatalogueError, match="cannot read the line"):
        texts.catalogue(root)


def test_calls_in_python_are_found(tmp_path: Path) -> None:
    (tmp_path / "labels.py").write_text(
        'A = _("Boots")\nB = npgettext_lazy("stock", "pair", "pairs", 2)\nC = _(name)\n'
    )
    assert set(texts.used(tmp_path)) == {texts.Key("Boots"), texts.Key("pair", "stock", "pairs")}


def test_the_compiled_catalogue_is_read_by_gettext(tmp_path: Path) -> None:
    piece = (
        'msgid "Boots"\nmsgstr "雨"\n"鞋"\n\nmsgctxt "state"\nmsgid "open"\nmsgstr "待办"\n\n'
        'msgid "%(n)d pair"\nmsgid_plural "%(n)d pairs"\nmsgstr[0] "%(n)d 双"\n'
    )
    target = texts.compile_catalogues(_tree(tmp_path, "", piece))
    with target.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Boots") == "雨鞋"
    assert compiled.pgettext("state", "open") == "待办"
    assert compiled.ngettext("%(n)d pair", "%(n)d pairs", 5) == "%(n)d 双"
    assert compiled.gettext("Gloves") == "Gloves"
