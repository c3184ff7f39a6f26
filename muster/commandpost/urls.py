"""The addresses of the desk: each screen brings its own."""

from django.urls import include, path

from muster.commandpost import (
    accounts,
    batches,
    bookings,
    buildings,
    calling,
    case_notes,
    case_page,
    cases,
    catching_up,
    contact_page,
    coverage,
    devices,
    enrolling,
    exposure,
    forms,
    gallery,
    gate_desk,
    gates,
    ground,
    helpline,
    home,
    imports,
    journal,
    laboratory,
    line_list,
    lists,
    mapping,
    matching,
    opening,
    overview,
    paper,
    people,
    pools,
    protocol,
    requests,
    responders,
    shifts,
    site_page,
    sites,
    sitrep,
    stock,
    sweeps,
    work,
    zones,
)  # fmt: skip

SCREENS = (
    overview, buildings, mapping, cases, case_page, case_notes, contact_page, exposure, line_list, zones, protocol,
    people, matching, journal, work, lists, calling, imports, paper,
    batches, responders, enrolling, shifts, sites, pools, laboratory, site_page, coverage, catching_up,
    bookings, gates, gate_desk, stock, helpline, requests, sitrep, devices, accounts, forms, sweeps, ground,
)  # fmt: skip

urlpatterns = [
    *home.urlpatterns,
    *opening.urlpatterns,
    *gallery.urlpatterns,
    path("i/<slug:incident>/", include([pattern for screen in SCREENS for pattern in screen.urlpatterns])),
]
