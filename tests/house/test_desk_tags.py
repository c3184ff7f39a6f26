"""What the tags of the desk say."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from muster.commandpost.templatetags import desk
from muster.core.access import system


def _screen(request: HttpRequest, incident: str) -> HttpResponse:
    return HttpResponse(incident)


urlpatterns = [path("i/<incident>/", _screen), path("i/<incident>/work/", _screen)]
NOW = datetime(2022, 2, 18, 15, 12, tzinfo=UTC)


def _said(source: str, **context: object) -> str:
    return Template("{% load desk %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_an_age_is_said_in_one_unit(passed: timedelta, words: str) -> None:
    with translation.override("en"):
        assert desk.since(NOW - passed, NOW) == words


def test_an_instant_ahead_of_the_clock_counts_as_now() -> None:
    with translation.override("en"):
        assert desk.since(NOW + timedelta(hours=3), NOW) == "0 min ago"


def test_not_known_is_not_zero() -> None:
    assert (desk.figure(None), desk.figure(0), desk.figure(4210)) == ("–", "0", "4,210")


def test_a_hundred_percent_means_all() -> None:
    assert (desk.percent(5999, 6000), desk.percent(6000, 6000), desk.percent(3, 0)) == ("99 %", "100 %", "–")


def test_a_bar_never_grows_beyond_its_end() -> None:
    assert desk.bar(7, 5)["done"] == 100
    late = desk.bar(90, 100, 40)
    assert late["done"] + late["late"] == 100


def test_only_absent_shows_attempts_and_only_late_shows_hours() -> None:
    with translation.override("en"):
        done, late = (_said("{% chip state count=2 hours=3 %}", state=state) for state in ("done", "late"))
    assert "<b>" not in done
    assert "<b>3 h</b>" in late


@override_settings(ROOT_URLCONF=__name__)
def test_the_rail_leaves_out_screens_that_have_no_address() -> None:
    request = RequestFactory().get("/i/sz/work/17/")
    request.actor = system()  # type: ignore[attr-defined]
    incident = SimpleNamespace(code="sz", id=None)
    (items,) = desk.rail(Context({"incident": incident, "request": request}))["groups"]
    assert [(item["url"], item["current"]) for item in items] == [("/i/sz/", False), ("/i/sz/work/", True)]


def test_there_is_no_rail_before_an_incident_is_chosen() -> None:
    assert desk.rail(Context({}))["groups"] == []
