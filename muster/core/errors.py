"""The one class of expected problems; anything else is a bug."""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """Something the system will not do, said with a code, in words, and with what to do next.

    A subclass stands beside the action that raises it and gives `code` and `texts`; `texts` maps a
    language to a format string over the details. Every code is listed in docs/reference/refusals.md.
    """

    code: ClassVar[str] = "core.refused"
    status: ClassVar[int] = 409
    texts: ClassVar[dict[str, str]] = {"zh": "系统没有执行这项操作。", "en": "The system did not do this."}

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.code)
        self.details = details

    def say(self, language: str) -> str:
        """The reason in `language` (zh is the fallback)."""
        text = self.texts["en" if language.startswith("en") else "zh"]
        return text.format_map({key: str(value) for key, value in self.details.items()})


class NotAllowed(Refusal):
    """The person has no right to do this here, or no longer."""

    code = "access.not_allowed"
    status = 403
    texts = {
        "zh": "您在这个辖区没有“{right}”的权限，或权限已到期。请联系指挥部授权；已填的内容没有丢失。",
        "en": "You have no right to “{right}” in this area, or it has ended. Ask the command post; "
        "what you entered is kept.",
    }


class NotVisibleYet(Refusal):
    """An observation about something that has not arrived here, or that the sender may not see yet."""

    code = "sync.not_visible_yet"
    status = 202
    texts = {
        "zh": "记录已收下，但所指的对象还没有到达或尚未授权。系统会自动重试，不必重填。",
        "en": "The record is kept, but what it is about has not arrived or is not yet open to you. "
        "It is tried again by itself; do not enter it twice.",
    }


class BadInput(Refusal):
    """The content of a command or form cannot be read."""

    code = "input.unreadable"
    status = 422
    texts = {
        "zh": "内容无法识别：{problem}。原文已保存，请改正后重新提交。",
        "en": "This cannot be read: {problem}. The original is kept; correct it and send again.",
    }


class NotFound(Refusal):
    """Nothing with this id is visible here."""

    code = "access.not_found"
    status = 404
    texts = {
        "zh": "没有找到，或不在您的辖区内。请核对编号，或请对方分享。",
        "en": "Not found, or not in your area. Check the number, or ask for it to be shared.",
    }
