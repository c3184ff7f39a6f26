"""Every figure: words in both languages, documented, and a query that runs in all its forms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from muster.core.access import Actor
from muster.core.ids import new_id
from muster.reports import played as services
from muster.reports.figures import catalogue, counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.figures.definition import Ask, Figure, Text, UnknownFigure, WrongParameter

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "figures.md"
ALL = pytest.mark.parametrize("figure", catalogue.FIGURES, ids=lambda figure: figure.code)


@ALL
def test_a_figure_has_its_words_in_both_languages(figure: Figure) -> None:
    for text in (figure.title, figure.definition):
        assert text.zh.strip()
        assert text.en.strip().isascii()
        assert not text.zh.isascii()


@ALL
def test_a_figure_is_documented(figure: Figure) -> None:
    assert f"| `{figure.code}` |" in REFERENCE.read_text(encoding="utf-8")


@ALL
def test_a_query_says_what_it_counts(figure: Figure) -> None:
    lines = (counting.FOLDER / f"{figure.query}.sql").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("-- ")
    assert lines[1].startswith(("-- counts: ", counting.ONCE))


def test_every_query_belongs_to_a_figure() -> None:
    used = {figure.query for figure in catalogue.FIGURES}
    assert {path.stem for path in counting.FOLDER.glob("*.sql")} == used


@ALL
def test_an_empty_incident_counts_nothing(
    in_scope: Actor, incident: UUID, now: datetime, figure: Figure
) -> None:
    """Every query is run in its four forms, with every parameter it takes."""
    wide = Ask(figure=figure.code, until=now)
    narrow = Ask(
        figure=figure.code, until=now, since=now, organisations=(new_id(),), spans=((1, 2),), from_spans=((1, 2),),
        to_spans=((1, 2),), item="boot", as_of=1,
    )  # fmt: skip
    for ask in (wide, narrow):
        assert counting.value(ask, incident).value == 0
        assert counting.rows(ask, incident) == []
        assert counting.by_area(ask, incident) == {}


def test_an_unknown_figure_is_refused_in_both_languages(now: datetime) -> None:
    with pytest.raises(UnknownFigure) as caught:
        read(Wanted(figure="happiness"), now=now)
    assert caught.value.status == 404
    assert all("happiness" in caught.value.say(language) for language in ("zh", "en"))


def test_a_parameter_a_figure_does_not_take_is_refused(in_scope: Actor, now: datetime) -> None:
    with pytest.raises(WrongParameter):
        read(Wanted(figure="cases", params={"item": "rubber_boot"}), now=now)
    with pytest.raises(WrongParameter):
        read(Wanted(figure="supplies_issued"), now=now)
    with pytest.raises(WrongParameter):
        read(Wanted(figure="cases", params={"until": "yesterday"}), now=now)


def test_services_are_missing_until_something_is_recorded(in_scope: Actor, incident: UUID) -> None:
    found = services.evaluate(incident)
    assert {one.status for one in found} == {"missing"}
    assert len({(one.ref, one.code) for one in found}) == len(found)
    assert set(services.by_ref(found).values()) == {"missing"}


def test_a_service_with_one_part_missing_is_missing() -> None:
    parts = [
        services.Played("G19", "a", Text("一", "a"), [], 1, 5, "", "played"),
        services.Played("G19", "b", Text("二", "b"), [], 1, 0, "", "missing"),
    ]
    assert services.by_ref(parts) == services.by_ref(parts[::-1]) == {"G19": "missing"}
