"""My result: by the code on the slip, one sample at a time; no name, no number, no search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from muster.domain.sampling import queries as sampling
from muster.domain.sampling.rules import receipt_end
from muster.public import limits
from muster.public.frame import page, show

GUESSES, MINUTES = 8, 10


@page
def result(request: HttpRequest) -> HttpResponse:
    """The form, and after it the answer."""
    if request.method != "POST":
        return show(request, "public/result.html")
    limits.require_room(request, "result", most=GUESSES, minutes=MINUTES)
    end = receipt_end(request.POST.get("code", "")[:40])
    found = sampling.by_receipt(end) if end else None
    if found is None:
        limits.count_wrong(request, "result", minutes=MINUTES)
        return show(request, "public/result.html", {"unknown": True, "mistyped": end is None}, 404)
    return show(request, "public/result.html", {"found": found})


urlpatterns = [path("result/", result, name="public-result")]
