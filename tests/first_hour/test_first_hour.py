"""Runs the commands of docs/first-hour.md in one shell, exactly as they are printed, and compares what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from muster.project import embedded

HOUSE = Path(__file__).resolve().parents[2]
PAGE = HOUSE / "docs" / "first-hour.md"
MARK = "@@first-hour@@"


@dataclass
class Step:
    """One command as printed, and the lines printed below it."""

    command: str
    says: list[str] = field(default_factory=list)


def printed(page: str) -> list[Step]:
    """The steps of all console fences. A here-document belongs to its command up to END."""
    steps: list[Step] = []
    for fence in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        is_inside = False
        for line in fence.splitlines():
            if is_inside:
                steps[-1].command += f"\n{line}"
                is_inside = line != "END"
            elif line.startswith("$ "):
                steps.append(Step(line[2:]))
                is_inside = line.endswith("<<'END'")
            else:
                steps[-1].says.append(line)
    return steps


def script(steps: list[Step]) -> str:
    """One bash script; the first command that fails ends it. A mark after each command says that it ended well."""
    lines = ["set -eu"]
    for number, step in enumerate(steps):
        lines += [step.command, f"echo '{MARK}' {number}"]
    return "\n".join(lines) + "\n"


def squeezed(text: str) -> str:
    """Without the differences in white space that a terminal's width makes."""
    return " ".join(text.split())


@pytest.fixture
def shell() -> Iterator[dict[str, str]]:
    """A clean environment with `muster` and `python` of this checkout first in the path; nothing is left behind."""
    place = Path(tempfile.mkdtemp(prefix="muster-hour-"))
    (place / "bin").mkdir()
    for name, arguments in (("muster", "-m muster.project "), ("python", "")):
        shim = place / "bin" / name
        shim.write_text(f'#!/bin/sh\nPYTHONPATH="{HOUSE}" exec "{sys.executable}" {arguments}"$@"\n')
        shim.chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MUSTER_", "DJANGO_", "PYTEST_"))
    }
    kept.pop("DATABASE_URL", None)
    kept |= {
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(place),
        "LC_ALL": "C.UTF-8",
    }
    try:
        yield kept
    finally:
        for var in place.glob("tmp.*"):
            subprocess.run(
                [place / "bin" / "muster", "stop"], env={**kept, "MUSTER_VAR": str(var)}, check=False
            )
            embedded.Server(var / "pg").delete()
        shutil.rmtree(place)


@pytest.mark.slow
def test_the_first_hour_works_as_printed(shell: dict[str, str]) -> None:
    """Every printed command succeeds, and says the lines printed below it, in their order."""
    steps = printed(PAGE.read_text(encoding="utf-8"))
    done = subprocess.run(
        ["bash", "-c", script(steps)],
        env=shell,
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = re.split(rf"{MARK} \d+\n", done.stdout)
    logs = "\n".join(log.read_text() for log in Path(shell["TMPDIR"]).glob("tmp.*/serve.log"))
    assert len(told) == len(steps) + 1, f"{steps[len(told) - 1].command}\n{told[-1]}\n{done.stderr}\n{logs}"
    for step, said in zip(steps, told, strict=False):
        rest = squeezed(said)
        for line in step.says:
            before, found, rest = rest.partition(squeezed(line))
            assert found, f"{step.command}\nwas to say: {line}\nbut said: {before}"


def test_the_page_has_commands_to_run() -> None:
    """The reader of the page finds all of it: a fence that is not understood would be a command that is never run."""
    page = PAGE.read_text(encoding="utf-8")
    commands = [step.command for step in printed(page)]
    assert len(commands) == sum(line.startswith("$ ") for line in page.splitlines())
    assert any("record_visit" in command for command in commands)
    assert commands[-1] == "muster stop"
