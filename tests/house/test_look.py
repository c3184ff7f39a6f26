"""Templates stay within the content policy, and every colour pair is readable in both themes."""

import re
from pathlib import Path

import pytest

MUSTER = Path(__file__).resolve().parents[2] / "muster"
TOKENS = (MUSTER / "commandpost" / "static" / "commandpost" / "tokens.css").read_text(encoding="utf-8")
TEMPLATES = sorted((MUSTER / "commandpost" / "templates").rglob("*.html"))
SURFACES = ("sheet", "paper", "raised", "accent-soft")
INKS = ("ink", "ink-2", "accent", "open", "doing", "done", "absent", "refused", "late", "blocked", "ring")
PAIRS = [
    *((ink, surface) for ink in INKS for surface in SURFACES),
    ("accent-ink", "accent"),
    *(("on-state", state) for state in ("done", "refused")),
    *((f"{zone}-ink", zone) for zone in ("sealed", "controlled", "precaution", "training")),
    ("sheet", "ink"),
]


def _colours(theme: str) -> dict[str, str]:
    day, night = TOKENS.split(':root[data-theme="night"]')
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", day))
    if theme == "night":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", night))
    return found


def _luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[i : i + 2]) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["day", "night"])
def test_every_pair_of_ink_and_ground_has_a_contrast_of_four_and_a_half(theme: str) -> None:
    colours = _colours(theme)
    weak = {pair: ratio for pair in PAIRS if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert weak == {}


def test_the_night_has_no_pure_white_and_no_pure_black() -> None:
    assert not {"#ffffff", "#000000"} & set(_colours("night").values())


def test_templates_hold_no_inline_style_or_script() -> None:
    inline = re.compile(r"""\sstyle\s*=|<style|\son\w+\s*=\s*["']|hx-on|javascript:|<script(?![^>]*\bsrc=)""")
    guilty = [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]
    assert guilty == []


def test_no_form_writes_what_names_a_person_into_an_address() -> None:
    """Addresses stay in histories and logs. Names of accounts are no names of people."""
    ours = [*TEMPLATES, *sorted((MUSTER / "public" / "templates").rglob("*.html"))]
    by_address = re.compile(r"""<form\b(?![^>]*method="(?:post|dialog)").*?</form>""", re.S)
    person = re.compile(
        r"""<(?:input|textarea)\b(?![^>]*type="hidden")[^>]*\sname="(words|name|document|phone|note)\""""
    )
    guilty = {
        (path.name, field)
        for path in ours
        for form in by_address.findall(path.read_text(encoding="utf-8"))
        for field in person.findall(form)
    }
    assert guilty == {("accounts.html", "name")}


def test_no_page_loads_anything_from_elsewhere() -> None:
    sources = [*TEMPLATES, *(MUSTER / "commandpost" / "static" / "commandpost").glob("*")]
    remote = re.compile(r"""(?:src|href|url|import|from)\s*[=(]?\s*["'(]?\s*(?:https?:)?//""")
    guilty = [path.name for path in sources if remote.search(path.read_text(encoding="utf-8"))]
    assert guilty == []


def test_comments_in_templates_end_on_their_line() -> None:
    """Django prints a {# … #} that spans lines."""
    spanning = re.compile(r"\{#(?:(?!#\}).)*$", re.MULTILINE)
    guilty = [path.name for path in TEMPLATES if spanning.search(path.read_text(encoding="utf-8"))]
    assert guilty == []
