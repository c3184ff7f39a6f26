"""Confirming cases, investigating them, taking a confirmation back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.told import Done, Told
from muster.domain.cases import queries
from muster.domain.cases.actions.shared import FACT, TRACE, head, note, sorted_out
from muster.domain.cases.models import Case, CaseConfirmed, CaseWithdrawn, Investigated
from muster.domain.cases.rules import Reason, Step, investigation
from muster.domain.people import queries as people

DERIVED = (
    "id", "withdrawn_at", "investigation", "started_at", "track_known_at", "isolated_at", "reported_at", "onset_date",
)  # fmt: skip


class ConfirmCase(msgspec.Struct, frozen=True):
    """A person is confirmed; `id` is the case's."""

    id: UUID
    resident: UUID
    positive_at: datetime
    onset_date: date | None = None


class WithdrawCase(msgspec.Struct, frozen=True):
    """A confirmation was wrong."""

    case: UUID
    reason: Reason = ""


class RecordInvestigation(msgspec.Struct, frozen=True):
    """A step of an investigation was done; perhaps the day of onset came out."""

    case: UUID
    step: Step
    onset_date: date | None = None


def confirm_cases(*, told: Sequence[Told[ConfirmCase]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record confirmations. A person decides; the right is that of tracers."""
    done = Done()
    areas = {r: area for r, (_, area) in people.heads({one.body.resident for one in told}).items()}
    places = {one.id: [areas[one.body.resident]] if one.body.resident in areas else [] for one in told}
    good, where = sorted_out(told, places, by, incident, done, TRACE)
    if good:
        rows = [
            (b.id, incident, where[o.id], b.resident, b.positive_at, b.onset_date)
            for o in good
            for b in [o.body]
        ]
        bulk.insert(Case, ("id", "incident", "area", "resident", "positive_at", "onset_date"), rows)
        facts = [
            (
                *head(o, incident, where[o.id]),
                o.body.id,
                o.body.resident,
                o.body.positive_at,
                o.body.onset_date,
            )
            for o in good
        ]
        bulk.insert(CaseConfirmed, (*FACT, "case", "resident", "positive_at", "onset_date"), facts)
        cases = {o.body.id for o in good}
        recompute_cases(cases)
        note("cases.confirm", by, incident, list(where.values()), cases)
        done.touch("cases.case", cases)
    return done


def withdraw_cases(*, told: Sequence[Told[WithdrawCase]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Withdraw confirmations; `journeys.settle` releases the contacts from their plan, all facts stay."""
    done = Done()
    good, where = sorted_out(told, _areas(told), by, incident, done, TRACE)
    if good:
        facts = [(*head(o, incident, where[o.id]), o.body.case, o.body.reason) for o in good]
        bulk.insert(CaseWithdrawn, (*FACT, "case", "reason"), facts)
        cases = {o.body.case for o in good}
        recompute_cases(cases)
        note("cases.withdraw", by, incident, list(where.values()), cases)
        done.touch("cases.case", cases)
    return done


def record_investigations(
    *, told: Sequence[Told[RecordInvestigation]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record steps of investigations."""
    done = Done()
    good, where = sorted_out(told, _areas(told), by, incident, done, TRACE)
    if good:
        facts = [
            (*head(o, incident, where[o.id]), o.body.case, o.body.step.value, o.body.onset_date) for o in good
        ]
        bulk.lock(Case, {o.body.case for o in good})
        bulk.insert(Investigated, (*FACT, "case", "step", "onset_date"), facts)
        cases = {o.body.case for o in good}
        recompute_cases(cases)
        note("cases.investigate", by, incident, list(where.values()), cases)
        done.touch("cases.case", cases)
    return done


def _areas(
    told: Sequence[Told[WithdrawCase]] | Sequence[Told[RecordInvestigation]],
) -> dict[UUID, list[int]]:
    areas = dict(Case.objects.filter(pk__in={one.body.case for one in told}).values_list("id", "area"))
    return {one.id: [areas[one.body.case]] if one.body.case in areas else [] for one in told}


def recompute_cases(cases: set[UUID]) -> None:
    """Derive cases from their facts."""
    bulk.lock(Case, cases)
    ends, steps, onsets = queries.withdrawals(cases), queries.steps(cases), queries.told_onsets(cases)
    rows = []
    for case in cases:
        s = investigation(steps.get(case, []), onsets.get(case, []))
        rows.append(
            (case, ends.get(case), s.state, s.started_at, s.track_known_at, s.isolated_at, s.reported_at, s.onset_date)
        )  # fmt: skip
    bulk.update(Case, DERIVED, rows)


def reconsider_cases(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction of a confirmation, a withdrawal or a step: derive the cases again."""
    done = Done()
    cases = set(CaseConfirmed.objects.filter(pk__in=facts).values_list("case", flat=True))
    cases |= set(CaseWithdrawn.objects.filter(pk__in=facts).values_list("case", flat=True))
    cases |= set(Investigated.objects.filter(pk__in=facts).values_list("case", flat=True))
    recompute_cases(cases)
    done.touch("cases.case", cases)
    return done
