"""The documents say what the program does: nothing undocumented, nothing out of date, no link into the void."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from muster.core.errors import Refusal
from muster.fieldapp.commands import COMMANDS
from muster.reports.figures import catalogue

HOUSE = Path(__file__).resolve().parents[2]
DOCS = HOUSE / "docs"
TOP = ("README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(HOUSE / name for name in TOP), *sorted(DOCS.rglob("*.md"))]
# A target in brackets after a text, or an image; code spans and fences are taken away before.
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def generator() -> ModuleType:
    """docs/make_reference.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The generator, loaded once."""
    return generator()


@pytest.mark.parametrize("name", ["reference/commands.md", "reference/refusals.md", "data.md"])
def test_generated_pages_are_up_to_date(reference: ModuleType, name: str) -> None:
    """`python docs/make_reference.py` would change nothing."""
    assert (DOCS / name).read_text(encoding="utf-8") == reference.PAGES[name](), (
        "run python docs/make_reference.py"
    )


def test_every_refusal_is_documented(reference: ModuleType) -> None:
    """Every subclass of Refusal stands in the page, with both its texts not empty."""
    page = (DOCS / "reference" / "refusals.md").read_text(encoding="utf-8")
    listed: list[type[Refusal]] = reference.all_refusals()
    assert len(listed) > 30
    for refusal in listed:
        assert f"| `{refusal.code}` |" in page
        assert refusal.texts["zh"]
        assert refusal.texts["en"]


def test_every_command_is_documented_and_of_one_kind(reference: ModuleType) -> None:
    """A heading for each command; claims and observations name commands that exist, and none is both."""
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"### `{name}`\n" not in page] == []
    assert set(COMMANDS) >= reference.CLAIMS | reference.OBSERVATIONS
    assert not reference.CLAIMS & reference.OBSERVATIONS


def test_every_command_asks_for_a_right(reference: ModuleType) -> None:
    """Keeping an item and giving it back need only to hold it; everything else asks."""
    without = {name for name, (_, action) in COMMANDS.items() if not reference.rights_of(action)}
    assert without <= {"hold_item", "release_item"}


def test_every_figure_is_documented() -> None:
    """Each code of the catalogue stands in the table of figures."""
    page = (DOCS / "reference" / "figures.md").read_text(encoding="utf-8")
    codes = [figure.code for figure in catalogue.FIGURES]
    assert codes
    assert [code for code in codes if f"| `{code}` |" not in page] == []


def test_pictures_that_exist_are_in_the_guide(reference: ModuleType) -> None:
    """Every page shows the pictures there are, in its language, and asks only for pictures on the list."""
    names = {
        line for line in (DOCS / "guide" / "screens.txt").read_text().splitlines() if not line.startswith("#")
    }
    asked = set()
    for page in reference.guide():
        text = page.read_text(encoding="utf-8")
        assert text == reference.pictured(page), "run python docs/make_reference.py"
        asked |= {found[1] for found in reference.PLACE.finditer(text)}
    assert asked == names


def test_the_guide_has_the_same_pages_in_both_languages() -> None:
    """A role that is described in one language is described in the other."""
    chinese, english = (
        {page.name for page in (DOCS / "guide" / language).glob("*.md")} for language in ("zh", "en")
    )
    assert chinese == english
    assert len(chinese) > 8


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    """0001, 0002, …; each half a page or so, and each in the index."""
    files = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md")
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert f"({path.name})" in index
        assert text.startswith(f"# {path.name[:4]} ")
        assert len(text.splitlines()) < 40


def links(page: Path) -> list[str]:
    """Relative targets on a page, without their anchors."""
    text = re.sub(
        r"^( *)(```|~~~).*?^\1\2", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    targets = LINK.findall(re.sub(r"`[^`\n]*`", "", text))
    plain = [
        unquote(target.split("#")[0])
        for target in targets
        if "://" not in target and not target.startswith("mailto:")
    ]
    return [target for target in plain if target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_no_link_leads_nowhere(page: Path) -> None:
    """Every relative link of every document names a file of the checkout."""
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_both_readmes_name_both_commands() -> None:
    """The two commands and the picture stand in both."""
    for name in ("README.md", "README.zh-CN.md"):
        text = (HOUSE / name).read_text(encoding="utf-8")
        assert "$ make demo\n$ make test\n" in text
        assert "docs/images/loop" in text


def test_every_folder_has_its_sentence() -> None:
    """CONTRIBUTING has a line for each package two levels deep."""
    page = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    packages = [
        path.parent
        for path in (*HOUSE.glob("muster/*/__init__.py"), *HOUSE.glob("muster/domain/*/__init__.py"))
    ]
    named = [path.relative_to(HOUSE).as_posix() for path in packages if path.name != "domain"]
    assert [name for name in named if f"| `{name}` |" not in page] == []
