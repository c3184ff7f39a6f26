"""The first page: what a resident can do here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from muster.public.frame import page, show


@page
def home(request: HttpRequest) -> HttpResponse:
    """Links to the public pages."""
    return show(request, "public/home.html")


urlpatterns = [path("", home, name="public-home")]
