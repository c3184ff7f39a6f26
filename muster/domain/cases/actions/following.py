"""Following contacts up: how they are, where they stay, how they got there, what they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.tables import Fact
from muster.core.told import Done, Told
from muster.domain.cases.actions.shared import FACT, FOLLOW, areas_of_contacts, head, note, sorted_out
from muster.domain.cases.models import FollowedUp, NeedStated, Quarantined, Transferred
from muster.domain.cases.rules import NEED, Channel, Health, QuarantineKind, Stage

Need = Annotated[str, msgspec.Meta(pattern=NEED)]


class RecordFollowUp(msgspec.Struct, frozen=True):
    """How a contact is today, asked by telephone, at the door, or told by themselves."""

    contact: UUID
    outcome: Health
    channel: Channel = Channel.CALL
    symptoms: Annotated[list[Need], msgspec.Meta(max_length=20)] = []


class PlaceInQuarantine(msgspec.Struct, frozen=True):
    """Where a contact stays from now on."""

    contact: UUID
    kind: QuarantineKind
    place: UUID | None = None


class RecordTransfer(msgspec.Struct, frozen=True):
    """A transfer was ordered, has departed, or arrived."""

    contact: UUID
    stage: Stage
    kind: QuarantineKind = QuarantineKind.CENTRAL
    place: UUID | None = None


class StateQuarantineNeed(msgspec.Struct, frozen=True):
    """A contact who stays at a place needs something there."""

    contact: UUID
    need: Need


About = (
    Sequence[Told[RecordFollowUp]]
    | Sequence[Told[PlaceInQuarantine]]
    | Sequence[Told[RecordTransfer]]
    | Sequence[Told[StateQuarantineNeed]]
)


def record_follow_ups(
    *, told: Sequence[Told[RecordFollowUp]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record how contacts are."""

    def said(b: RecordFollowUp) -> tuple[object, ...]:
        return (b.outcome.value, b.channel.value, list(dict.fromkeys(b.symptoms)))

    return _record(FollowedUp, ("outcome", "channel", "symptoms"), said, told, by, incident, now)


def place_in_quarantine(
    *, told: Sequence[Told[PlaceInQuarantine]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record where contacts stay."""

    def said(b: PlaceInQuarantine) -> tuple[object, ...]:
        return (b.kind.value, b.place)

    return _record(Quarantined, ("kind", "place"), said, told, by, incident, now)


def record_transfers(
    *, told: Sequence[Told[RecordTransfer]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record how far transfers are."""

    def said(b: RecordTransfer) -> tuple[object, ...]:
        return (b.stage.value, b.kind.value, b.place)

    return _record(Transferred, ("stage", "kind", "place"), said, told, by, incident, now)


def state_quarantine_needs(
    *, told: Sequence[Told[StateQuarantineNeed]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record what contacts need where they stay; a request follows from it."""
    done = _record(NeedStated, ("need",), lambda b: (b.need,), told, by, incident, now)
    done.touch("cases.need", {one.id for one in done.stored(told)})
    return done


def _record(  # noqa: PLR0913 (the common way of four observations)
    model: type[Fact],
    names: tuple[str, ...],
    said: Callable[[Any], tuple[object, ...]],
    told: About,
    by: Actor,
    incident: UUID,
    now: datetime,
) -> Done:
    done = Done()
    areas = areas_of_contacts({one.body.contact for one in told})
    places = {one.id: areas.get(one.body.contact, []) for one in told}
    listed: list[Told[Any]] = list(told)
    good, where = sorted_out(listed, places, by, incident, done, FOLLOW)
    if good:
        contacts = {o.body.contact for o in good}
        facts = [(*head(o, incident, where[o.id]), o.body.contact, *said(o.body)) for o in good]
        bulk.insert(model, (*FACT, "contact", *names), facts)
        note("cases.follow", by, incident, list(where.values()), contacts)
        done.touch("cases.contact", contacts)
    return done


def reconsider(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the contacts of these facts are derived again, and what they needed is asked again."""
    done = Done()
    kinds: tuple[Any, ...] = (FollowedUp, Quarantined, Transferred, NeedStated)
    contacts: set[UUID] = set()
    for model in kinds:
        contacts |= set(model.objects.filter(pk__in=facts).values_list("contact", flat=True))
    done.touch("cases.contact", contacts)
    done.touch("cases.need", NeedStated.objects.filter(pk__in=facts).values_list("id", flat=True))
    return done
