"""Loading packs by name and by path, and what the packages may hold."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import muster.protocols
from muster.protocols import UnknownPackError, load, names, path_of

CODE = sorted(Path(muster.protocols.__file__).parent.glob("*.py"))


def test_six_packs_are_shipped() -> None:
    assert names() == ["chikungunya-2025", "covid-cn-20", "covid-cn-v8", "covid-cn-v9", "dengue", "flood"]


def test_a_shipped_pack_is_read_once() -> None:
    assert load("flood") is load("flood")


def test_a_pack_in_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = path_of("flood").read_text("utf-8")
    path.write_text(text, "utf-8")
    assert load(path) == load("flood")
    path.write_text(text.replace('version: "2025.1"', 'version: "2026.1"'), "utf-8")
    assert load(path).version == "2026.1"


def test_an_unknown_name_is_refused_by_its_own_error() -> None:
    with pytest.raises(UnknownPackError, match="plague"):
        load("plague")


def test_reading_packs_never_needs_django() -> None:
    program = "import sys, muster.protocols as p; p.load('flood'); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_number_of_the_domain_hides_in_code(path: Path) -> None:
    """Only 0 and 1 may stand in the code; limits of the format are named in capitals."""
    tree = ast.parse(path.read_text("utf-8"))
    named = {
        id(part)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and all(isinstance(t, ast.Name) and t.id.isupper() for t in node.targets)
        for part in ast.walk(node)
    }
    hidden = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
        and id(node) not in named
        and node.value not in (0, 1)
    ]
    assert hidden == []
