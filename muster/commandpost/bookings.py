"""The test of one person: book a slot, cancel it, or say why not. For desks and callers; the name stays masked."""

from __future__ import annotations

from itertools import islice
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import body, has
from muster.commandpost.calling import seat
from muster.commandpost.catching_up import reasons
from muster.commandpost.coverage import STANDING
from muster.commandpost.frame import DeskRequest, act, ids, within
from muster.core.errors import BadInput, NotFound
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.places.models import Point
from muster.domain.sampling import actions, appointments, queries, standing
from muster.domain.sampling.models import Slot
from muster.domain.sampling.rules import Standing

SITES, SLOTS, MOST_SITES = 6, 24, 60


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
    held = [(one, _site_name(one.site)) for one in appointments.held(person.id, request.now)]
    chosen = queries.round_at(person.area, request.incident.id, request.now)
    stands = standing.people(chosen, standing.Wish(resident=person.id, standing="any")) if chosen else []
    where = stands[0].standing if stands else ""
    context = {
        "person": person, "name": masked.name if masked else "", "held": held, "chosen": chosen,
        "door": places.dwelling_titles([person.dwelling]).get(person.dwelling, "") if person.dwelling else "",
        "standing": STANDING.get(where, ""), "free_to_book": where not in (Standing.DONE, Standing.EXEMPT),
        "sites": [] if held else _free(request, person), "reasons": reasons(request),
        "has_desk": has(request, "desk.read"), "item": next(iter(ids([request.GET.get("item", "")])), None),
    }  # fmt: skip
    return render(request, "commandpost/sites/booking.html", context)


def _site_name(site: UUID) -> str:
    return Point.objects.filter(pk=site).values_list("name", flat=True).first() or ""


def _free(request: DeskRequest, person: Resident) -> list[tuple[Point, list[Slot]]]:
    """Sites with free slots, those of the person's own community first."""
    community = person.area // standing.COMMUNITY

    def far(one: Point) -> tuple[bool, int, str, UUID]:
        return one.area // standing.COMMUNITY != community, abs(one.area - person.area), one.name, one.id

    points = Point.objects.filter(within(request), incident=request.incident.id, kind="site")[:MOST_SITES]
    found = ((one, appointments.free(one.id, request.now, size=SLOTS)) for one in sorted(points, key=far))
    return list(islice(((one, slots) for one, slots in found if slots), SITES))


@require_POST
@seat
def book(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Book the slot that was pressed; a full one says which are free."""
    wanted = body(request, actions.SlotBody, {"resident": _person(request, resident).id})
    act(request, actions.book_slots, wanted)
    slot = appointments.slot(wanted.slot)
    if slot is not None:
        said = {"at": f"{localtime(slot.from_at):%m-%d %H:%M}", "site": _site_name(slot.site)}
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


def _back(request: DeskRequest, resident: UUID) -> HttpResponse:
    return redirect(f"/i/{request.incident.code}/bookings/{resident}/")


urlpatterns = [
    path("bookings/<uuid:resident>/", booking, name="booking"),
    path("bookings/<uuid:resident>/book/", book, name="booking-book"),
    path("bookings/<uuid:resident>/cancel/", cancel, name="booking-cancel"),
    path("bookings/<uuid:resident>/explain/", explain, name="booking-explain"),
]
