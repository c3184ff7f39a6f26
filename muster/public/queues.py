"""Where is it quick? The sites with how long one waits there now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from muster.core import clock
from muster.core.access import scope, visitor
from muster.domain.incidents import queries as incidents
from muster.domain.places import queries as places
from muster.domain.sampling import queries as sampling
from muster.domain.sampling.queries import SiteLine
from muster.public.frame import page, show


@page
def queues(request: HttpRequest) -> HttpResponse:
    """Every site by its wait, the shortest first; those nobody reported lately last."""
    now = clock.now()
    lines: list[SiteLine] = []
    names: dict[int, str] = {}
    for incident in incidents.open_ids():
        with scope(visitor(incident), incident):
            found = sampling.site_lines(incident, now)
            names |= places.area_names({one.area for one in found})
            lines += found
    lines.sort(key=_patience)
    rows = [(one, names.get(one.area, ""), _band(one)) for one in lines]
    return show(request, "public/queues.html", {"rows": rows})


def _patience(one: SiteLine) -> tuple[bool, float, int, str]:
    if one.wait is None:
        return True, 0, one.area, one.name
    return False, float("inf") if one.wait.minutes is None else one.wait.minutes, one.area, one.name


def _band(one: SiteLine) -> tuple[str, str] | None:
    return (one.band.code, one.band.title.in_language(get_language() or "zh")) if one.band else None


urlpatterns = [path("queues/", queues, name="public-queues")]
