"""What may not be stored in any text cell, and the cheap clean-ups every normaliser shares."""

import re
import unicodedata

# Bidirectional controls, zero-width characters, other controls and noncharacters. Variation
# selectors are allowed: they tell rare Han forms apart.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
)
_CONTROL = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(p * 65536 + 0xFFFE)}-{chr(p * 65536 + 0xFFFF)}" for p in range(1, 17)
)
_SUSPECT = re.compile(f"[{_BIDI}{_INVISIBLE}{_CONTROL}{_NONCHARACTERS}\ufffd]")
_BIDI_RE = re.compile(f"[{_BIDI}]")
_INVISIBLE_RE = re.compile(f"[{_INVISIBLE}]")
INVISIBLE = re.compile(f"[{_INVISIBLE}{_BIDI}\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_WRAPPED = re.compile(r'^="(.*)"$')
MAX_CHARS = 2_000


def problem_of(text: str) -> str | None:
    """The code of what forbids storing this text, or None."""
    found = _SUSPECT.search(text)
    if found is None:
        return None
    letter = found.group()
    if letter == "\0":
        return "text.nul"
    if letter == "\ufffd":
        return "text.replacement"
    if _BIDI_RE.match(letter):
        return "text.bidi"
    return "text.zero_width" if _INVISIBLE_RE.match(letter) else "text.control"


def text(cell: str) -> tuple[str | None, str | None]:
    """Free text: the outer blanks go, the inside is kept exactly or refused."""
    value = cell.strip()
    if len(value) > MAX_CHARS:
        return None, "text.too_long"
    problem = problem_of(value)
    return (None, problem) if problem else (value, None)


def number_text(cell: str) -> str:
    """A number typed as text: half-width, upper case, without the wrappings exports put round it."""
    value = cell.strip()
    if not value.isascii():
        value = unicodedata.normalize("NFKC", INVISIBLE.sub("", value)).strip()
        value = "".join(str(unicodedata.decimal(letter, letter)) for letter in value)
    wrapped = _WRAPPED.match(value)
    if wrapped:
        value = wrapped.group(1)
    return value.strip("'`’ \t").upper()
