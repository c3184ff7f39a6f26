"""What time does by itself: wakes due work and tries parked commands again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from muster.core import accounts, clock, journal, telephones
from muster.core.access import scope, system
from muster.core.models import Parked
from muster.domain.cases import actions as cases
from muster.domain.incidents import queries as incidents
from muster.domain.passes import actions as passes
from muster.fieldapp import sync
from muster.interop.openrosa import branches
from muster.journeys import settle


def turn() -> int:
    """Wake what is due in every open incident and retry what waits; returns how many things moved."""
    moved = 0
    with scope(system()):
        open_ones = incidents.open_ids()
    for incident in open_ones:
        with scope(system(incident=incident), incident):
            moved += settle.wake(incident=incident, now=clock.now())
        moved += retry_parked(incident)
        moved += branches.overdue(incident, clock.now())
    return moved


def forget() -> int:
    """Delete traces of scans and visits of places whose time is over; returns how many."""
    with scope(system()):
        everywhere = incidents.all_ids()
    gone = 0
    for incident in everywhere:
        by = system(incident=incident)
        with scope(by, incident):
            gone += passes.forget_traces(by=by, incident=incident, now=clock.now())
            gone += cases.forget_visits(by=by, incident=incident, now=clock.now())
    return gone


def retry_parked(incident: UUID) -> int:
    """Try the waiting commands of every account again; returns how many were taken."""
    with scope(system(incident=incident), incident):
        waiting = list(
            Parked.objects.filter(settled_at=None, result="quarantined", incident=incident)
            .values_list("account", flat=True)
            .distinct()
        )
    with transaction.atomic():
        actors = [actor for account in waiting if (actor := accounts.find_actor(account))]
        ended = [one for actor in actors for one in telephones.ended_lately(actor, clock.now())]
    taken = sum(sync.retry(actor, incident) for actor in actors)
    return taken + sum(sync.retry_late(one, incident) for one in ended)


def seal_journal() -> int:
    """Seal the journal; returns the serial of the newest segment."""
    with scope(system()):
        return journal.seal().serial
