"""What a contact needs in quarantine becomes a request to the helpline; a need taken back withdraws it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core.access import system
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.told import Told, Touched, no_touch
from muster.domain.cases.models import Contact, NeedStated
from muster.domain.helpline import actions as helpline
from muster.domain.helpline.rules import RequestKind, Step

# what somebody needs → what kind of request that is; the rest is a request of its own kind
KINDS = {
    "medicine": RequestKind.MEDICINE,
    "chronic": RequestKind.MEDICINE,
    "dialysis": RequestKind.TRANSPORT,
    "chemotherapy": RequestKind.TRANSPORT,
    "transport": RequestKind.TRANSPORT,
    "food": RequestKind.FOOD,
    "counselling": RequestKind.COUNSELLING,
    "mental_health": RequestKind.COUNSELLING,
}


def request_of(fact: UUID) -> UUID:
    """The request a stated need becomes."""
    return derive_id("quarantine need", fact)


def ask(facts: set[UUID], incident: UUID, now: datetime) -> Touched:
    """Open the requests of these needs, each once; withdraw those of needs that were taken back."""
    touched = no_touch()
    needs = list(NeedStated.objects.filter(pk__in=facts).order_by("id"))
    residents = dict(
        Contact.objects.filter(pk__in={one.contact for one in needs}).values_list("id", "resident")
    )
    by = system(incident=incident)
    told = [
        Told(
            derive_id("quarantine need told", one.id), one.at, one.by, _body(one, residents.get(one.contact))
        )
        for one in needs
    ]
    done = helpline.open_requests(told=told, by=by, incident=incident, now=now)
    gone = dict(
        Retraction.objects.filter(target__in=facts).order_by("-at", "-id").values_list("target", "at")
    )
    ends = [
        Told(
            derive_id("quarantine need gone", fact),
            at,
            by.by,
            helpline.UpdateRequest(request_of(fact), Step.WITHDRAWN),
        )
        for fact, at in sorted(gone.items())
    ]
    if ends:
        more = helpline.update_requests(told=ends, by=by, incident=incident, now=now)
        touched["helpline.request"] |= more.touched["helpline.request"]
    touched["helpline.request"] |= done.touched["helpline.request"]
    return touched


def _body(one: NeedStated, resident: UUID | None) -> helpline.OpenRequest:
    return helpline.OpenRequest(
        id=request_of(one.id),
        area=one.area,
        kind=KINDS.get(one.need, RequestKind.OTHER),
        resident=resident,
        vulnerable=one.need,
    )
