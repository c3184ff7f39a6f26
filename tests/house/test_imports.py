"""The import rules hold, and breaking one is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def lint(where: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def test_imports_go_down_never_sideways() -> None:
    done = lint(HOUSE)
    assert done.returncode == 0, done.stdout[-4000:]


def test_an_upward_import_is_named(tmp_path: Path) -> None:
    for package in ("muster", "drill"):
        only_python = shutil.ignore_patterns(
            "static", "templates", "locale", "scenarios", "packs", "__pycache__"
        )
        shutil.copytree(HOUSE / package, tmp_path / package, ignore=only_python)
    shutil.copy(HOUSE / ".importlinter", tmp_path)
    (tmp_path / "muster/core/planted.py").write_text("from muster.project import provision\n")
    (tmp_path / "muster/protocols/planted.py").write_text("import django\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "Top imports down, never sideways BROKEN" in done.stdout
    assert "Protocols and engines know no Django, not even through others BROKEN" in done.stdout
