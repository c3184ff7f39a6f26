"""Call-outs and batches as the desk sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from muster.core.models import Retraction
from muster.domain.mobilising.models import Batch, Callout, CalloutAnswered, CalloutSent, RollCall
from muster.domain.mobilising.rules import RIDDEN, Answer, callout_state, ride_place, totals_differ
from muster.domain.responders import queries as responders

COLUMNS = ("planned", "mustered", "departed", "arrived", "released")


class BatchRow(msgspec.Struct, frozen=True):
    """A batch with its sender in words and its flags.

    Flags: short, uneven (heads and names differ), implausible_date, total_differs, late.
    """

    id: UUID
    state: str
    organisation: UUID
    organisation_name: str
    organisation_name_en: str
    from_area: int
    area: int
    task: str
    leader: UUID | None
    planned: int
    planned_at: datetime
    counts: dict[str, int | None]
    reached: dict[str, datetime | None]
    vehicles: int
    vehicles_seen: int | None
    shortfall: int | None
    printed_date: date | None
    suggested_date: date | None
    printed_total: int | None
    flags: list[str]

    @property
    def known(self) -> int:
        """The best count there is: the furthest before release, else the plan."""
        counts = (self.counts[stage] for stage in ("arrived", "departed", "mustered"))
        return next((count for count in counts if count is not None), self.planned)


class TotalConflict(msgspec.Struct, frozen=True):
    """A printed total that is neither the plan nor the count of the batches it speaks of."""

    organisation: UUID
    organisation_name: str
    organisation_name_en: str
    from_area: int
    printed: int
    planned: list[int]
    counted: list[int]
    batches: list[UUID]


class RollCallRow(msgspec.Struct, frozen=True):
    """One roll-call on a batch card."""

    id: UUID
    at: datetime
    recorded_at: datetime
    stage: str
    headcount: int
    named: int
    vehicles: int | None
    by: UUID
    retracted: bool


class BatchCard(msgspec.Struct, frozen=True):
    """A batch with its roll-calls, and who was named at the last stage."""

    batch: BatchRow
    calls: list[RollCallRow]
    present: list[UUID]
    conflict: TotalConflict | None


def batch_rows(incident: UUID, now: datetime) -> list[BatchRow]:
    """The batches of an incident in scope, by planned time."""
    return _rows(Batch.objects.filter(incident=incident).order_by("planned_at", "id"), now)


def _rows(found: Iterable[Batch], now: datetime) -> list[BatchRow]:
    batches = list(found)
    senders = responders.organisations().in_bulk({batch.organisation for batch in batches})
    rows = []
    for b in batches:
        sender = senders.get(b.organisation)
        rows.append(
            BatchRow(
                id=b.id,
                state=b.state,
                organisation=b.organisation,
                organisation_name=sender.name if sender else "",
                organisation_name_en=sender.name_en if sender else "",
                from_area=b.from_area,
                area=b.area,
                task=b.task,
                leader=b.leader,
                planned=b.planned,
                planned_at=b.planned_at,
                counts={
                    "mustered": b.mustered,
                    "departed": b.departed,
                    "arrived": b.arrived,
                    "released": b.released,
                },
                reached={
                    "mustered": b.mustered_at,
                    "departed": b.departed_at,
                    "arrived": b.arrived_at,
                    "released": b.released_at,
                },
                vehicles=b.vehicles,
                vehicles_seen=b.vehicles_seen,
                shortfall=b.shortfall,
                printed_date=b.printed_date,
                suggested_date=b.suggested_date,
                printed_total=b.printed_total,
                flags=_flags(b, now),
            )
        )
    differing = {batch for conflict in _conflicts(rows) for batch in conflict.batches}
    return [
        msgspec.structs.replace(r, flags=[*r.flags, "total_differs"]) if r.id in differing else r
        for r in rows
    ]


def _flags(batch: Batch, now: datetime) -> list[str]:
    flags = {
        "short": bool(batch.shortfall),
        "uneven": batch.uneven,
        "implausible_date": batch.suggested_date is not None,
        "late": batch.state == "planned" and batch.planned_at < now,
    }
    return [name for name, is_set in flags.items() if is_set]


def _conflicts(rows: Iterable[BatchRow]) -> list[TotalConflict]:
    groups: dict[tuple[UUID, int], list[BatchRow]] = {}
    for row in rows:
        groups.setdefault((row.organisation, row.from_area), []).append(row)
    found = []
    for (organisation, from_area), listed in groups.items():
        planned, counted = [row.planned for row in listed], [row.known for row in listed]
        for printed in sorted({row.printed_total for row in listed if row.printed_total is not None}):
            if totals_differ(printed, planned) and totals_differ(printed, counted):
                first = listed[0]
                found.append(
                    TotalConflict(
                        organisation,
                        first.organisation_name,
                        first.organisation_name_en,
                        from_area,
                        printed,
                        planned,
                        counted,
                        [row.id for row in listed],
                    )
                )
    return found


def total_conflicts(incident: UUID, now: datetime) -> list[TotalConflict]:
    """Printed totals that do not reconcile with the batches of their sender."""
    return _conflicts(batch_rows(incident, now))


def batch_board(incident: UUID, now: datetime) -> dict[str, list[BatchRow]]:
    """The batches in the columns of the board."""
    board: dict[str, list[BatchRow]] = {column: [] for column in COLUMNS}
    for row in batch_rows(incident, now):
        board[row.state].append(row)
    return board


def batch_card(batch: UUID, now: datetime) -> BatchCard | None:
    """One batch with its roll-calls; None when it is not visible."""
    held = Batch.objects.filter(pk=batch).first()
    if held is None:
        return None
    siblings = Batch.objects.filter(
        incident=held.incident, organisation=held.organisation, from_area=held.from_area
    ).order_by("planned_at", "id")
    rows = _rows(siblings, now)
    facts = list(RollCall.objects.filter(batch=batch).order_by("at", "id"))
    gone = set(
        Retraction.objects.filter(target__in=[fact.id for fact in facts]).values_list("target", flat=True)
    )
    named = {
        one for fact in facts if fact.id not in gone and fact.stage == held.state for one in fact.present
    }
    calls = [
        RollCallRow(
            f.id, f.at, f.recorded_at, f.stage, f.headcount, len(f.present), f.vehicles, f.by, f.id in gone
        )
        for f in facts
    ]
    mine = next(row for row in rows if row.id == batch)
    conflict = next((one for one in _conflicts(rows) if batch in one.batches), None)
    return BatchCard(mine, calls, sorted(named), conflict)


class RideRow(msgspec.Struct, frozen=True):
    """A vehicle as a place of a batch that arrived; without a vehicle the batch as a whole."""

    organisation_name: str
    organisation_name_en: str
    departed_at: datetime
    arrived_at: datetime
    vehicle: str


def rides(since: datetime) -> dict[UUID, RideRow]:
    """The vehicles, and batches as a whole, that drove since then and are visible here: place to what it is."""
    driven = Batch.objects.filter(arrived_at__gte=since, departed_at__isnull=False)
    batches = list(driven.order_by("departed_at", "id"))
    senders = responders.organisations().in_bulk({batch.organisation for batch in batches})
    calls = RollCall.objects.filter(batch__in=[one.id for one in batches], stage__in=RIDDEN)
    named: dict[UUID, set[str]] = {}
    standing = calls.exclude(id__in=Retraction.objects.values("target"))
    for batch, seated in standing.values_list("batch", "rides"):
        named.setdefault(batch, set()).update(seated)
    found = {}
    for one in batches:
        sender = senders.get(one.organisation)
        words = (sender.name, sender.name_en) if sender else ("", "")
        assert one.departed_at is not None
        assert one.arrived_at is not None
        for vehicle in ("", *sorted(named.get(one.id, ()))):
            place = ride_place(one.id, vehicle) if vehicle else one.id
            found[place] = RideRow(*words, one.departed_at, one.arrived_at, vehicle)
    return found


class CalloutRow(msgspec.Struct, frozen=True):
    """A call-out with what came back."""

    id: UUID
    area: int
    title: str
    text: str
    sent_at: datetime
    sent: int
    answered: int
    people: int


def callout_board(incident: UUID) -> list[CalloutRow]:
    """The call-outs of an incident, latest first, with the organisations asked and answering in scope."""
    callouts = list(Callout.objects.filter(incident=incident).order_by("-sent_at", "id"))
    ids = [callout.id for callout in callouts]
    sent: dict[UUID, list[str]] = {}
    kept = CalloutSent.objects.exclude(id__in=Retraction.objects.values("target"))
    for callout, organisation in kept.filter(callout__in=ids).values_list("callout", "organisation"):
        sent.setdefault(callout, []).append(str(organisation))
    answers: dict[UUID, list[Answer]] = {}
    given = CalloutAnswered.objects.exclude(id__in=Retraction.objects.values("target"))
    for fact in given.filter(callout__in=ids):
        answers.setdefault(fact.callout, []).append(
            Answer(fact.at, str(fact.id), str(fact.organisation), fact.people)
        )
    rows = []
    for one in callouts:
        state = callout_state(sent.get(one.id, ()), answers.get(one.id, ()))
        rows.append(
            CalloutRow(
                one.id, one.area, one.title, one.text, one.sent_at, state.sent, state.answered, state.people
            )
        )
    return rows
