"""The test of one person: book a slot, cancel it, or say why not. For desks and callers; the name stays masked."""

from __future__ import annotations

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import body
from muster.commandpost.calling import seat
from muster.commandpost.catching_up import reasons
from muster.commandpost.coverage import STANDING
from muster.commandpost.frame import DeskRequest, act, ids
from muster.core.errors import BadInput, NotFound
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.sampling import actions, appointments, queries, standing
from muster.domain.sampling.rules import Standing


def _person(request: DeskRequest, resident: UUID) -> Resident:
    head = people.heads([resident]).get(resident)
    found = Resident.objects.filter(pk=head[0], withdrawn_at=None).first() if head else None
    if found is None:
        raise NotFound
    return found


@seat
def booking(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Where the person stands, the appointment they have, and free slots at the sites near them."""
    person = _person(request, resident)
    masked = people.masked([person.id], request.incident.id).get(person.id)
    held = [(one, appointments.site_of(one)) for one in appointments.held(person.id, request.now)]
    chosen = queries.round_at(person.area, request.incident.id, request.now)
    stands = standing.people(chosen, standing.Wish(resident=person.id, standing="any")) if chosen else []
    where = stands[0].standing if stands else ""
    context = {
        "person": person, "name": masked.name if masked else "", "held": held, "chosen": chosen,
        "door": places.dwelling_titles([person.dwelling]).get(person.dwelling, "") if person.dwelling else "",
        "standing": STANDING.get(where, ""), "free_to_book": where not in (Standing.DONE, Standing.EXEMPT),
        "sites": [] if held else appointments.near(person.area, request.incident.id, request.now),
        "reasons": reasons(request), "item": next(iter(ids([request.GET.get("item", "")])), None),
    }  # fmt: skip
    return render(request, "commandpost/sites/booking.html", context)


@require_POST
@seat
def book(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Book the slot that was pressed; a full one says which are free."""
    wanted = body(request, actions.SlotBody, {"resident": _person(request, resident).id})
    act(request, actions.book_slots, wanted)
    slot = appointments.slot(wanted.slot)
    if slot is not None:
        site = appointments.site_of(slot)
        said = {"at": f"{localtime(slot.from_at):%m-%d %H:%M}", "site": site.name if site else ""}
        messages.success(request, _("Booked: %(at)s, %(site)s.") % said)
    return _back(request, resident)


@require_POST
@seat
def cancel(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Give the slot back."""
    wanted = body(request, actions.SlotBody, {"resident": _person(request, resident).id})
    act(request, actions.cancel_slots, wanted)
    messages.success(request, _("Cancelled; somebody else can have the slot."))
    return _back(request, resident)


@require_POST
@seat
def explain(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Write down why the person is not tested."""
    known, code, person = reasons(request), request.POST.get("reason", ""), _person(request, resident)
    chosen = queries.round_at(person.area, request.incident.id, request.now)
    if code not in known or chosen is None:
        raise BadInput(problem="reason")
    said = actions.ExplainUntested(chosen.id, person.id, known[code][1], code)
    act(request, actions.explain_untested, said)
    messages.success(request, _("Written down. Who is tested after all counts as done."))
    return _back(request, resident)


@require_POST
@seat
def link(request: DeskRequest, resident: UUID) -> HttpResponse:
    """A link with which the person books without an account, to send, or as a code to print; journalled."""
    person = _person(request, resident)
    token = actions.invite(
        resident=person.id, by=request.actor, incident=request.incident.id, now=request.now
    )
    address = request.build_absolute_uri(reverse("public-booking", args=[request.incident.code, token]))
    picture = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=False, svgclass="qr")
    context = {"person": person, "address": address, "code": picture}
    return render(request, "commandpost/sites/invitation.html", context)


def _back(request: DeskRequest, resident: UUID) -> HttpResponse:
    return redirect(f"/i/{request.incident.code}/bookings/{resident}/")


urlpatterns = [
    path("bookings/<uuid:resident>/", booking, name="booking"),
    path("bookings/<uuid:resident>/book/", book, name="booking-book"),
    path("bookings/<uuid:resident>/cancel/", cancel, name="booking-cancel"),
    path("bookings/<uuid:resident>/link/", link, name="booking-link"),
    path("bookings/<uuid:resident>/explain/", explain, name="booking-explain"),
]
