"""Call-outs and the people offered in answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.mobilising.actions.shared import FACT, enter_journal
from muster.domain.mobilising.models import Callout, CalloutAnswered, CalloutSent
from muster.domain.responders import queries as responders


class SendCallout(msgspec.Struct, frozen=True):
    """Ask organisations for people, in the name of an area."""

    id: UUID
    area: int
    title: str
    organisations: list[UUID]
    text: str = ""


class AnswerCallout(msgspec.Struct, frozen=True):
    """So many people are offered; none declines."""

    callout: UUID
    organisation: UUID
    people: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


def send_callouts(*, told: Sequence[Told[SendCallout]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Send call-outs to organisations."""
    done = Done()
    allowed = by.allowed("mobilising.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="mobilising.plan")
    homes = _homes(organisation for one in told for organisation in one.body.organisations)
    for one in told:
        if one.id not in done.refused and not homes.keys() >= set(one.body.organisations):
            done.waiting[one.id] = NotVisibleYet()
    good = done.stored(told)
    rows = [(o.body.id, incident, o.body.area, o.body.title, o.body.text, o.at) for o in good]
    bulk.insert(Callout, ("id", "incident", "area", "title", "text", "sent_at"), rows)
    facts = [
        (
            derive_id(one.body.id, asked),
            incident,
            one.body.area,
            one.at,
            one.by,
            one.device,
            homes[asked],
            one.body.id,
            asked,
        )
        for one in good
        for asked in dict.fromkeys(one.body.organisations)
    ]
    bulk.insert(CalloutSent, (*FACT, "from_area", "callout", "organisation"), facts)
    enter_journal("mobilising.callout", by, incident, ((one.body.area, one.body.id) for one in good))
    return done


def _homes(organisations: Iterable[UUID]) -> dict[UUID, int]:
    """The areas of those of the organisations that are known."""
    return dict(responders.organisations().filter(pk__in=set(organisations)).values_list("id", "area"))


def answer_callouts(*, told: Sequence[Told[AnswerCallout]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record answers: at the organisation itself, or at the desk that sent the call-out."""
    done = Done()
    asked = Callout.objects.filter(pk__in=[one.body.callout for one in told], incident=incident)
    areas = dict(asked.values_list("id", "area"))
    homes = _homes(one.body.organisation for one in told)
    rows, about = [], []
    for one in told:
        body = one.body
        if body.callout not in areas or body.organisation not in homes:
            done.waiting[one.id] = NotVisibleYet()
            continue
        ends = (areas[body.callout], homes[body.organisation])
        own = next((end for end in ends if by.may("mobilising.batch", end, incident)), None)
        if own is None:
            done.waiting[one.id] = NotAllowed(right="mobilising.batch")
            continue
        about.append((own, body.callout))
        rows.append(
            (
                one.id,
                incident,
                ends[0],
                one.at,
                one.by,
                one.device,
                ends[1],
                body.callout,
                body.organisation,
                body.people,
            )
        )
    bulk.insert(CalloutAnswered, (*FACT, "from_area", "callout", "organisation", "people"), rows)
    enter_journal("mobilising.answer", by, incident, about)
    return done
