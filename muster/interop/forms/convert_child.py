"""Run as a script in a process of its own: an XLSForm on stdin, one msgpack answer on stdout.

Imports nothing of muster (`python -I`). Arguments: the kind of file (`.xlsx`), the name to use when the form
has none, the version to stamp when it has none.
"""

import hashlib
import io
import resource
import sys
import zipfile
from typing import Any

import msgspec
from pyxform.errors import PyXFormError  # type: ignore[import-untyped]
from pyxform.xls2xform import convert  # type: ignore[import-untyped]

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_UNPACKED = 100 * 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024
MAX_QUESTIONS = 2_000
PLAIN = ("group", "repeat", "loop")


class Refused(Exception):
    """Carries the code of a refusal to the answer."""


def limit() -> None:
    """Bound memory, processor time and files before a single byte is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))  # the converter writes one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_zip(data: bytes) -> None:
    """Count what an archive really unpacks; refuse document types, which could name other files."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                while piece := stream.read(1 << 16):
                    total += len(piece)
                    if total > MAX_UNPACKED or b"<!DOCTYPE" in piece:
                        raise Refused("forms.hostile")


def label_of(element: dict[str, Any]) -> str:
    """The label in the form's first language."""
    label = element.get("label") or ""
    return str(next(iter(label.values()), "") if isinstance(label, dict) else label)[:200]


def questions(children: list[dict[str, Any]], above: str, repeat: str) -> list[dict[str, str]]:
    """Every question with its path, and the repeat it stands in."""
    found: list[dict[str, str]] = []
    for one in children:
        kind, path = str(one.get("type", "")), f"{above}/{one.get('name', '')}"
        if one.get("name") == "meta":
            continue
        if kind in PLAIN or "children" in one:
            inner = path if kind == "repeat" else repeat
            if kind == "repeat":
                found.append({"path": path, "label": label_of(one), "kind": "repeat", "repeat": repeat})
            found += questions(one.get("children", []), path, inner)
        elif kind != "note":
            found.append({"path": path, "label": label_of(one), "kind": kind, "repeat": repeat})
    return found


def answer(data: bytes, kind: str, name: str, stamp: str) -> dict[str, Any]:
    """The XForm with what the desk shows of it."""
    if kind == ".xlsx":
        check_zip(data)
    warnings: list[str] = []
    made = convert(data, form_name="data", warnings=warnings, file_type=kind)
    survey, said = made._survey, made._pyxform
    if said.get("public_key"):
        raise Refused("forms.encrypted")
    xform = made.xform
    if survey.id_string == "data" or not survey.version:
        survey.version = survey.version or stamp
        if survey.id_string == "data":
            survey.id_string = survey.title = name
        xform = survey.to_xml(validate=False, pretty_print=False, warnings=[], enketo=False)
    asked = questions(said["children"], "/data", "")
    if not asked or len(asked) > MAX_QUESTIONS:
        raise Refused("forms.empty" if not asked else "forms.too_large")
    return {
        "code": str(survey.id_string),
        "title": str(survey.title),
        "version": str(survey.version),
        "xform": xform,
        "itemsets": made.itemsets or "",
        "questions": asked,
        "warnings": warnings[:50],
    }


def main() -> None:
    """Answer one form."""
    limit()
    result: dict[str, Any]
    data = sys.stdin.buffer.read()
    stamp = hashlib.sha256(data).hexdigest()[:10]
    try:
        result = {"draft": answer(data, sys.argv[1], sys.argv[2], stamp)}
    except Refused as refused:
        result = {"code": str(refused)}
    except PyXFormError as error:
        result = {"code": "forms.faulty", "problem": str(error)[:600]}
    except zipfile.BadZipFile:
        result = {"code": "forms.unreadable"}
    except MemoryError:
        result = {"code": "forms.too_large"}
    sys.stdout.buffer.write(msgspec.msgpack.encode(result))


if __name__ == "__main__":
    main()
