"""Whether a script can be spoken: every branch leads somewhere, every step is reached, every blank is known."""

import re
from collections.abc import Iterator, Sequence

from muster.protocols.calling import BLANKS, Script, ScriptStep
from muster.protocols.problems import Problem, join

_BLANK = re.compile(r"\{(\w*)\}")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def problems(scripts: Sequence[Script]) -> Iterator[Problem]:
    """Everything in the scripts that a caller would stumble over."""
    kinds: set[str] = set()
    for index, script in enumerate(scripts):
        place = f"scripts[{index}]"
        if not script.source.strip():
            yield Problem(join(place, "source"), "来源是空的", "the source is empty")
        if twice := kinds & {*script.kinds}:
            yield Problem(
                join(place, "kinds"),
                f"重复：{', '.join(sorted(twice))}",
                f"has a script already: {sorted(twice)}",
            )
        kinds |= {*script.kinds}
        yield from _steps(script, place)


def _steps(script: Script, place: str) -> Iterator[Problem]:
    codes = {step.code for step in script.steps}
    named = {branch.to for step in script.steps for branch in step.branches if branch.to}
    if not script.steps:
        yield Problem(join(place, "steps"), "话术没有步骤", "the script has no steps")
    for number, step in enumerate(script.steps):
        here = f"{place}.steps[{number}]"
        yield from _said(step, here)
        if number and step.code not in named:
            yield Problem(here, f"没有分支通向 {step.code}", f"no branch leads to {step.code}")
        for index, branch in enumerate(step.branches):
            if (branch.to is None) == (branch.ends is None):
                yield Problem(f"{here}.branches[{index}]", "须有 to 或 ends 之一", "needs one of to, ends")
            elif branch.to is not None and branch.to not in codes:
                yield Problem(
                    f"{here}.branches[{index}].to", f"没有步骤 {branch.to}", f"there is no step {branch.to}"
                )
        if not step.branches:
            yield Problem(here, "这一步没有分支", "this step has no branch")


def _said(step: ScriptStep, place: str) -> Iterator[Problem]:
    """Each language in its own letters, with blanks the cockpit can fill."""
    for language in ("zh", "yue", "en"):
        text = getattr(step.say, language)
        if not text.strip() or bool(_HAN.search(text)) != (language != "en"):
            yield Problem(
                join(place, f"say.{language}"), "缺少这种语言的文字", "the text in this language is missing"
            )
        for blank in _BLANK.findall(text):
            if blank not in BLANKS:
                yield Problem(join(place, f"say.{language}"), f"不认识的空 {blank}", f"unknown blank {blank}")
