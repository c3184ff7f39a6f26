"""What an analysis cannot do, said in both languages."""

from __future__ import annotations


class AnalysisError(Exception):
    """A file, an option or an engine cannot be used; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both texts."""
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en

    def say(self, language: str) -> str:
        """The reason in one language."""
        return self.en if language.startswith("en") else self.zh
