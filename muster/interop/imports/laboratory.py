"""The laboratory's file: each row is what was found in one tube; a newer row corrects an older one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.core.access import Actor
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.models import ResultReported, Tube
from muster.domain.sampling.rules import Result, tube_id
from muster.interop.imports.outcomes import ALREADY, REFUSED, TAKEN, Outcome
from muster.interop.imports.people import Setting, refusal
from muster.interop.imports.reading import Finding, Reading
from muster.interop.models import ImportRow
from muster.journeys.settle import settle

UNKNOWN = "imports.unknown_tube"
FUTURE = "imports.future"


class Findings:
    """One pass over a laboratory's file."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self._said: set[UUID] = set()

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return self._judge(chunk)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Report what is new; work follows from it at once (a positive pool is resampled)."""
        outcomes, told = self._judge(chunk)
        setting = self.setting
        done = sampling.report_results(told=told, by=setting.by, incident=setting.incident, now=setting.now)
        for one in outcomes:
            problem = one.subject and (done.refused.get(one.subject) or done.waiting.get(one.subject))
            if one.result == TAKEN and problem:
                one.result, one.code, one.subject = REFUSED, problem.code, None
        settle([done.touched], incident=setting.incident, now=setting.now)
        return outcomes

    def _judge(self, chunk: Sequence[Reading]) -> tuple[list[Outcome], list[Told[sampling.ReportResult]]]:
        read = [(reading, reading.said) for reading in chunk if isinstance(reading.said, Finding)]
        tubes = {reading.row: tube_id(self.setting.incident, said.tube) for reading, said in read}
        facts = {reading.row: self._fact(tubes[reading.row], said) for reading, said in read}
        seen = set(Tube.objects.filter(pk__in=set(tubes.values())).values_list("id", flat=True))
        there = set(ResultReported.objects.filter(pk__in=set(facts.values())).values_list("id", flat=True))
        outcomes, told = [], []
        for reading in chunk:
            said, fact = reading.said, facts.get(reading.row)
            if not isinstance(said, Finding) or fact is None:
                outcomes.append(refusal(reading))
            elif tubes[reading.row] not in seen:
                outcomes.append(Outcome(reading.row, REFUSED, UNKNOWN, "tube"))
            elif (at := self._at(said)) > self.setting.now:
                outcomes.append(Outcome(reading.row, REFUSED, FUTURE, "reported_at"))
            elif fact in there or fact in self._said:
                outcomes.append(Outcome(reading.row, ALREADY, subject=fact))
            else:
                self._said.add(fact)
                body = sampling.ReportResult(Result(said.result), tube=tubes[reading.row])
                told.append(Told(fact, at, self.setting.by.by, body))
                outcomes.append(Outcome(reading.row, TAKEN, reading.code, reading.field, "new", fact))
        return outcomes, told

    def _at(self, said: Finding) -> datetime:
        return said.at.replace(tzinfo=self.zone) if said.at else self.setting.now

    def _fact(self, tube: UUID, said: Finding) -> UUID:
        """The same words make the same fact; without an instant, the same words of the same file."""
        when = said.at.isoformat() if said.at else self.setting.mark
        return derive_id(tube, "result", said.result, when)


def take_back(upload: UUID, by: Actor, incident: UUID, now: datetime) -> dict[str, int]:
    """Retract what a file reported; reports of other files stand again."""
    named = ImportRow.objects.filter(upload=upload, result=TAKEN).values_list("subject", flat=True)
    facts = {fact for fact in named if fact is not None}
    facts -= set(Retraction.objects.filter(target__in=facts).values_list("target", flat=True))
    told = [
        Told(
            derive_id(fact, "import undone", upload),
            now,
            by.by,
            RetractBody("sampling.resultreported", fact, "import"),
        )
        for fact in facts
    ]
    done = retract_facts(told=told, by=by, incident=incident, now=now) if told else Done()
    gone = {one.body.target for one in told} - {
        one.body.target for one in told if one.id in done.waiting or one.id in done.refused
    }
    settle([sampling.reconsider_results(gone, incident, now).touched], incident=incident, now=now)
    return {"gone": len(gone), "kept": len(facts) - len(gone)}
