"""Sizes, names and contents of the files of this repository."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LONGEST_FILE = 400
LONGEST_FUNCTION = 45
VAGUE = {"utils", "common", "helpers", "services", "api"}
# Written apart, so that this file does not name them.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted",
    "npm" + "js",
    "un" + "pkg.com",
    "js" + "delivr",
    "crates" + ".io",
]
PRIVATE_PATH = re.compile(r"(?<![\w.~-])/(?:root|home/[a-z]\w*|Users/\w+)/")


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True)
    paths = (HOUSE / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Our own text files: what is vendored carries its makers' addresses."""
    for path in committed():
        if "vendor" not in path.parts:
            try:
                yield path.relative_to(HOUSE), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def sources() -> list[Path]:
    found = [
        path for package in ("muster", "drill", "bench") for path in sorted((HOUSE / package).rglob("*.py"))
    ]
    return [path for path in found if "migrations" not in path.parts]


def test_no_file_names_a_package_registry() -> None:
    named = [f"{path}: {host}" for path, text in texts() for host in HOSTS if host in text]
    assert not named


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    named = [f"{path}: {found[0]}" for path, text in texts() if (found := PRIVATE_PATH.search(text))]
    assert not named


def test_requirements_are_pinned_with_hashes() -> None:
    for path in sorted((HOUSE / "requirements").glob("*.txt")):
        for line in path.read_text().replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                assert re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), (
                    f"{path.name}: {line[:80]}"
                )


def test_no_package_has_a_vague_name() -> None:
    assert not [path for path in sources() if VAGUE & {*path.relative_to(HOUSE).parts, path.stem}]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_files_and_functions_stay_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip(), "a module needs a docstring"
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
