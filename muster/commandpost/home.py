"""Which incident? The first page after signing in."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from muster.commandpost.frame import DESK, DeskRequest, seats
from muster.domain.incidents.models import Incident


def home(request: HttpRequest) -> HttpResponse:
    """The incidents in which this person has a right; a single one opens at once."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actor = cast(DeskRequest, request).actor
    known = list(Incident.objects.order_by("-opened_at", "id"))
    mine = [one for one in known if actor.spans(DESK, one.id)]
    if len(mine) == 1 and "all" not in request.GET:
        return redirect(f"/i/{mine[0].code}/")
    seated = [one for one in known if one.closed_at is None and seats(actor, one.id)]
    if (
        not mine and seated
    ):  # callers, laboratories and counsellors have no desk: they are taken to their page
        return redirect(f"/i/{seated[0].code}/{seats(actor, seated[0].id)[0]}")
    context = {"incidents": mine, "may_open": bool(actor.spans("incidents.open", None))}
    return render(request, "commandpost/home.html", context)


urlpatterns = [path("", home, name="home")]
