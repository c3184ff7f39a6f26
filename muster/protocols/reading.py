"""From a file to plain values and the line of each: guarded against broken, huge and hostile YAML."""

from pathlib import Path
from typing import TypeAlias

import yaml
from msgspec import Struct

from muster.protocols.problems import Problem, join

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML built without libyaml: ten times slower, and otherwise the same
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
_TIMESTAMP = "tag:yaml.org,2002:timestamp"

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


class Document(Struct, frozen=True):
    """Plain values of one document, and the line each path begins on."""

    value: Plain
    lines: dict[str, int]


class UnreadableError(Exception):
    """The file is not a usable YAML document; carries the problems."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems."""
        super().__init__(*map(str, problems))
        self.problems = list(problems)


class _Loader(_Base):
    """The safe loader, reading dates as the text they are written as."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Document:
    """The document in a file; raises `UnreadableError`."""
    text = _text(path)
    try:
        _guard(text)
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        raise UnreadableError(_broken(error)) from error
    except (yaml.YAMLError, ValueError) as error:
        # PyYAML raises ValueError for numbers such as 0x_ and for integers of thousands of digits.
        raise UnreadableError(Problem("", f"不是有效的 YAML：{error}", f"not valid YAML: {error}")) from error


def _text(path: Path) -> str:
    """The file as text, within the size limit."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableError(
            Problem("", f"文件无法读取：{reason}", f"cannot read the file: {reason}")
        ) from error
    except ValueError as error:
        raise UnreadableError(Problem("", "文件名无效", "the file name is not valid")) from error
    if len(raw) > MAX_BYTES:
        zh, en = f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes"
        raise UnreadableError(Problem("", zh, en))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(Problem("", "文件不是 UTF-8 编码", "the file is not UTF-8", line)) from error


def _guard(text: str) -> None:
    """Look at every event before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        _refuse_hostile(event, depth)


def _refuse_hostile(event: yaml.Event, depth: int) -> None:
    """Aliases grow without bound, tags call code, and deep nesting exhausts the stack."""
    line = event.start_mark.line + 1 if event.start_mark else None
    if isinstance(event, yaml.AliasEvent):
        zh, en = "不允许使用 YAML 别名（*）", "YAML aliases (*) are not allowed"
    elif getattr(event, "tag", None) is not None:
        zh, en = "不允许使用 YAML 标签（!）", "YAML tags (!) are not allowed"
    elif depth > MAX_DEPTH:
        zh, en = f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels"
    else:
        return
    raise UnreadableError(Problem("", zh, en, line))


def _compose(text: str) -> Document:
    """Values, lines, and a check that no key is written twice."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise UnreadableError(Problem("", "文件是空的", "the file is empty"))
        lines: dict[str, int] = {}
        problems = _walk(node, "", lines)
        if problems:
            raise UnreadableError(*problems)
        return Document(loader.construct_document(node), lines)
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: str, lines: dict[str, int]) -> list[Problem]:
    """Note the line of every path; report keys that are not text or written twice."""
    lines[path] = line = node.start_mark.line + 1
    problems: list[Problem] = []
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            problems += _walk(child, join(path, index), lines)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                problems.append(Problem(path, "键必须是文字", "a key must be text", line))
                continue
            if key.value in seen:
                place, at = join(path, key.value), key.start_mark.line + 1
                problems.append(Problem(place, "同一个键写了两次", "the same key is written twice", at))
            seen.add(key.value)
            problems += _walk(child, join(path, key.value), lines)
    return problems


def _broken(error: yaml.MarkedYAMLError) -> Problem:
    """A syntax error with its line."""
    mark = error.problem_mark or error.context_mark
    reason = error.problem or error.context or "?"
    line = None if mark is None else mark.line + 1
    return Problem("", f"不是有效的 YAML：{reason}", f"not valid YAML: {reason}", line)
