"""Asking who shared places with a case: one person asks for a reason, another approves, a third party is named.

Nothing is looked up before the approval, and what is shown is the place and time shared with the case, never
where else somebody was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotFound, Refusal
from muster.core.ids import derive_id
from muster.core.models import Account
from muster.core.told import Done, Told
from muster.domain.cases import queries
from muster.domain.cases.actions.shared import FACT, TRACE, head, note, sorted_out
from muster.domain.cases.models import (
    CandidateJudged,
    Case,
    ExposureCandidate,
    ExposureQuestion,
    PlaceVisit,
)
from muster.domain.cases.queries.exposure import Meeting, Window
from muster.domain.cases.rules import Reason
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.protocols.people import ExposureRule

APPROVE = "cases.approve"
LONGEST_REASON = 400
MOST = 100_000
CANDIDATE = (
    "id", "incident", "area", "question", "case", "person", "home_area", "generation", "place", "first_at", "last_at",
    "overlap_s", "source",
)  # fmt: skip
HOME = "home"  # of those who live together nothing else is asked


class NoRule(Refusal):
    """The protocol in force has no rule for shared places, or the case is withdrawn."""

    code = "cases.no_exposure_rule"
    status = 422
    texts = {
        "zh": "现行防控方案没有“同时空”判定规则，或该感染者已撤销，不能查询。",
        "en": "The protocol in force has no rule for shared places, or the case was withdrawn: nothing is asked.",
    }


class ReasonMissing(Refusal):
    """A question about where people were needs a reason."""

    code = "cases.reason_missing"
    status = 422
    texts = {
        "zh": "请写明查询理由（不超过 400 字）；理由会加密留存在日志中。",
        "en": "Say why you ask (at most 400 characters); the reason is kept, sealed, in the journal.",
    }


class NeedsAnother(Refusal):
    """Who asked may not approve."""

    code = "cases.needs_another"
    status = 403
    texts = {
        "zh": "提出查询的人不能自己批准，请由另一位有权限的人批准。",
        "en": "Who asked may not approve: another person with the right must.",
    }


class AlreadyDecided(Refusal):
    """The question was answered or declined before."""

    code = "cases.already_decided"
    texts = {
        "zh": "这个查询已经有人处理过了，请刷新页面查看。",
        "en": "Somebody has decided on this question already: look at the page again.",
    }


class Question(msgspec.Struct, frozen=True):
    """Who shared a place with this case? A place with its hours narrows it to a notice about that place."""

    id: UUID
    case: UUID
    reason: str
    place: UUID | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


class JudgeCandidate(msgspec.Struct, frozen=True):
    """Somebody found is no contact, for a reason; or became this contact."""

    case: UUID
    person: UUID
    reason: Reason = ""
    contact: UUID | None = None


def window_of(case: Case, incident: UUID, now: datetime) -> tuple[datetime, datetime]:
    """When a case may have infected somebody: from the pack's look-back to isolation, or now."""
    contacts = incidents.pack_of(incident).contacts
    if contacts is None:
        raise NoRule
    tz = ZoneInfo(settings.TIME_ZONE)
    anchor = datetime.combine(case.onset_date, time(), tz) if case.onset_date else case.positive_at
    begins = contacts.look_back_start(min(anchor, case.positive_at))
    return begins, max(case.isolated_at or now, begins)


def rule_of(incident: UUID) -> ExposureRule:
    """What the pack in force says of shared places."""
    contacts = incidents.pack_of(incident).contacts
    if contacts is None or contacts.exposure is None:
        raise NoRule
    return contacts.exposure


def ask(*, question: Question, by: Actor, incident: UUID, now: datetime) -> UUID:
    """Ask; nothing is looked up yet. Asking twice with the same id is one question."""
    rule = rule_of(incident)
    case = Case.objects.filter(pk=question.case).first()
    if case is None:
        raise NotFound
    by.require(TRACE, case.area, incident)
    if case.withdrawn_at is not None:
        raise NoRule
    if not question.reason.strip() or len(question.reason) > LONGEST_REASON:
        raise ReasonMissing
    from_at, to_at = window_of(case, incident, now)
    if question.place is not None:
        from_at, to_at = question.from_at or from_at, question.to_at or to_at
    longest = timedelta(days=rule.keep_days.value)
    if not from_at < to_at or (question.place is not None and to_at - from_at > longest):
        raise BadInput(problem="from, to")
    fresh = bulk.insert(
        ExposureQuestion,
        ("id", "incident", "area", "case", "place", "from_at", "to_at", "min_overlap_s", "generations", "asked_by",
         "asked_at"),
        [(question.id, incident, case.area, case.id, question.place, from_at, to_at,
          rule.min_overlap_minutes.value * 60, rule.generations.value, by.account, now)],
    )  # fmt: skip
    if fresh:
        journal.write(
            action="cases.ask", by=by, incident=incident, area=case.area, subjects=[question.id, case.id],
            reason=question.reason.strip(),
        )  # fmt: skip
    return question.id


