"""A roster: each row becomes a responder of an organisation, which is made when nobody has added it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from muster.core.ids import derive_id
from muster.core.told import Told
from muster.core.vault import vault
from muster.domain.responders import actions as responders
from muster.domain.responders.models import Responder
from muster.interop.imports.beginning_reading import Recruit
from muster.interop.imports.beginning_words import organisation_kind
from muster.interop.imports.outcomes import ALREADY, REFUSED, TAKEN, Outcome
from muster.interop.imports.people import Setting, refusal
from muster.interop.imports.placing import Territory
from muster.interop.imports.reading import Reading
from muster.interop.imports.squads import organisations_by_name, plain
from muster.interop.tables.values import match_key


class Roster:
    """One pass over a roster."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.held = vault(setting.incident)
        self.territory = Territory(setting.area)
        self.named = organisations_by_name()
        self.known = {identity for found in self.named.values() for identity in found}
        self._met: Counter[str] = Counter()
        self._taken: set[UUID] = set()

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return self._judge(chunk)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Add organisations nobody had added, and enrol who is not enrolled yet."""
        outcomes, bodies = self._judge(chunk)
        setting = self.setting
        self._add_organisations({
            body.organisation: reading.said.organisation for reading, body in bodies
        })  # fmt: skip
        told = [
            Told(body.id, setting.now, setting.by.by, responders.EnrolResponders([body]))
            for _, body in bodies
        ]
        done = responders.enrol_responders(
            told=told, by=setting.by, incident=setting.incident, now=setting.now
        )
        for one in outcomes:
            problem = one.subject and (done.refused.get(one.subject) or done.waiting.get(one.subject))
            if one.result == TAKEN and problem:
                one.result, one.code, one.subject = REFUSED, problem.code, None
        return outcomes

    def _add_organisations(self, names: dict[UUID, str]) -> None:
        """Those that are not known; a known one keeps the name it was given since."""
        setting = self.setting
        new = [
            responders.OrganisationBody(identity, setting.area, name, organisation_kind(name))
            for identity, name in names.items()
            if identity not in self.known
        ]
        if new:
            told = [
                Told(one.id, setting.now, setting.by.by, responders.AddOrganisations([one])) for one in new
            ]
            responders.add_organisations(told=told, by=setting.by, incident=setting.incident, now=setting.now)
            self.known |= {one.id for one in new}

    def _judge(
        self, chunk: Sequence[Reading]
    ) -> tuple[list[Outcome], list[tuple[Reading, responders.ResponderBody]]]:
        made = [(reading, self._one(reading)) for reading in chunk]
        ids = {one.id for _, one in made if isinstance(one, responders.ResponderBody)}
        there = set(Responder.objects.filter(pk__in=ids).values_list("id", flat=True)) | self._taken
        outcomes, bodies = [], []
        for reading, one in made:
            if isinstance(one, Outcome):
                outcomes.append(one)
            elif one.id in there:
                outcomes.append(Outcome(reading.row, ALREADY, subject=one.id))
            else:
                there.add(one.id)
                self._taken.add(one.id)
                bodies.append((reading, one))
                outcomes.append(Outcome(reading.row, TAKEN, reading.code, reading.field, "new", one.id))
        return outcomes, bodies

    def _one(self, reading: Reading) -> Outcome | responders.ResponderBody:
        """The responder of a row, or why there is none."""
        said: Recruit | None = reading.said
        if said is None:
            return refusal(reading)
        home, problem = self.territory.inside(said.home) if said.home else (self.setting.area, "")
        organisation = self._organisation(said.organisation)
        if home is None:
            return Outcome(reading.row, REFUSED, problem, "community")
        if organisation is None:
            return Outcome(reading.row, REFUSED, "imports.several_organisations", "organisation")
        return responders.ResponderBody(
            id=self._id(said, organisation, home), area=home, organisation=organisation, kind=said.kind,
            profession=said.profession, skills=list(said.skills), name=said.name,
        )  # fmt: skip

    def _organisation(self, name: str) -> UUID | None:
        """Known by its name, else the one this roster makes; None when several have the name."""
        found = self.named.get(plain(name), set())
        if len(found) > 1:
            return None
        return next(iter(found), None) or derive_id(self.setting.incident, "organisation", plain(name))

    def _id(self, said: Recruit, organisation: UUID, home: int) -> UUID:
        """The same words make the same person. Without a telephone, people of the same words are counted.

        A keyed index stands for them: from an id nobody can try out names.
        """
        told_apart = (said.phone,) if said.phone else (said.profession, str(home))
        words = "\x1f".join((match_key(said.name), *told_apart))
        mark = self.held.index("roster", f"{organisation}\x1f{words}").hex()
        self._met[mark] += 1
        number = 1 if said.phone else self._met[mark]
        return derive_id(self.setting.incident, "responder", organisation, mark, number)
