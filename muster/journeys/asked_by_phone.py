"""A daily follow-up by telephone: how the call ended is one fact, how the contact is another, of one conversation.

Recorded by the system's right: who holds the item may say how the contact is, wherever the contact's case is.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core.access import scope, system
from muster.core.ids import derive_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.cases import actions as cases
from muster.domain.cases.models import FollowedUp
from muster.domain.cases.queries import standing
from muster.domain.cases.rules import Health
from muster.domain.worklists import happened
from muster.domain.worklists.actions.calls import RecordAttempt
from muster.domain.worklists.models import Attempt
from muster.domain.worklists.rules import UNMET

CONTACT = "contact"


def contacts(item: UUID, incident: UUID) -> list[UUID]:
    """Whose follow-up an item asks for: a person may be a contact of several cases."""
    return happened.sources([item], CONTACT, incident)[item]


def record(*, call: Told[RecordAttempt], health: str, incident: UUID, now: datetime) -> Done:
    """How the contacts are whom this call was about: as they say, or missed when nobody was met."""
    outcome = Health.MISSED if call.body.outcome in UNMET else Health(health) if health else None
    if outcome is None:
        return Done()
    told = [
        Told(_fact(call.id, one), call.at, call.by, cases.RecordFollowUp(one, outcome))
        for one in contacts(call.body.item, incident)
    ]
    by = system(incident=incident)
    with scope(by, incident):
        return cases.record_follow_ups(told=told, by=by, incident=incident, now=now)


def take_back(*, call: UUID, incident: UUID, now: datetime) -> Done:
    """The call was a slip: what it said of the contacts goes as well."""
    by = system(incident=incident)
    with scope(by, incident):
        items = Attempt.objects.filter(pk=call).values_list("item", flat=True)
        wanted = [_fact(call, one) for item in items for one in contacts(item, incident)]
        facts = set(standing(FollowedUp.objects.filter(pk__in=wanted)).values_list("id", flat=True))
        told = [
            Told(derive_id(fact, "taken back"), now, by.by, RetractBody("cases.followedup", fact, "slip"))
            for fact in facts
        ]
        if told:
            retract_facts(told=told, by=by, incident=incident, now=now)
        return cases.reconsider(facts, incident, now)


def _fact(call: UUID, contact: UUID) -> UUID:
    return derive_id(call, "follow-up", contact)
