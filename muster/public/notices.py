"""What was announced: every notice in force, for everybody to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from muster.core import clock
from muster.core.access import scope, visitor
from muster.domain.incidents import queries as incidents
from muster.domain.notices import queries as notices
from muster.domain.places import queries as places
from muster.public.frame import page, show

LISTED = 100


@page
def announced(request: HttpRequest) -> HttpResponse:
    """The notices in force, the newest first, each with where it holds."""
    now, language = clock.now(), get_language() or "zh"
    rows = []
    for incident in incidents.open_ids():
        with scope(visitor(incident), incident):
            held = list(notices.in_force(now)[:LISTED])
            names = places.area_names({one.area for one in held})
        rows += [(one, names[one.area], one.title_in(language), one.text_in(language)) for one in held]
    rows.sort(key=lambda row: row[0].published_at, reverse=True)
    return show(request, "public/notices.html", {"rows": rows[:LISTED]})


urlpatterns = [path("notices/", announced, name="public-notices")]
