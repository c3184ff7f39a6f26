"""One contact: what is due, how they are, where they stay and how they got there, what they need, their own link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.asking import body
from muster.commandpost.cases import due_of, events, listed
from muster.commandpost.frame import DeskRequest, act, said, screen
from muster.core.errors import BadInput, NotFound
from muster.core.told import Many
from muster.domain.cases import actions
from muster.domain.cases import queries as cases
from muster.domain.cases.actions.shared import FOLLOW, areas_of_contacts
from muster.domain.cases.models import Case, Contact, ReportLink
from muster.domain.cases.rules import FOLLOWED, Channel, Health, QuarantineKind, Stage
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.journeys.follow_up import moved_by

MOST_PLACES = 200
# what a form records: the field that says so, its body and action
RECORDS: dict[str, tuple[type[Any], Many]] = {
    "follow_up": (actions.RecordFollowUp, actions.record_follow_ups),
    "place": (actions.PlaceInQuarantine, actions.place_in_quarantine),
    "transfer": (actions.RecordTransfer, actions.record_transfers),
    "need": (actions.StateQuarantineNeed, actions.state_quarantine_needs),
}


def _contact(contact: UUID) -> Contact:
    found = Contact.objects.filter(pk=contact).first()
    if found is None:
        raise NotFound
    return found


def _may(request: DeskRequest, contact: UUID) -> bool:
    areas = areas_of_contacts({contact}).get(contact, [])
    return bool(request.actor.allowed(FOLLOW, areas, request.incident.id))


@screen
def contact_page(request: DeskRequest, contact: UUID) -> HttpResponse:
    """Everything about one contact, and the forms for what is done about them."""
    found = _contact(contact)
    pack = incidents.pack_of(request.incident.id)
    via = Contact.objects.filter(pk=found.via).first() if found.via else None
    masked = people.masked({found.resident, *([via.resident] if via else [])}, request.incident.id)
    row = listed(request, [found], masked, places.area_names({found.area}))[0]
    points = places.points("hostel")[:MOST_PLACES]
    place = places.points().filter(pk=found.quarantine_point).first() if found.quarantine_point else None
    due_at = moved_by(pack, found)
    link = ReportLink.objects.filter(contact=contact, revoked_at=None, expires_at__gt=request.now).first()
    context = {
        "row": row,
        "contact": found,
        "name": row["name"] or "–",
        "case_seen": Case.objects.filter(pk=found.case).exists(),
        "via": via,
        "via_name": masked[via.resident].name if via and via.resident in masked else "–",
        "exposure": _exposure(request, found),
        "items": due_of(request, [found]).get(found.resident, []),
        "kinds": labels.ITEM_KIND,
        "place": place,
        "move_due": due_at,
        "move_late": found.ordered_at is not None
        and due_at is not None
        and (found.arrived_at or request.now) > due_at,
        "needs": [labels.CARE.get(one, one) for one in found.needs],
        "may": _may(request, contact),
        "is_followed": found.state in FOLLOWED,
        "has_links": bool(pack.contacts and pack.contacts.report_link_hours),
        "link": link,
        "choices": _choices(points),
        "events": events(request, cases.history_of_contact(contact, request.incident.id)),
    }
    return render(request, "commandpost/cases/contact_page.html", context)


def _exposure(request: DeskRequest, found: Contact) -> str:
    contacts = incidents.pack_of(request.incident.id).contacts
    known = contacts.exposures if contacts else ()
    return next((said(one.title) for one in known if one.code == found.exposure), "")


def _choices(points: Any) -> dict[str, list[tuple[Any, Any]]]:
    return {
        "outcomes": [(one.value, labels.HEALTH[one.value]) for one in Health],
        "channels": [(one.value, labels.ASKED_BY[one.value]) for one in (Channel.CALL, Channel.VISIT)],
        "kinds": [(one.value, labels.QUARANTINE[one.value]) for one in QuarantineKind],
        "stages": [(one.value, labels.STAGE[one.value]) for one in Stage],
        "needs": list(labels.CARE.items()),
        "symptoms": list(labels.SYMPTOM.items()),
        "places": [(one.id, one.name) for one in points],
    }


@screen
def record(request: DeskRequest, contact: UUID) -> HttpResponse:
    """One thing done about a contact."""
    if request.method == "POST":
        chosen = RECORDS.get(request.POST.get("what", ""))
        if chosen is None:
            raise BadInput(problem="what")
        kind, action = chosen
        act(request, action, body(request, kind, {"contact": contact}))
        messages.success(request, _("Recorded."))
    return redirect(f"/i/{request.incident.code}/cases/contacts/{contact}/")


@screen
def link(request: DeskRequest, contact: UUID) -> HttpResponse:
    """Make a link and show it once, to copy, scan or print; or end the links of the contact."""
    back = redirect(f"/i/{request.incident.code}/cases/contacts/{contact}/")
    if request.method != "POST":
        return back
    common: dict[str, Any] = {
        "contact": contact,
        "by": request.actor,
        "incident": request.incident.id,
        "now": request.now,
    }
    if request.POST.get("what") == "end":
        actions.end_links(**common)
        messages.success(request, _("The link has ended."))
        return back
    made, token = actions.make_link(**common)
    address = request.build_absolute_uri(reverse("public-report", args=[request.incident.code, token]))
    context = {
        "contact": contact,
        "address": address,
        "until": made.expires_at,
        "code": segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=False, svgclass="qr"),
    }
    answer = render(request, "commandpost/cases/link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("cases/contacts/<uuid:contact>/", contact_page, name="contact-page"),
    path("cases/contacts/<uuid:contact>/record/", record, name="contact-record"),
    path("cases/contacts/<uuid:contact>/link/", link, name="contact-link"),
]
