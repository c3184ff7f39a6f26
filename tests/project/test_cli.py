"""The command line is quick to answer and every command says how to use it."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from muster.project import cli
from tests.project.places import HOUSE, muster


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from muster.project.cli import cli;"
        "done = CliRunner().invoke(cli, ['--help']); assert done.exit_code == 0, done.output;"
        "print(*sorted(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    assert "muster.project.cli" in loaded
    assert not loaded & {
        "django",
        "psycopg",
        "cryptography",
        "typst",
        "muster.project.settings",
        "muster.core",
    }


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    command = cli.Commands().get_command(click.Context(cli.cli), name)
    assert command is not None
    parts = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for part in parts:
        assert part.help
        assert f"Example: muster {name}" in part.help


def test_an_unknown_command_is_a_clear_error() -> None:
    done = subprocess.run(muster("dance"), cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such command 'dance'" in done.stderr


@pytest.mark.parametrize(("text", "status"), [("", 1), ("not: a pack\n", 1)])
def test_a_faulty_pack_is_named_and_fails(tmp_path: object, text: str, status: int) -> None:
    file = HOUSE / "muster" / "protocols" / "packs" / "flood.yaml"
    good = subprocess.run(
        muster("pack", "check", str(file)), cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert good.returncode == 0, good.stdout
    bad_file = f"{tmp_path}/bad.yaml"
    with open(bad_file, "w") as out:
        out.write(text)
    bad = subprocess.run(
        muster("pack", "check", bad_file), cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert bad.returncode == status
    assert bad.stdout.strip()
    assert "Traceback" not in bad.stderr
