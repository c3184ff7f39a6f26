"""What was said about cases and contacts and not taken back: what their state is derived from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from muster.core.models import Retraction
from muster.domain.cases.models import (
    Case,
    CaseConfirmed,
    CaseWithdrawn,
    ContactNamed,
    FollowedUp,
    Investigated,
    NeedStated,
    Quarantined,
    Transferred,
)
from muster.domain.cases.rules import Done, Moved, Named, Seen
from muster.domain.people import queries as people


def standing(facts: QuerySet[Any]) -> QuerySet[Any]:
    """Those of these facts that were not taken back."""
    return facts.exclude(id__in=Retraction.objects.values("target"))


def seen(contacts: set[UUID]) -> dict[UUID, list[Seen]]:
    """The follow-ups of these contacts."""
    found: dict[UUID, list[Seen]] = defaultdict(list)
    rows = standing(FollowedUp.objects.filter(contact__in=contacts))
    for contact, at, key, outcome, channel in rows.values_list("contact", "at", "id", "outcome", "channel"):
        found[contact].append(Seen(at, str(key), outcome, channel))
    return found


def named(contacts: set[UUID]) -> dict[UUID, list[Named]]:
    """What was said of who these contacts are."""
    found: dict[UUID, list[Named]] = defaultdict(list)
    rows = standing(ContactNamed.objects.filter(contact__in=contacts))
    fields = ("contact", "at", "id", "contact_class", "last_exposure_at", "exposure", "via")
    for contact, at, key, kind, exposed, exposure, via in rows.values_list(*fields):
        found[contact].append(Named(at, str(key), kind, exposed, exposure, via))
    return found


def moves(contacts: set[UUID]) -> dict[UUID, list[Moved]]:
    """Where these contacts stay, and the steps of their transfers."""
    found: dict[UUID, list[Moved]] = defaultdict(list)
    stays = standing(Quarantined.objects.filter(contact__in=contacts))
    for contact, at, key, kind, place in stays.values_list("contact", "at", "id", "kind", "place"):
        found[contact].append(Moved(at, str(key), "", kind, place))
    steps = standing(Transferred.objects.filter(contact__in=contacts))
    for contact, at, key, stage, kind, place in steps.values_list(
        "contact", "at", "id", "stage", "kind", "place"
    ):
        found[contact].append(Moved(at, str(key), stage, kind, place))
    return found


def needs(contacts: set[UUID]) -> dict[UUID, list[str]]:
    """What these contacts said they need, each once, in order of its code."""
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = standing(NeedStated.objects.filter(contact__in=contacts))
    for contact, need in rows.values_list("contact", "need"):
        found[contact].add(need)
    return {contact: sorted(codes) for contact, codes in found.items()}


def withdrawals(cases: set[UUID]) -> dict[UUID, datetime]:
    """When each of these cases ended first: by a withdrawal, or because every confirmation was taken back."""
    ends: dict[UUID, datetime] = {}
    rows = standing(CaseWithdrawn.objects.filter(case__in=cases))
    for case, at in rows.values_list("case", "at"):
        ends[case] = min(at, ends.get(case, at))
    facts = CaseConfirmed.objects.filter(case__in=cases)
    left = set(standing(facts).values_list("case", flat=True))
    said = dict(facts.exclude(case__in=left).values_list("id", "case"))
    for fact, at in Retraction.objects.filter(target__in=said).values_list("target", "at"):
        case = said[fact]
        ends[case] = min(at, ends.get(case, at))
    return ends


def steps(cases: set[UUID]) -> dict[UUID, list[Done]]:
    """The steps of the investigations of these cases."""
    found: dict[UUID, list[Done]] = defaultdict(list)
    rows = standing(Investigated.objects.filter(case__in=cases))
    for case, at, key, step, onset in rows.values_list("case", "at", "id", "step", "onset_date"):
        found[case].append(Done(at, str(key), step, onset))
    return found


def told_onsets(cases: set[UUID]) -> dict[UUID, list[Done]]:
    """The days of onset as they were said with confirmations."""
    found: dict[UUID, list[Done]] = defaultdict(list)
    rows = standing(CaseConfirmed.objects.filter(case__in=cases, onset_date__isnull=False))
    for case, at, key, onset in rows.values_list("case", "at", "id", "onset_date"):
        found[case].append(Done(at, str(key), "", onset))
    return found


def ended_cases(cases: Iterable[UUID]) -> set[UUID]:
    """Those of these cases that were withdrawn."""
    rows = Case.objects.filter(pk__in=set(cases), withdrawn_at__isnull=False)
    return set(rows.values_list("id", flat=True))


def persons_with_case(persons: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The cases in force of these persons (canonical ids)."""
    wanted = set(persons)
    records = {one: one for one in wanted}
    for person, twins in people.joined_with(wanted).items():
        records |= dict.fromkeys(twins, person)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Case.objects.filter(resident__in=records, withdrawn_at=None)
    for case, resident in rows.values_list("id", "resident"):
        found[records[resident]].add(case)
    return found
