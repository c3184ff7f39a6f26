"""Who may do what, where, until when. Checked inside every action; the database is the second wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from muster.core import prepared
from muster.core.errors import NotAllowed

EVERYWHERE = (0, 10**15)
SPANS = (1, 10**3, 10**6, 10**9, 10**11, 10**13)  # grid, community, sub-district, district, city, province

FIELD = {
    "people.register",
    "worklists.record",
    "sampling.record",
    "passes.scan",
    "mobilising.shift",
    "places.survey",
    "helpline.record",
    "supplies.record",
    "cases.follow",
    "incidents.works",
    "interop.submit",
    "core.retract",
}
DESK = FIELD | {
    "desk.read",
    "worklists.assign",
    "worklists.list",
    "people.join",
    "people.share",
    "people.unmask",
    "people.import",
    "mobilising.plan",
    "mobilising.batch",
    "responders.enrol",
    "sampling.plan",
    "sampling.result",
    "passes.issue",
    "supplies.plan",
    "helpline.plan",
    "notices.publish",
    "cases.trace",
    "cases.approve",
    "places.edit",
    "reports.read",
    "interop.forms",
    "sync.review",
}
ROLES: dict[str, frozenset[str]] = {
    "commander": frozenset(
        DESK
        | {
            "incidents.open",
            "incidents.zone",
            "incidents.close",
            "reports.publish",
            "access.grant",
            "device.enrol",
        }
    ),
    "desk": frozenset(DESK | {"device.enrol"}),
    "tracer": frozenset(
        {"desk.read", "worklists.record", "cases.trace", "cases.follow", "people.unmask", "core.retract"}
    ),
    "caller": frozenset({"worklists.record", "helpline.record", "cases.follow", "core.retract"}),
    "grid_worker": frozenset(
        {
            "people.register",
            "worklists.record",
            "places.survey",
            "sampling.record",
            "helpline.record",
            "mobilising.shift",
            "cases.follow",
            "interop.submit",
            "core.retract",
            "notices.broadcast",
        }
    ),
    "field_team": frozenset(FIELD | {"notices.broadcast", "mobilising.batch"}),
    "supply": frozenset({"desk.read", "supplies.plan", "supplies.record", "core.retract"}),
    "laboratory": frozenset({"sampling.result", "sampling.record", "core.retract"}),
    "counsellor": frozenset({"helpline.record", "helpline.counsel", "core.retract"}),
    "auditor": frozenset({"desk.read", "reports.read", "journal.read"}),
}
ROLES["commander"] |= {"notices.broadcast", "journal.read"}
ROLES["desk"] |= {"notices.broadcast"}
SYSTEM = UUID("00000000-0000-7000-8000-000000000001")


def span(area: int) -> tuple[int, int]:
    """The half-open range of area codes at or below `area` (0 means everywhere).

    A code is 15 digits: 2 province, 2 city, 2 district, 3 sub-district, 3 community, 3 grid; a level that
    is not reached is zeros, so everything inside an area is one range of numbers.
    """
    if area == 0:
        return EVERYWHERE
    width = SPANS[0]
    for candidate in SPANS[1:]:
        if area % candidate:
            break
        width = candidate
    return area, area + width


@dataclass(frozen=True)
class Grant:
    """A right that is in force: a role in an area, perhaps in one incident only, until an instant."""

    role: str
    area: int
    incident: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts: an account, the responder behind it, the telephone used, and the rights in force."""

    account: UUID
    grants: tuple[Grant, ...]
    responder: UUID | None = None
    device: UUID | None = None
    username: str = ""
    incident: UUID | None = field(default=None, compare=False)
    sees: str | None = None  # see `narrowed`

    @property
    def by(self) -> UUID:
        """The id that facts carry as `by`."""
        return self.responder or self.account

    def spans(self, right: str | None, incident: UUID | None) -> list[tuple[int, int]]:
        """Merged area ranges where `right` (None: whatever is seen by) holds in this incident."""
        right = right or self.sees
        ranges = sorted(
            span(grant.area)
            for grant in self.grants
            if (grant.incident is None or grant.incident == incident)
            and (right is None or right in ROLES.get(grant.role, frozenset()))
        )
        merged: list[tuple[int, int]] = []
        for low, high in ranges:
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return merged

    def may(self, right: str, area: int, incident: UUID | None) -> bool:
        """Whether `right` holds at `area`."""
        return any(low <= area < high for low, high in self.spans(right, incident))

    def require(self, right: str, area: int, incident: UUID | None) -> None:
        """Refuse when `right` does not hold at `area`."""
        if not self.may(right, area, incident):
            raise NotAllowed(right=right)

    def allowed(self, right: str, areas: Iterable[int], incident: UUID | None) -> set[int]:
        """Those of the areas where `right` holds (a set-based `may`)."""
        spans = self.spans(right, incident)
        return {area for area in set(areas) if any(low <= area < high for low, high in spans)}


def system(area: int = 0, incident: UUID | None = None) -> Actor:
    """The system itself, for jobs: everything at or below `area`."""
    return Actor(
        account=SYSTEM, grants=(Grant("commander", area, incident),), username="system", incident=incident
    )


def visitor(incident: UUID) -> Actor:
    """Somebody without an account, for the few reads of public pages: no right to do anything."""
    return Actor(
        account=SYSTEM, grants=(Grant("visitor", 0, incident),), username="visitor", incident=incident
    )


@contextmanager
def narrowed(actor: Actor, right: str, incident: UUID) -> Iterator[Actor]:
    """Only where `right` holds: who sits at a desk in one area and walks another reads no lists of the other."""
    if actor.spans(right, incident) == actor.spans(None, incident):
        yield actor
        return
    with scope(replace(actor, sees=right), incident) as seen:
        yield seen


_current: ContextVar[tuple[Actor, UUID | None] | None] = ContextVar("muster_scope", default=None)


def enter(actor: Actor, incident: UUID | None) -> None:
    """Set the scope of the open transaction; prefer `scope`."""
    spans = actor.spans(None, incident)
    low, high = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    areas = "{" + ",".join(f"[{a},{b})" for a, b in spans) + "}"
    _set(str(low), str(high), areas, str(incident or ""), str(actor.account))


def _set(low: str, high: str, areas: str, incident: str, account: str) -> None:
    prepared.run(
        "select set_config('muster.low', %s, true), set_config('muster.high', %s, true),"
        " set_config('muster.areas', %s, true), set_config('muster.incident', %s, true),"
        " set_config('muster.account', %s, true)",
        [low, high, areas, incident, account],
    )


@contextmanager
def scope(actor: Actor, incident: UUID | None = None, *, savepoint: bool = True) -> Iterator[Actor]:
    """A transaction in which exactly what `actor` may see exists. For pages, jobs, commands and tests.

    Scopes nest: the outer one is in force again afterwards. Without a savepoint an error inside ends the
    whole transaction.
    """
    outer, inside = _current.get(), connection.in_atomic_block
    token = _current.set((actor, incident))
    try:
        with transaction.atomic(savepoint=savepoint):
            enter(actor, incident)
            yield actor
            if outer is not None:
                enter(*outer)
            elif inside and savepoint:  # a transaction of our own ends here and takes the scope with it
                _set("", "", "", "", "")
    finally:
        _current.reset(token)
