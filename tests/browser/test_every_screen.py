"""Every screen in both languages: no error, no stranger asked, no rule of access broken, nothing too wide."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.stage import DESK as DESK_ACCOUNT
from tests.browser.tabs import LANGUAGES, Look, Tabs, picture
from tests.browser.walk import DESK, Walk, named

PICTURES = {
    f"{DESK}{path}": name
    for name, path in {
        "overview": "", "work": "work/", "buildings": "buildings/", "map": "map/", "batches": "batches/",
        "sites": "sites/", "stock": "stock/", "requests": "requests/", "cases": "cases/", "zones": "zones/",
        "people": "people/", "responders": "responders/", "shifts": "shifts/", "sitrep": "sitrep/", "lists": "lists/",
        "laboratory": "sites/laboratory/", "gates": "sites/gates/", "paper": "paper/", "phones": "phones/",
        "phones-state": "phones/state/",
        "building": "buildings/<uuid:building>/", "work-drawer": "work/<uuid:item>/drawer/",
    }.items()
}  # fmt: skip
# Chinese at a desk by day, English on a telephone by night: pairs of everything in two walks. Pictures are by day.
LOOKS = {"zh": Look("zh", account=DESK_ACCOUNT), "en": Look("en", "night", 390, 844, DESK_ACCOUNT)}


BY_DAY = os.environ.get("MUSTER_PICTURES") == "1"


def look_in(language: str) -> Look:
    """How this walk sees the desk."""
    return Look(language, account=DESK_ACCOUNT) if BY_DAY else LOOKS[language]


# Kinds of pages that are about nothing yet this evening: the journeys that make such a thing look at them.
ELSEWHERE = {
    "buildings/<uuid:building>/units/<uuid:unit>/slip/": "a file",
    "sweeps/photographs/<uuid:photo>/": "a picture",
    "buildings/<uuid:building>/drawer/": "test_hands", "exposure/<uuid:question>/": "test_tracing",
    "forms/<uuid:form>/": "test_sweeping", "forms/<uuid:form>/submissions/<uuid:submission>/": "no submission yet",
    "requests/calls/<uuid:call>/drawer/": "test_beginning",
    "imports/<uuid:upload>/": "test_papers", "imports/<uuid:upload>/working/": "while a file is read",
    "paper/type/<slug:form>/<uuid:place>/<int:pack>/<int:number>/": "test_paper_typing",
    "sites/gates/places/<uuid:point>/code/": "a picture", "sweeps/sites/<uuid:site>/drawer/": "test_sweeping",
    "work/answers/<uuid:identity>/": "answers to the last decision, on the work list",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_desk_keeps_the_rules(tabs: Tabs, language: str) -> None:
    walk = Walk(tabs, tabs.open(None, look_in(language)), language, PICTURES)
    walk.through([*named(DESK), "gallery/", "gallery/map/", "accounts/password/change/", "accounts/2fa/"])
    assert not walk.faults, "\n".join(walk.faults)
    assert walk.unseen() - ELSEWHERE.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_keeps_the_rules(tabs: Tabs, language: str) -> None:
    walk = Walk(tabs, tabs.open(None, Look(language, width=390, height=844)), language)
    walk.through([*named("p/"), "accounts/login/", "accounts/password/reset/"], follow=False)
    assert not walk.faults, "\n".join(walk.faults)


@pytest.mark.skipif(
    not BY_DAY, reason="only when pictures are asked for: the walk looks at night and telephone"
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_night_and_telephone_have_their_pictures(at_desk: Open, language: str) -> None:
    picture(at_desk("", language=language, theme="night"), "overview-night", language)
    picture(at_desk("", language=language, width=390, height=844), "phone-overview", language)


def test_forced_colours_still_show_every_state(at_desk: Open) -> None:
    page = at_desk("buildings/", more={"forced_colors": "active"})
    chip = page.locator(".chip").first
    expect(chip).to_be_visible()
    assert chip.inner_text().strip()
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    edge = chip.evaluate("e => getComputedStyle(e).borderStyle + getComputedStyle(e).outlineStyle")
    assert edge != "nonenone"


def test_a_page_prints(at_desk: Open) -> None:
    page = at_desk("sitrep/")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".pagefoot .print-only")).to_be_visible()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 20_000
