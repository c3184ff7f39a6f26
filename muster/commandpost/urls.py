"""The addresses of the desk: each screen brings its own."""

from django.urls import include, path

from muster.commandpost import (
    batches,
    buildings,
    cases,
    gallery,
    gates,
    helpline,
    home,
    imports,
    journal,
    mapping,
    matching,
    overview,
    people,
    requests,
    responders,
    shifts,
    sites,
    sitrep,
    stock,
    work,
    zones,
)  # fmt: skip

SCREENS = (
    overview, buildings, mapping, cases, zones, people, matching, journal, work, imports,
    batches, responders, shifts, sites, gates, stock, helpline, requests, sitrep,
)  # fmt: skip

urlpatterns = [
    *home.urlpatterns,
    *gallery.urlpatterns,
    path("i/<slug:incident>/", include([pattern for screen in SCREENS for pattern in screen.urlpatterns])),
]
