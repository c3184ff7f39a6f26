"""Every shipped pack is clean, complete, sourced and bilingual."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import yaml

from muster.protocols import Pack, check, load, names, path_of

GRADES = {"A", "B", "C", "M"}
STRUCTURAL = {"required", "sensitive", "closes", "recheck", "other_worker"}


def numbers(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number or truth value that does not stand inside a sourced value."""
    if isinstance(part, dict):
        if {"value", "source", "grade"} <= part.keys():
            return
        for key, item in part.items():
            if key not in STRUCTURAL:
                yield from numbers(item, f"{path}.{key}")
    elif isinstance(part, list):
        for index, item in enumerate(part):
            yield from numbers(item, f"{path}[{index}]")
    elif isinstance(part, (int, float)):
        yield path, part


def sourced(part: Any) -> Iterator[dict[str, Any]]:
    """Every sourced value of a document."""
    if isinstance(part, dict):
        if "value" in part:
            yield part
        for item in part.values():
            yield from sourced(item)
    elif isinstance(part, list):
        for item in part:
            yield from sourced(item)


@pytest.mark.parametrize("name", names())
def test_a_shipped_pack_is_clean_and_named_like_its_file(name: str) -> None:
    assert [str(problem) for problem in check(path_of(name))] == []
    assert load(name).name == name


@pytest.mark.parametrize("name", names())
def test_every_number_has_a_source_and_a_grade(name: str) -> None:
    document = yaml.load(path_of(name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    assert list(numbers(document)) == []
    values = list(sourced(document))
    assert len(values) > 50
    for value in values:
        assert value["source"].strip()
        assert value["grade"] in GRADES


@pytest.mark.parametrize("name", names())
def test_judgement_and_memory_ask_to_be_checked_again(name: str) -> None:
    document = yaml.load(path_of(name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    unmarked = [
        v["source"] for v in sourced(document) if v["grade"] == "M" and "judgement" not in v["source"]
    ]
    assert [source for source in unmarked if "re-check" not in source] == []


@pytest.mark.parametrize("name", names())
def test_a_pack_survives_the_way_through_a_database_column(name: str) -> None:
    pack = load(name)
    assert msgspec.json.decode(msgspec.json.encode(pack), type=Pack) == pack


def test_a_respiratory_pack_has_tubes_and_gates_and_a_flood_has_neither() -> None:
    covid, flood = load("covid-cn-v8"), load("flood")
    assert all((covid.disease, covid.testing, covid.gates, covid.contacts, flood.checks))
    assert not any((covid.checks, covid.vector))
    assert not any((flood.disease, flood.testing, flood.gates, flood.contacts, flood.vector))


@pytest.mark.parametrize("name", names())
def test_every_pack_knows_how_a_visit_can_end(name: str) -> None:
    codes = {outcome.code for outcome in load(name).sweep.outcomes}
    assert codes == {"done", "absent", "refused", "empty"}


@pytest.mark.parametrize("name", names())
def test_a_pack_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        load(name).version = "changed"  # type: ignore[misc]