def decide(*, question: UUID, approved: bool, by: Actor, incident: UUID, now: datetime) -> int:
    """Another person approves, and the question is answered at once; or declines. Returns how many were found."""
    if not bulk.lock(ExposureQuestion, [question]):
        raise NotFound
    held = ExposureQuestion.objects.get(pk=question)
    by.require(APPROVE, held.area, incident)
    if held.asked_by == by.account or _is_same_person(held.asked_by, by):
        raise NeedsAnother
    if held.state != "asked":
        raise AlreadyDecided
    case = Case.objects.get(pk=held.case)
    if approved and case.withdrawn_at is not None:
        raise NoRule
    found = _answered(held, case, incident) if approved else 0
    held.state = "answered" if approved else "declined"
    held.decided_by, held.decided_at, held.found = by.account, now, found
    held.save(update_fields=["state", "decided_by", "decided_at", "found"])
    journal.write(
        action="cases.decide", by=by, incident=incident, area=held.area, subjects=[question, held.case],
        count=found, detail={"answer": held.state},
    )  # fmt: skip
    return found


def _is_same_person(account: UUID, by: Actor) -> bool:
    """Whether an account is another one of this responder."""
    return by.responder is not None and Account.objects.filter(pk=account, responder=by.responder).exists()


def _answered(held: ExposureQuestion, case: Case, incident: UUID) -> int:
    """Look it up as the system: who was exposed may live anywhere in the incident."""
    with scope(system(incident=incident), incident):
        person = people.persons([case.resident]).get(case.resident, case.resident)
        source = None if held.place else person
        window = Window(held.from_at, held.to_at, source, held.place)
        least = timedelta(seconds=held.min_overlap_s)
        met = queries.meetings(window, known={person}, least=least, generations=held.generations)
        homes = people.heads({one.person for one in met})
        sources = queries.sources_of(met[:MOST])
    rows = [
        (*_row(held, one, homes, incident), sources.get((one.person, one.place), HOME)) for one in met[:MOST]
    ]
    changed = ("question", "home_area", "first_at", "last_at", "overlap_s", "source")
    bulk.insert(ExposureCandidate, CANDIDATE, rows, update=changed)
    return len({one.person for one in met})


def _row(
    held: ExposureQuestion, one: Meeting, homes: dict[UUID, tuple[UUID, int]], incident: UUID
) -> tuple[object, ...]:
    identity = derive_id(incident, "exposure", held.case, one.person, one.generation, one.place)
    home = homes[one.person][1] if one.person in homes else None
    return (
        identity, incident, held.area, held.id, held.case, one.person, home, one.generation, one.place, one.first_at,
        one.last_at, int(one.overlap_s),
    )  # fmt: skip


def judge_candidates(
    *, told: Sequence[Told[JudgeCandidate]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Remember what a person decided about somebody found for a case."""
    done = Done()
    cases = {one.body.case for one in told}
    areas = dict(Case.objects.filter(pk__in=cases).values_list("id", "area"))
    places = {one.id: [areas[one.body.case]] if one.body.case in areas else [] for one in told}
    good, where = sorted_out(told, places, by, incident, done, TRACE)
    found = set(ExposureCandidate.objects.filter(case__in=cases).values_list("case", "person"))
    for one in good:
        if (one.body.case, one.body.person) not in found:
            done.refused[one.id] = NotFound()
        elif one.body.contact is None and not one.body.reason:
            done.refused[one.id] = BadInput(problem="reason")
    good = done.stored(good)
    rows = [
        (
            *head(o, incident, where[o.id]), b.case, b.person, "contact" if b.contact else "dismissed", b.reason,
            b.contact,
        )
        for o in good
        for b in [o.body]
    ]  # fmt: skip
    if rows:
        bulk.insert(CandidateJudged, (*FACT, "case", "person", "verdict", "reason", "contact"), rows)
        note("cases.judge", by, incident, [where[o.id] for o in good], {o.body.case for o in good})
    return done


def forget_visits(*, by: Actor, incident: UUID, now: datetime) -> int:
    """Delete visits whose time is over; returns how many. For a job, as the system."""
    gone, _ = PlaceVisit.objects.filter(keep_until__lte=now).delete()
    if gone:
        journal.write(action="cases.forget", by=by, incident=incident, area=0, count=gone)
    return gone
