"""Book a slot: the page behind a person's link. No name, no account, no search."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from muster.core import clock
from muster.core.access import scope, system
from muster.core.errors import Refusal
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.actions import require_open
from muster.domain.sampling import actions, appointments
from muster.public import limits
from muster.public.frame import page, show

TRIES, MINUTES = 20, 10


@page
def booking(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Show what is free near the person, take or give back a slot. An address that holds nothing counts as a guess."""
    limits.require_room(request, "booking", most=TRIES, minutes=MINUTES)
    now = clock.now()
    with scope(system()):
        found = incidents.by_code(code)
    if found is None:
        limits.count_wrong(request, "booking", minutes=MINUTES)
        raise actions.InvitationUnknown
    with scope(system(incident=found.id), found.id):
        if request.method == "POST":
            require_open(found.id)
        try:
            person, area = actions.invited(token, found.id, now)
        except actions.InvitationUnknown:
            limits.count_wrong(request, "booking", minutes=MINUTES)
            raise
        refusal = _done(request, person, found.id) if request.method == "POST" else None
        held = appointments.held(person, now)
        context = {
            "held": [(one, appointments.site_of(one)) for one in held],
            "refusal": refusal.say(get_language() or "zh") if refusal else "",
            "sites": [] if held else appointments.near(area, found.id, now),
        }  # fmt: skip
        return show(request, "public/booking.html", context, refusal.status if refusal else 200)


def _done(request: HttpRequest, person: UUID, incident: UUID) -> Refusal | None:
    """Book or cancel what was pressed; what was not done, and why."""
    for name, action in (("book", actions.book_slots), ("cancel", actions.cancel_slots)):
        said = request.POST.get(name, "")
        if not said:
            continue
        try:
            body = actions.SlotBody(UUID(said), person)
        except ValueError:
            return None
        now = clock.now()
        told = [Told(new_id(), now, person, body)]
        done = action(told=told, by=system(incident=incident), incident=incident, now=now)
        return next(iter(done.refused.values()), None)
    return None


urlpatterns = [path("b/<slug:code>/<str:token>/", booking, name="public-booking")]
