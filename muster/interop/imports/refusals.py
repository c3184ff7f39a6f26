"""What an import refuses as a whole, in both languages."""

from __future__ import annotations

from typing import Any

from muster.core.errors import Refusal
from muster.interop.tables.shapes import TableRefused
from muster.interop.tables.texts import TEXTS


class FileRefused(Refusal):
    """The file cannot be read as a list; the code says why."""

    code = "imports.file_refused"
    status = 422
    texts = {
        "zh": "文件不能作为名单读取；具体原因见以“tables.”开头的代码。没有保存任何内容。",
        "en": "The file cannot be read as a list; the code that begins with “tables.” says why. Nothing was stored.",
    }

    def __init__(self, problem: TableRefused) -> None:
        super().__init__(problem.code, **problem.details)
        self.code = problem.code  # type: ignore[misc]  # one class for all codes of tables.texts

    def say(self, language: str) -> str:
        """The reason, and that nothing of the file was kept."""
        zh, en = TEXTS[self.code]
        english = language.startswith("en")
        kept = " Nothing was stored." if english else "没有保存任何内容。"
        details: dict[str, Any] = {key: str(value) for key, value in self.details.items()}
        return (en if english else zh).format_map(details) + kept


class ColumnsMissing(Refusal):
    """No column is named that this kind of file cannot do without."""

    code = "imports.columns_missing"
    status = 422
    texts = {
        "zh": "请指定以下至少一列：{fields}。文件已保存，指定后继续。",
        "en": "Name a column for at least one of: {fields}. The file is kept; name it and go on.",
    }


class MustAccept(Refusal):
    """The file has a caution that a person must accept first."""

    code = "imports.must_accept"
    status = 422
    texts = {
        "zh": "文件有需要确认的提醒，请先勾选确认再继续。文件已保存。",
        "en": "The file comes with a caution that must be accepted first: tick it and go on. The file is kept.",
    }


class WrongState(Refusal):
    """This step is not possible now."""

    code = "imports.wrong_state"
    texts = {
        "zh": "现在不能执行这一步（当前状态：{state}）。请刷新页面查看进度。",
        "en": "This step is not possible now (state: {state}). Reload the page to see where the import is.",
    }


class NoUndo(Refusal):
    """Some things are things of their own at once; they are changed where they are shown."""

    code = "imports.no_undo"
    texts = {
        "zh": "辖区、人员、批次和楼栋导入后即独立存在，不能整批撤销；请在各自页面上更正。",
        "en": "Areas, responders, batches and buildings stand on their own once imported and are not undone as a "
        "whole; correct them on their own pages.",
    }


class WrongKind(Refusal):
    """There is no such kind of import, or no such purpose of a list."""

    code = "imports.unknown_kind"
    status = 422
    texts = {
        "zh": "不支持的导入类型或用途：{kind}。",
        "en": "There is no import of this kind or purpose: {kind}.",
    }
