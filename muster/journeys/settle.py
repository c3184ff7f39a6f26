"""After facts: collect what is wanted for everything touched, and reconcile the work once.

Domains below `worklists` need not know it: they name what they touched, and this page asks each source
what it wants now. `wake` does the same for what changes by the clock, read through an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from muster.core.access import scope, system
from muster.core.told import Touched, no_touch
from muster.domain.cases import actions as cases
from muster.domain.cases import queries as contacts
from muster.domain.incidents import actions as incidents
from muster.domain.sampling import actions as sampling
from muster.domain.worklists import actions as worklists
from muster.domain.worklists.rules import Want
from muster.journeys import (
    after_calls,
    catching_up,
    follow_up,
    household_needs,
    joined_people,
    lists,
    place_visits,
    positive_pool,
    promises,
    quarantine_care,
    sweeps,
)

Source = Callable[[set[UUID], UUID, datetime], list[Want]]

# what was touched → which other things must be asked again because of it
WIDER: dict[str, Callable[[set[UUID]], Touched]] = {
    "people.resident": joined_people.asked_again,
    "sampling.tube": positive_pool.asked_again,
    "cases.case": follow_up.asked_again,
    "places.building": sweeps.given_again,
    "sampling.asked": catching_up.asked_again,
    "sampling.catch_up": catching_up.begun_or_ended,
}
# each source of work → what it wants now
SOURCES: dict[str, Source] = {
    "worklists.entry": lists.wants,
    "cases.case": follow_up.wants_of_cases,
    "cases.contact": follow_up.wants_of_contacts,
    "worklists.dwelling": sweeps.wants,
    "worklists.building": sweeps.wants_of_buildings,
    "worklists.breeding": sweeps.wants_of_sites,
    "sampling.tube": positive_pool.wants,
    catching_up.PERSON: catching_up.wants,
    "helpline.request": promises.wants_of_requests,
    "supplies.need": promises.wants_of_needs,
}
LISTED = "worklists.listed"  # items that lists must be told of
NEEDS = "cases.need"  # what contacts need in quarantine becomes requests
KINDS = (*SOURCES, *WIDER, LISTED, NEEDS, household_needs.HOUSEHOLD, *place_visits.KINDS, *after_calls.KINDS)


def settle(touched: Iterable[Touched], *, incident: UUID, now: datetime) -> int:
    """Reconcile the work wanted for everything touched; returns how many items were looked at.

    Done as the system: what follows from facts must not depend on who recorded them, and work may belong
    to another area than theirs.
    """
    whole = no_touch()
    for one in touched:
        _add(whole, one)
    if not any(whole.get(kind) for kind in KINDS):
        return 0
    with scope(system(incident=incident), incident, savepoint=False):
        return _settle(whole, incident, now)


def _widen(whole: Touched, incident: UUID, now: datetime) -> None:
    """Add what must be asked again because of what was touched, and derive the contacts among it.

    Here and not in their own actions: every batch then locks tubes, contacts and items in this order, whatever its
    commands, and those that report about the same contacts do not wait in a circle.
    """
    if persons := whole.get("people.resident"):
        _add(whole, sampling.reconsider_residents(persons, incident, now).touched)
    sampling.derive_gathered(incident)
    for kind, widen in WIDER.items():
        if whole.get(kind):
            _add(whole, widen(whole[kind]))
    cases.recompute_contacts(whole.get("cases.contact", set()), incident, now)
    if needs := whole.get(NEEDS):
        _add(whole, quarantine_care.ask(needs, incident, now))


def _add(whole: Touched, more: Touched) -> None:
    for kind, ids in more.items():
        whole[kind] |= ids


def _settle(whole: Touched, incident: UUID, now: datetime) -> int:
    _widen(whole, incident, now)
    place_visits.follow(whole, incident, now)
    after_calls.follow(whole, incident, now)
    household_needs.follow(whole, incident, now)
    if listed := whole.get(LISTED):
        worklists.mark_entries(listed)
    wants: list[Want] = []
    sources: set[UUID] = set()
    for kind, ask in SOURCES.items():
        if asked := whole.get(kind):
            wants += ask(asked, incident, now)
            sources |= asked
    if not sources:
        return 0
    items = worklists.reconcile(incident=incident, wants=wants, sources=sources, now=now)
    catching_up.give(whole.get(catching_up.PERSON, set()))
    positive_pool.give(wants, incident)
    return len(items)


def wake(*, incident: UUID, now: datetime) -> int:
    """Reconsider what changes by the clock: zones, and plans of contacts that reach another day. Returns how many."""
    moved = incidents.wake_zones(now)
    while due := contacts.due_contacts(now):
        touched = no_touch()
        touched["cases.contact"] |= due
        settle([touched], incident=incident, now=now)
        moved += len(due)
    return moved
