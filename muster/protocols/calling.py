"""What callers say: a script per purpose, in steps with branches, in Mandarin, Cantonese and English."""

from typing import Literal

from muster.protocols.values import Coded, Grade, NoSuchCodeError, Section, Text

Ending = Literal[
    "reached_verified",
    "no_answer",
    "busy",
    "wrong_number",
    "moved",
    "refused",
    "needs_interpreter",
    "needs_help",
    "already_verified",
]
# what a line may name; the cockpit fills it in
BLANKS = ("office", "caller", "name", "address", "code", "page", "phone")


class Spoken(Section, frozen=True):
    """One line as it is said: Mandarin in simplified, Cantonese in traditional characters, English."""

    zh: str
    yue: str
    en: str


class Branch(Section, frozen=True):
    """What the other side answers, and where that leads: to another step, or to how the call ends."""

    title: Text
    to: str | None = None
    ends: Ending | None = None


class ScriptStep(Section, frozen=True):
    """A thing to say and the answers to expect. Never said word by word against somebody's mood."""

    code: str
    say: Spoken
    branches: tuple[Branch, ...]


class Script(Coded, frozen=True):
    """What is said about work of these kinds; the first step opens the call."""

    kinds: tuple[str, ...]
    source: str
    grade: Grade
    steps: tuple[ScriptStep, ...]

    def step(self, code: str) -> ScriptStep:
        """The step with this code; raises `NoSuchCodeError`."""
        for one in self.steps:
            if one.code == code:
                return one
        raise NoSuchCodeError("step", code)
