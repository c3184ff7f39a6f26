"""Scripts can be spoken to their end, in three languages, and a broken one is named before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from muster.domain.worklists.rules import Outcome
from muster.protocols import check, load
from muster.protocols.calling import Ending, Script

PACKS = ("covid-cn-v8", "covid-cn-v9", "covid-cn-20", "dengue", "chikungunya-2025", "flood")


def endings(script: Script) -> set[str]:
    """Every way a call by this script can end, walked from its first step."""
    seen, wanted, found = set(), [script.steps[0].code], set()
    while wanted:
        code = wanted.pop()
        if code in seen:
            continue
        seen.add(code)
        for branch in script.step(code).branches:
            found |= {branch.ends} if branch.ends else set()
            wanted += [branch.to] if branch.to else []
    return {str(one) for one in found}


@pytest.mark.parametrize("pack", PACKS)
def test_a_call_about_a_record_can_end_well_badly_and_in_need(pack: str) -> None:
    script = load(pack).script("verify")
    assert script is not None
    assert {"reached_verified", "refused", "wrong_number", "needs_help", "moved"} <= endings(script)
    assert all(step.say.yue != step.say.zh for step in script.steps), "Cantonese is written as it is spoken"


def test_the_first_words_say_who_calls_and_never_the_whole_number() -> None:
    script = load("covid-cn-v8").script("follow_up")
    assert script is not None
    assert all(
        "{office}" in text
        for text in (script.steps[0].say.zh, script.steps[0].say.yue, script.steps[0].say.en)
    )


def test_endings_are_the_outcomes_of_the_house() -> None:
    known = {one.value for one in Outcome}
    assert set(Ending.__args__) <= known  # type: ignore[attr-defined]


def test_work_without_words_has_no_script() -> None:
    assert load("covid-cn-v8").script("deliver") is None


def broken(change: Any, place: Path) -> set[str]:
    """The places that a changed pack is blamed for."""
    from muster.protocols import path_of

    document = yaml.safe_load(path_of("flood").read_text(encoding="utf-8"))
    change(document["scripts"][0])
    file = place / "pack.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return {one.path for one in check(file)}


def test_a_broken_script_is_named(tmp_path: Path) -> None:
    def nowhere(script: Any) -> None:
        script["steps"][0]["branches"][0]["to"] = "nowhere"

    def blank(script: Any) -> None:
        script["steps"][0]["say"]["en"] = "Your {salary}?"

    def english(script: Any) -> None:
        script["steps"][1]["say"]["yue"] = "Only English"

    def nothing(script: Any) -> None:
        del script["steps"][1]["branches"][0]["to"]

    assert "scripts[0].steps[0].branches[0].to" in broken(nowhere, tmp_path)
    assert "scripts[0].steps[0].say.en" in broken(blank, tmp_path)
    assert "scripts[0].steps[1].say.yue" in broken(english, tmp_path)
    assert "scripts[0].steps[1].branches[0]" in broken(nothing, tmp_path)
