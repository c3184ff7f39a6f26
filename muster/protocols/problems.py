"""What can be wrong with a pack, said in both languages with the place in the document."""

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing wrong with a pack document: where, and what, in Chinese and English."""

    path: str
    zh: str
    en: str
    line: int | None = None

    def message(self, language: str) -> str:
        """The text for a language code such as `zh-hans` or `en`."""
        return self.zh if language.lower().startswith("zh") else self.en

    def __str__(self) -> str:
        """One printable line: place, English, Chinese."""
        line = "" if self.line is None else f" (line {self.line} 行)"
        return f"{self.path or '.'}{line}: {self.en} | {self.zh}"


class PackError(ValueError):
    """A pack cannot be used; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems and print all of them."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class UnknownPackError(LookupError):
    """There is neither a shipped pack nor a file of this name."""


def join(path: str, key: object) -> str:
    """The path of a child: `zones[0].rule`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)
