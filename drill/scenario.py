"""Scenario files: `load` for whoever plays one, `published` for the comparison after the drill has ended.

A file without a `play` section plays the shipped one in its own areas, counted from its own opening times; batches
it lists at the top level replace the written ones of their incident. The published figures are read by `published`
only, which nothing that plans or plays calls.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from drill.reading import Node, Reader
from drill.shape import Disturbances, Incident, Scenario, ScenarioError

__all__ = ["Disturbances", "Incident", "Published", "Scenario", "ScenarioError", "load", "published"]

SHIPPED = Path(__file__).parent / "scenarios"
REFERENCE = "shenzhen-2022"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader in C, where PyYAML has it


@dataclass(frozen=True)
class Published:
    """What was published, for the comparison after the drill has ended."""

    figures: tuple[Mapping[str, Node], ...]
    services: tuple[Mapping[str, Node], ...]
    sources: Mapping[str, Node]


def load(path_or_name: str | Path) -> Scenario:
    """Read a scenario by path, or a shipped one by name."""
    path, document = _read(path_or_name)
    try:
        return Reader(document, _read(REFERENCE)[1].get("play")).scenario()
    except msgspec.ValidationError as wrong:
        raise _explained(path, str(wrong)) from wrong
    except ScenarioError as wrong:
        raise ScenarioError(
            f"场景文件 {path.name}：{wrong.zh}", f"scenario file {path.name}: {wrong.en}"
        ) from wrong


def published(path_or_name: str | Path) -> Published:
    """The published figures and services of a scenario file, as they stand there."""
    _, document = _read(path_or_name)
    return Published(
        tuple(document.get("figures") or ()),
        tuple(document.get("services") or ()),
        document.get("sources") or {},
    )


def _read(path_or_name: str | Path) -> tuple[Path, dict[str, Node]]:
    """The document of a scenario file, or a plain word about why there is none."""
    path = Path(path_or_name)
    if not path.suffix and not path.exists():
        path = SHIPPED / f"{path.name}.yaml"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as wrong:
        raise ScenarioError(f"读不了场景文件 {path}", f"cannot read the scenario file {path}") from wrong
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise ScenarioError(
            f"场景文件 {path.name} 第 {line} 行不是有效的 YAML",
            f"scenario file {path.name} is not valid YAML at line {line}",
        ) from wrong
    if not isinstance(document, dict):
        raise ScenarioError(
            f"场景文件 {path.name} 是空的或不是键值结构",
            f"scenario file {path.name} is empty or not a mapping",
        )
    return path, document


REASONS = (
    (re.compile(r"Object missing required field `(.+?)`"), "缺少“{0}”", "“{0}” is missing"),
    (re.compile(r"Object contains unknown field `(.+?)`"), "不认识“{0}”", "“{0}” is not known here"),
    (re.compile(r"Expected `(.+?)`, got `(.+?)`"), "应为 {0}，却是 {1}", "expected {0}, found {1}"),
    (re.compile(r"Invalid enum value (.+?)(?= - at|$)"), "不能取值 {0}", "{0} is not one of the choices"),
)


def _explained(path: Path, wrong: str) -> ScenarioError:
    """A typed reader's complaint in plain words."""
    place = wrong.partition(" - at `$")[2].rstrip("`").lstrip(".") or "play"
    for pattern, zh, en in REASONS:
        match = pattern.search(wrong)
        if match:
            return ScenarioError(
                f"场景文件 {path.name} 的 {place}：{zh.format(*match.groups())}",
                f"scenario file {path.name} at {place}: {en.format(*match.groups())}",
            )
    return ScenarioError(
        f"场景文件 {path.name} 的 {place} 写法不对", f"scenario file {path.name} at {place}: {wrong}"
    )
