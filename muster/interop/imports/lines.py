"""Line lists: cases, contacts, who met whom and follow-ups of another system, each row once, by its id there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from muster.core import bulk
from muster.core.access import Actor
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Many, Told
from muster.domain.cases import actions as cases
from muster.domain.cases.models import Case, CaseConfirmed, Contact, ContactNamed, FollowedUp, ListedPerson
from muster.domain.cases.rules import Channel, Health
from muster.domain.incidents import queries as incidents
from muster.domain.people import actions as registry
from muster.interop.imports.line_reading import CaseLine, ContactLine, FollowUpLine, RelationLine
from muster.interop.imports.line_words import CASES, CONTACTS, FOLLOW_UPS, RELATIONS, UNCLASSED
from muster.interop.imports.outcomes import ALREADY, OWN, REFUSED, TAKEN, Outcome
from muster.interop.imports.own import HIDDEN, WITHDRAWN, Own, as_id
from muster.interop.imports.people import Persons, Setting, refusal
from muster.interop.imports.reading import Reading
from muster.interop.imports.ready import ready
from muster.interop.imports.usage import in_use
from muster.interop.models import ImportRow
from muster.journeys.settle import settle

FACTS: dict[str, tuple[Any, Many, Any]] = {
    CASES: (CaseConfirmed, cases.confirm_cases, cases.reconsider_cases),
    CONTACTS: (ContactNamed, cases.name_contacts, cases.reconsider_names),
    RELATIONS: (ContactNamed, cases.name_contacts, cases.reconsider_names),
    FOLLOW_UPS: (FollowedUp, cases.record_follow_ups, cases.reconsider),
}
Known = dict[str, UUID]
Line = tuple[UUID, datetime, Any]  # the fact's id as its words give it, when it was, what is told


class Lines:
    """One pass over a file of a line list."""

    def __init__(self, setting: Setting, kind: str) -> None:
        self.setting, self.kind = setting, kind
        self.persons = Persons(setting)
        contacts = incidents.pack_of(setting.incident).contacts
        self.classes = _spelled(contacts.classes if contacts else ())
        self.own = Own(setting, self.classes, _spelled(contacts.exposures if contacts else ()))
        self.first = contacts.classes[0].code if contacts else ""
        self._said: set[UUID] = set()
        self._old: set[UUID] = set()  # people whom earlier files brought

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        settled, known = self._people(chunk, self.persons.foresee)
        return self._facts(chunk, settled, known)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Make the people known, then record what is said of them; the work follows at once."""
        settled, known = self._people(chunk, self.persons.run)
        self._list(known)
        outcomes, told = self._facts(chunk, settled, known)
        s = self.setting
        done = FACTS[self.kind][1](told=told, by=s.by, incident=s.incident, now=s.now) if told else Done()
        for one in outcomes:
            problem = one.subject and (done.refused.get(one.subject) or done.waiting.get(one.subject))
            if one.result == TAKEN and problem:
                one.result, one.code, one.subject = REFUSED, problem.code, None
        settle([done.touched], incident=s.incident, now=s.now)
        return outcomes

    def _people(self, chunk: Sequence[Reading], enrol: Any) -> tuple[dict[int, Outcome], Known]:
        """Rows that cannot go on, and the people of the others by their id in the list."""
        settled = {one.row: refusal(one) for one in chunk if one.said is None}
        lines = [(one, one.said) for one in chunk if one.said is not None]
        self.own.look(said for _, said in lines)
        for reading, said in lines:
            if (problem := self._kept_out(said)) is not None:
                settled[reading.row] = Outcome(reading.row, REFUSED, *problem)
        lines = [one for one in lines if self._held(one[1]) is None]
        known = self._known(said for _, said in lines)
        fresh: dict[str, Reading] = {}
        for reading, said in lines:
            is_new = isinstance(said, CaseLine | ContactLine) and said.key not in known
            if is_new and reading.row not in settled and said.key not in fresh:
                one = Reading(reading.row, said.person, reading.code, reading.field)
                fresh[said.key] = ready(self.persons.held, one)
        for key, outcome in zip(fresh, enrol(list(fresh.values())), strict=True):
            if outcome.result in (TAKEN, ALREADY):
                known[key] = outcome.subject or derive_id(self.setting.upload, outcome.row)
            else:
                settled[outcome.row] = outcome
        return settled, known

    def _held(self, said: Any) -> Case | Contact | None:
        """The case or contact of ours that a row is about, when it came from here."""
        if isinstance(said, CaseLine):
            return self.own.cases.get(said.key)
        if isinstance(said, ContactLine):
            return self.own.contacts.get(said.key)
        if isinstance(said, RelationLine) and (held := self.own.contacts.get(said.contact)) is not None:
            return held if held.case == as_id(said.case) else None
        return None

    def _kept_out(self, said: Any) -> tuple[str, str] | None:
        """Why a row is not taken in as something new, and which field says so."""
        if self._held(said) is not None:
            return None
        key = "contact" if isinstance(said, RelationLine | FollowUpLine) else "key"
        if getattr(said, key) in self.own.hidden:
            return HIDDEN, key
        if isinstance(said, CaseLine) and not said.counts:
            return "imports.not_confirmed", "classification"
        if isinstance(said, CaseLine) and "withdrawn" in said.cells:
            return WITHDRAWN, "withdrawn"
        if isinstance(said, ContactLine) and said.cells.get("state") == "withdrawn":
            return WITHDRAWN, "state"
        return None

    def _known(self, lines: Iterable[Any]) -> Known:
        """People of earlier files by the ids that these rows name."""
        keys = {
            word for one in lines for field in ("key", "case", "contact") if (word := getattr(one, field, ""))
        }
        ids = {self._person(key): key for key in keys}
        rows = list(ListedPerson.objects.filter(pk__in=ids).values_list("id", "resident", "upload"))
        self._old |= {one for one, _, upload in rows if upload != self.setting.upload}
        known = {ids[one]: resident for one, resident, _ in rows}
        return known | {key: held.resident for key, held in self.own.contacts.items() if key in keys}

    def _person(self, key: str) -> UUID:
        return derive_id(self.setting.incident, "line list", key)

    def _case(self, key: str) -> UUID:
        if (held := self.own.cases.get(key)) is not None:
            return held.id
        return derive_id(self.setting.incident, "line list case", key)

    def _list(self, known: Known) -> None:
        s = self.setting
        rows = [
            (self._person(key), s.incident, s.area, one, s.upload)
            for key, one in known.items()
            if key not in self.own.contacts
        ]
        bulk.insert(ListedPerson, ("id", "incident", "area", "resident", "upload"), rows)

    def _facts(
        self, chunk: Sequence[Reading], settled: dict[int, Outcome], known: Known
    ) -> tuple[list[Outcome], list[Told[Any]]]:
        """What each row is told as; rows whose words stand already are left alone."""
        lines: dict[int, Line | Outcome] = {
            one.row: self._line(one, known) for one in chunk if one.row not in settled
        }
        self._see(lines)
        there = {line[0] for line in lines.values() if isinstance(line, tuple)}
        model = FACTS[self.kind][0]
        stored = set(model.objects.filter(pk__in=there).values_list("id", flat=True))
        gone = set(Retraction.objects.filter(target__in=stored).values_list("target", flat=True))
        outcomes, told = [], []
        for reading in chunk:
            line = lines.get(reading.row)
            if line is None or isinstance(line, Outcome):
                outcomes.append(settled[reading.row] if line is None else line)
                continue
            fact, at, body = line
            if (fact in stored and fact not in gone) or fact in self._said:
                outcomes.append(Outcome(reading.row, ALREADY, subject=fact))
                continue
            self._said.add(fact)
            fact = derive_id(fact, self.setting.upload) if fact in gone else fact
            told.append(Told(fact, at, self.setting.by.by, body))
            how = "new" if self._held(reading.said) is None else OWN
            outcomes.append(Outcome(reading.row, TAKEN, reading.code, reading.field, how, fact))
        return outcomes, told

    def _see(self, lines: dict[int, Line | Outcome]) -> None:
        """Refuse what names a case or a contact that is not here, and what has not happened yet."""
        told = {row: line for row, line in lines.items() if isinstance(line, tuple)}
        wanted = {body.case for _, _, body in told.values() if isinstance(body, cases.NameContact)}
        seen = set(Case.objects.filter(pk__in=wanted).values_list("id", flat=True))
        for row, (_, at, body) in told.items():
            if at > self.setting.now:
                lines[row] = Outcome(row, REFUSED, "imports.future")
            elif isinstance(body, cases.NameContact) and body.case not in seen:
                lines[row] = Outcome(row, REFUSED, "imports.unknown_case", "case")

    def _line(self, reading: Reading, known: Known) -> Line | Outcome:
        said, row = reading.said, reading.row
        if (held := self._held(said)) is not None:
            return self.own.judge(reading, held)
        if isinstance(said, CaseLine):
            case = self._case(said.key)
            body = cases.ConfirmCase(case, known[said.key], said.positive, said.onset)
            return derive_id(case, "said", said.positive.isoformat(), said.onset), said.positive, body
        if isinstance(said, FollowUpLine):
            return self._followed(row, said, known)
        if isinstance(said, RelationLine):
            if said.contact not in known:
                return Outcome(row, REFUSED, "imports.unknown_contact", "contact")
            return self._tie(reading, said.contact, known)
        if self._class(said) and said.case and said.last:
            return self._tie(reading, said.key, known)
        if not self._class(said):
            return Outcome(row, REFUSED, "imports.unknown_class", "class")
        somebody = self._person(said.key)
        fresh = somebody not in self._said and somebody not in self._old
        self._said.add(somebody)
        return Outcome(row, TAKEN if fresh else ALREADY, reading.code, reading.field, "new" if fresh else "again",
                       known[said.key])  # fmt: skip

    def _class(self, said: ContactLine | RelationLine) -> str:
        word = said.contact_class.casefold()
        return self.first if not word or word in UNCLASSED else self.classes.get(word, "")

    def _tie(self, reading: Reading, key: str, known: Known) -> Line | Outcome:
        """Who met which case, of which class, and through whom."""
        said: Any = reading.said
        kind, case, last = self._class(said), self._case(said.case), said.last
        if not kind:
            return Outcome(reading.row, REFUSED, "imports.unknown_class", "class")
        contact = derive_id(self.setting.incident, "line list contact", said.case, key)
        through = said.cells.get("via", "")
        via = self.own.contact_of(through, case) if through else None
        if through and via is None:
            via = derive_id(self.setting.incident, "line list contact", said.case, through)
        body = cases.NameContact(contact, case, known[key], kind, last, said.exposure, via)
        words = (kind, last.isoformat(), said.exposure, *([via] if via else []))
        return derive_id(contact, "said", *words), last, body

    def _followed(self, row: int, said: FollowUpLine, known: Known) -> Line | Outcome:
        if not said.outcome:
            return Outcome(row, REFUSED, "imports.not_performed", "status")
        mine = self.own.contacts.get(said.contact)
        held = Contact.objects.filter(resident=known[said.contact]) if said.contact in known else None
        contact = (
            mine.id if mine
            else held.order_by("named_at", "id").values_list("id", flat=True).first() if held else None
        )  # fmt: skip
        if contact is None:
            return Outcome(row, REFUSED, "imports.unknown_contact", "contact")
        if mine and self.own.followed(contact, said.at, said.outcome):
            return Outcome(row, ALREADY, how=OWN, subject=mine.resident)
        body = cases.RecordFollowUp(contact, Health(said.outcome), Channel(said.channel))
        return derive_id(contact, "said", said.at.isoformat(), said.outcome), said.at, body


