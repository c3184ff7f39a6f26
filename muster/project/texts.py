"""Catalogues in pure Python: compile the .po pieces, and find texts without a translation.

Msgids are the English texts. Chinese is kept in pieces, `muster/locale/zh_Hans/<piece>.po`, one per screen
module or package (`commandpost-worklist.po`, `core.po`), so that people do not edit the same file. A piece needs
no header and no locations: only `msgid` / `msgstr` pairs (`msgid_plural` with one `msgstr[0]`, `msgctxt` when a
word has two meanings). The same msgid may stand in several pieces when the translation is the same. All pieces
are merged into `LC_MESSAGES/django.mo`, which is built at set-up time and never committed. No gettext binary.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

from muster.fieldapp import catalogue as phone_texts

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "zh_Hans"
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"

_LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(((?:\s*{_LITERAL}\s*,?)+)")
_NAMES = {"_": "gettext"} | {
    name + lazy: name
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for lazy in ("", "_lazy", "_noop")
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


@dataclass(frozen=True, order=True)
class Key:
    """What a catalogue is looked up by."""

    msgid: str
    context: str = ""
    plural: str = ""

    def stored(self) -> str:
        """The key in the form a .mo file stores."""
        text = f"{self.context}\x04{self.msgid}" if self.context else self.msgid
        return f"{text}\x00{self.plural}" if self.plural else text


@dataclass
class Entry:
    """One translation, with the piece it comes from."""

    key: Key
    text: str
    fuzzy: bool
    piece: str


class CatalogueError(ValueError):
    """A piece cannot be read, or two pieces disagree."""


def read_piece(path: Path) -> list[Entry]:
    """The entries of one .po file, its header (empty msgid) left out."""
    entries = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").replace("\r\n", "\n")):
        fields, fuzzy = _fields(block, path)
        if not fields.get("msgid"):
            continue
        key = Key(fields["msgid"], fields.get("msgctxt", ""), fields.get("msgid_plural", ""))
        text = fields.get("msgstr[0]" if key.plural else "msgstr", "")
        entries.append(Entry(key, text, fuzzy, path.name))
    return entries


def _fields(block: str, path: Path) -> tuple[dict[str, str], bool]:
    """The keyword → text pairs of one entry, and whether it is marked fuzzy."""
    fields: dict[str, str] = {}
    fuzzy, keyword = False, ""
    for line in block.splitlines():
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        found = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?(".*")\s*', line.strip())
        if found is None or not (found[1] or keyword):
            raise CatalogueError(f"{path.name}: cannot read the line {line!r}")
        if found[1] and found[1] in fields:
            raise CatalogueError(
                f"{path.name}: {found[1]} twice in one entry; leave an empty line before {line!r}"
            )
        keyword = found[1] or keyword
        fields[keyword] = fields.get(keyword, "") + ast.literal_eval(found[2])
    return fields, fuzzy


def catalogue(root: Path = ROOT) -> dict[Key, Entry]:
    """All pieces merged; two pieces that translate the same text differently are an error."""
    merged: dict[Key, Entry] = {}
    for path in sorted((root / "locale" / LANGUAGE).glob("*.po")):
        for entry in read_piece(path):
            known = merged.setdefault(entry.key, entry)
            if known.text != entry.text:
                raise CatalogueError(
                    f"{entry.key.msgid!r} is {known.text!r} in {known.piece} and {entry.text!r} in {entry.piece}"
                )
    return merged


def compile_catalogues(root: Path = ROOT) -> Path:
    """Write `LC_MESSAGES/django.mo` from all pieces; fuzzy and empty entries stay out."""
    texts = {"": HEADER}
    texts |= {e.key.stored(): e.text for e in catalogue(root).values() if e.text and not e.fuzzy}
    target = root / "locale" / LANGUAGE / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    unready = target.with_suffix(".tmp")
    unready.write_bytes(_mo(texts))
    unready.replace(target)
    return target


def _mo(texts: dict[str, str]) -> bytes:
    """The binary form: header, table of keys, table of texts, the strings, each ended by NUL."""
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    tables_end = 28 + 16 * len(pairs)
    body, keys, values = b"", b"", b""
    for table in (0, 1):
        for pair in pairs:
            place = struct.pack("<II", len(pair[table]), tables_end + len(body))
            if table == 0:
                keys += place
            else:
                values += place
            body += pair[table] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, tables_end)
    return head + keys + values + body


def used(root: Path = ROOT) -> dict[Key, str]:
    """Every text the templates and the Python files ask a translation for, with the file that does."""
    found: dict[Key, str] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in (".html", ".txt") and "templates" in path.parts:
            keys = _in_template(path.read_text(encoding="utf-8"))
        elif path.suffix == ".py":
            keys = _in_python(path.read_text(encoding="utf-8"))
        elif path.suffix == ".js" and "field" in path.parts and "vendor" not in path.parts:
            keys = (Key(text) for text in phone_texts.texts_of(path.read_text(encoding="utf-8")))
        else:
            continue
        for key in keys:
            found.setdefault(key, path.relative_to(root).as_posix())
    return found


def _in_template(source: str) -> Iterator[Key]:
    for name, literals in _CALL.findall(templatize(source)):
        yield _key(_NAMES[name], list(ast.literal_eval(f"({literals.rstrip().rstrip(',')},)")))


def _in_python(source: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in _NAMES:
            continue
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if texts:
            yield _key(_NAMES[called], texts)


def _key(name: str, texts: list[str]) -> Key:
    context = texts.pop(0) if "pgettext" in name else ""
    return Key(texts[0], context, texts[1] if name.startswith("n") else "")


def missing(root: Path = ROOT) -> list[str]:
    """What keeps the Chinese from being complete, one plain sentence each."""
    texts, faults = catalogue(root), []
    for key, where in sorted(used(root).items()):
        entry = texts.get(key)
        if entry is None or not entry.text:
            faults.append(f"{where}: no Chinese for {key.msgid!r}")
        elif entry.fuzzy:
            faults.append(f"{entry.piece}: still fuzzy: {key.msgid!r}")
        elif not _placeholders(entry.text) <= _placeholders(key.msgid + key.plural):
            faults.append(f"{entry.piece}: other placeholders than in English: {key.msgid!r}")
    return faults


def _placeholders(text: str) -> set[str]:
    return {"".join(found) for found in _PLACEHOLDER.findall(text)}


def unused(root: Path = ROOT) -> list[str]:
    """Translations nobody asks for: a warning only, since a msgid may be built at run time."""
    asked = used(root)
    return sorted(
        f"{e.piece}: not used: {key.msgid!r}" for key, e in catalogue(root).items() if key not in asked
    )


def main() -> int:
    """Say what is missing; `make check` fails on it."""
    for line in unused():
        print(f"warning: {line}")
    faults = missing()
    for line in faults:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
