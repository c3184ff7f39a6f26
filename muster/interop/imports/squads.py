"""Letters that announce people: each row becomes a planned batch. A day that cannot be right waits for a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.utils.timezone import get_default_timezone

from muster.core.ids import derive_id
from muster.core.told import Told
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising import actions as mobilising
from muster.domain.mobilising.models import Batch
from muster.domain.mobilising.rules import is_plausible, suggest_date
from muster.domain.responders import queries as responders
from muster.interop.imports.outcomes import ALREADY, DOUBTFUL, REFUSED, SKIP, SKIPPED, TAKEN, Outcome
from muster.interop.imports.people import Setting, refusal, said_x
from muster.interop.imports.placing import UNKNOWN, Territory
from muster.interop.imports.reading import Reading, Squad

STARTS = time(8)


def plain(name: str) -> str:
    """A name of an organisation as letters write it."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def organisations_by_name() -> dict[str, set[UUID]]:
    """The organisations that are known, by what letters call them in either language."""
    named: dict[str, set[UUID]] = {}
    for identity, name, name_en in responders.organisations().values_list("id", "name", "name_en"):
        for word in {plain(name), plain(name_en)} - {""}:
            named.setdefault(word, set()).add(identity)
    return named


def suggestion(said: Squad, opened: date, today: date) -> date | None:
    """The day that was probably meant, when the printed one lies too far from the incident."""
    return None if is_plausible(said.day, opened) else suggest_date(said.day, opened, today)


class Squads:
    """One pass over a letter."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.held = vault(setting.incident)
        self.territory = Territory(setting.area)
        self.zone = get_default_timezone()
        self.opened = incidents.get(setting.incident).opened_at.astimezone(self.zone).date()
        self.senders = organisations_by_name()

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return self._judge(chunk)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Plan the batches that are not planned yet."""
        outcomes, bodies = self._judge(chunk)
        setting = self.setting
        told = [Told(body.id, setting.now, setting.by.by, body) for body in bodies]
        done = mobilising.plan_batches(told=told, by=setting.by, incident=setting.incident, now=setting.now)
        for one in outcomes:
            problem = one.subject and (done.refused.get(one.subject) or done.waiting.get(one.subject))
            if one.result == TAKEN and problem:
                one.result, one.code, one.subject = REFUSED, problem.code, None
        return outcomes

    def _judge(self, chunk: Sequence[Reading]) -> tuple[list[Outcome], list[mobilising.PlanBatch]]:
        made = [(reading, self._one(reading)) for reading in chunk]
        ids = {body.id for _, (_, body) in made if body}
        known = set(Batch.objects.filter(pk__in=ids).values_list("id", flat=True))
        outcomes, bodies = [], []
        for reading, (outcome, body) in made:
            if body is not None:
                result = ALREADY if body.id in known else TAKEN
                outcome = Outcome(reading.row, result, reading.code, reading.field, subject=body.id)
                if result == TAKEN:
                    bodies.append(body)
                    known.add(body.id)
            assert outcome is not None
            outcomes.append(outcome)
        return outcomes, bodies

    def _one(self, reading: Reading) -> tuple[Outcome | None, mobilising.PlanBatch | None]:
        """The batch a row plans, or why it does not."""
        said = reading.said
        if said is None:
            return refusal(reading), None
        area = self.territory.named(said.destination) if said.destination else self.setting.area
        senders = self.senders.get(plain(said.organisation), set())
        if area is None:
            return Outcome(reading.row, REFUSED, UNKNOWN, "destination"), None
        if len(senders) != 1:
            return Outcome(reading.row, REFUSED, "imports.unknown_organisation", "organisation"), None
        choice = self.setting.choices.get(said_x(self.held, "squad", said)) if self.setting.choices else None
        if choice is not None and choice.choice == SKIP:
            return Outcome(reading.row, REFUSED, SKIPPED), None
        better = suggestion(said, self.opened, self.setting.now.astimezone(self.zone).date())
        if better is not None:
            reading.code, reading.field, reading.about = (
                "imports.implausible_date",
                "date",
                f"{said.day}→{better}",
            )
            if choice is None:
                return Outcome(reading.row, DOUBTFUL, reading.code, "date"), None
        return None, self._body(said, area, next(iter(senders)), better or said.day)

    def _body(self, said: Squad, area: int, sender: UUID, day: date) -> mobilising.PlanBatch:
        words = (sender, said.day, said.people, said.task, said.vehicles, said.total)
        return mobilising.PlanBatch(
            id=derive_id(self.setting.incident, "batch", area, *words), area=area, organisation=sender,
            planned=said.people, planned_at=datetime.combine(day, STARTS, self.zone), task=said.task,
            vehicles=said.vehicles, printed_date=said.day, printed_total=said.total,
        )  # fmt: skip