def _spelled(codes: Iterable[Any]) -> dict[str, str]:
    """Codes of the pack by everything they may be written as."""
    return {word.casefold(): one.code for one in codes for word in (one.code, one.title.zh, one.title.en)}


def take_back(kind: str, upload: UUID, by: Actor, incident: UUID, now: datetime) -> dict[str, int]:
    """Retract what a file said, and withdraw the people whom nothing else names."""
    model, _, again = FACTS[kind]
    named = ImportRow.objects.filter(upload=upload, result=TAKEN, subject__isnull=False)
    facts = set(model.objects.filter(pk__in=named.values("subject")).values_list("id", flat=True))
    facts -= set(Retraction.objects.filter(target__in=facts).values_list("target", flat=True))
    told = [
        Told(derive_id(fact, "import undone", upload), now, by.by,
             RetractBody(model._meta.label_lower, fact, "import"))
        for fact in facts
    ]  # fmt: skip
    done = retract_facts(told=told, by=by, incident=incident, now=now) if told else Done()
    gone = {one.body.target for one in done.stored(told)}
    settle([again(gone, incident, now).touched], incident=incident, now=now)
    used = in_use(upload, incident)
    left = registry.withdraw_many(batch=upload, keep=used, by=by, incident=incident, now=now)
    ListedPerson.objects.filter(upload=upload, resident__in=left).delete()
    return {"gone": len(gone), "kept": len(facts) - len(gone), "residents_gone": len(left)}
