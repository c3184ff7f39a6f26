"""What a spec may say: the id column of either side, and the kind of each compared column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.engines.analysis.linkage.levels import LEVELS
from muster.engines.analysis.problems import AnalysisError

KINDS = tuple(LEVELS)


@dataclass(frozen=True)
class Column:
    """A compared column: its name on either side and its kind."""

    left: str
    right: str
    kind: str


@dataclass(frozen=True)
class Spec:
    """The id columns and the compared columns, in order."""

    left_id: str
    right_id: str
    columns: tuple[Column, ...]


def load(path: Path) -> Spec:
    """The spec in a YAML file."""
    import yaml

    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = " ".join(str(error).split())
        raise AnalysisError(
            f"{path.name} 不是有效的 YAML：{where}", f"{path.name} is not YAML: {where}"
        ) from error
    return read(said)


def read(said: Any) -> Spec:
    """Check a spec; `id` and `columns`, nothing else."""
    if (
        not isinstance(said, Mapping)
        or set(map(str, said)) - {"id", "columns"}
        or not {"id", "columns"} <= set(said)
    ):
        raise AnalysisError("规格应只含 id 和 columns 两项", "a spec says `id` and `columns`, nothing else")
    left, right = _sides(said["id"])
    pairs = _listed(said["columns"])
    if not pairs:
        raise AnalysisError("columns 为空：至少写一列", "`columns` is empty: name at least one column")
    columns = tuple(_column(name, kind) for name, kind in pairs)
    for side in ("left", "right"):
        names = [getattr(one, side) for one in columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise AnalysisError(f"列 {twice[0]} 写了两次", f"the column {twice[0]} is named twice")
    return Spec(left, right, columns)


def _sides(said: Any) -> tuple[str, str]:
    if isinstance(said, Mapping) and set(said) == {"left", "right"}:
        return str(said["left"]), str(said["right"])
    if isinstance(said, str | int) and str(said):
        return str(said), str(said)
    raise AnalysisError(
        "id 应为列名，或 {left: 列名, right: 列名}",
        "`id` is the name of a column, or {left: name, right: name}",
    )


def _listed(said: Any) -> list[tuple[str | None, Any]]:
    """Both ways of writing columns: a mapping of names, or a list of {column, kind}."""
    if isinstance(said, Mapping):
        return [(str(name), kind) for name, kind in said.items()]
    if isinstance(said, Sequence) and not isinstance(said, str):
        return [(None, one) for one in said]
    raise AnalysisError("columns 应为映射或列表", "`columns` is a mapping or a list")


def _column(name: str | None, said: Any) -> Column:
    options = dict(said) if isinstance(said, Mapping) else {"kind": said}
    if name is None and len(options) == 1 and "kind" not in options and "column" not in options:
        ((name, kind),) = options.items()  # a list of {name: kind}
        options = dict(kind) if isinstance(kind, Mapping) else {"kind": kind}
    first = str(options.pop("column", name or ""))
    left, right = str(options.pop("left", first)), str(options.pop("right", first))
    left, right = left or right, right or left
    kind = options.pop("kind", None)
    if options:
        odd = str(next(iter(options)))
        raise AnalysisError(f"列 {left}：不认识 {odd}", f"column {left}: {odd} is not known here")
    if not left:
        raise AnalysisError(f"第 {kind} 类的列没有名称", f"a column of kind {kind} has no name")
    if kind not in LEVELS:
        raise AnalysisError(
            f"列 {left}：没有 {kind} 这一类，可用：{'、'.join(KINDS)}",
            f"column {left}: there is no kind {kind}; there are {', '.join(KINDS)}",
        )
    return Column(left, right, str(kind))
