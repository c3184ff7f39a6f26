"""Naming a contact at the desk: somebody known, somebody found at a shared place, or somebody only described.

Who is described is looked for in the whole incident, also where the tracer may not look: when they are found, they
are opened to the area of the case, and when not, registered where they are said to live.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from muster.core.access import SYSTEM, Actor, scope, system
from muster.core.errors import BadInput, NotFound, Refusal
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Told, Touched
from muster.domain.cases import actions as cases
from muster.domain.cases import queries
from muster.domain.cases.actions.shared import TRACE
from muster.domain.cases.models import Case
from muster.domain.incidents import queries as incidents
from muster.domain.people import actions as registry
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.people.rules import Row
from muster.domain.responders.models import Responder
from muster.journeys.settle import settle


class SeveralFit(Refusal):
    """What was said fits several people."""

    code = "cases.several_fit"
    status = 409
    texts = {
        "zh": "有多位居民符合这些信息，请补充证件号或手机号，或在搜索结果中选定一位。",
        "en": "Several people fit this. Add a document number or telephone, or choose one of those found.",
    }


class Said(msgspec.Struct, frozen=True):
    """Somebody as described: something to go by, and the area where they live."""

    name: str = ""
    phone: str = ""
    document: str = ""
    area: int | None = None


class Tie(msgspec.Struct, frozen=True):
    """How a person is tied to a case. `id` is the contact's, so that sending it twice names one contact."""

    id: UUID
    case: UUID
    contact_class: str
    last_exposure_at: datetime
    exposure: str = ""
    via: UUID | None = None


def name_described(*, said: Said, tie: Tie, by: Actor, incident: UUID, now: datetime) -> UUID:
    """Find or register who was described, and name them; returns the contact."""
    case = _case(tie.case, by, incident)
    if not (said.name.strip() or said.phone.strip() or said.document.strip()):
        raise BadInput(problem="name, phone, document")
    area = said.area or case.area
    with scope(system(incident=incident), incident):
        row = Row(name=said.name, phone=said.phone, document=said.document, area=area, key=str(tie.id))
        (match,) = people.match(incident, [row])
        if match.outcome == "ambiguous":
            raise SeveralFit
        if match.outcome == "refused":
            raise BadInput(problem=match.how)
        resident = match.resident or _registered(tie.id, said, area, by, incident, now)
    return _named(resident, tie, by, incident, now)


def _registered(contact: UUID, said: Said, area: int, by: Actor, incident: UUID, now: datetime) -> UUID:
    resident = derive_id("contact described", contact)
    body = registry.RegisterPerson(
        id=resident, area=area, name=said.name, phone=said.phone, document=said.document
    )
    told = Told(derive_id("contact described told", contact), now, by.by, body)
    done = registry.register_people(told=[told], by=system(incident=incident), incident=incident, now=now)
    _done(done, incident, now)
    return resident


def name_known(*, resident: UUID, tie: Tie, by: Actor, incident: UUID, now: datetime) -> UUID:
    """Name a resident who is visible here."""
    if not Resident.objects.filter(pk=resident).exists():
        raise NotFound
    return _named(resident, tie, by, incident, now)


def _named(resident: UUID, tie: Tie, by: Actor, incident: UUID, now: datetime) -> UUID:
    """Name somebody; one who lives where the tracer may not look is opened to the area of the case first."""
    case = _case(tie.case, by, incident)
    if not Resident.objects.filter(pk=resident).exists():
        _open(resident, case, incident, now)
    body = cases.NameContact(
        tie.id, tie.case, resident, tie.contact_class, tie.last_exposure_at, tie.exposure, tie.via
    )
    told = Told(new_id(), now, by.by, body)
    _done(cases.name_contacts(told=[told], by=by, incident=incident, now=now), incident, now)
    return tie.id


def _open(resident: UUID, case: Case, incident: UUID, now: datetime) -> None:
    until = now + timedelta(days=incidents.pack_of(incident).retention_days.value)
    body = registry.ShareSubject(resident, case.area, "contact", until)
    with scope(system(incident=incident), incident):
        told = Told(new_id(), now, SYSTEM, body)
        done = registry.share_subjects(told=[told], by=system(incident=incident), incident=incident, now=now)
        _done(done, incident, now)


def accept_candidate(*, person: UUID, tie: Tie, by: Actor, incident: UUID, now: datetime) -> UUID:
    """Somebody found at a shared place becomes a contact; that it was decided is remembered for the case."""
    _case(tie.case, by, incident)
    if person not in {one.person for one in queries.candidates_of(tie.case)}:
        raise NotFound
    with scope(system(incident=incident), incident):
        if not Resident.objects.filter(pk=person).exists():
            _on_duty(person, by, incident, now)
    contact = _named(person, tie, by, incident, now)
    told = Told(new_id(), now, by.by, cases.JudgeCandidate(tie.case, person, contact=contact))
    _done(cases.judge_candidates(told=[told], by=by, incident=incident, now=now), incident, now)
    return contact


def _on_duty(person: UUID, by: Actor, incident: UUID, now: datetime) -> None:
    """A responder becomes a person of the incident under the same id, known by the code of the badge."""
    found = Responder.objects.filter(pk=person).values_list("code", "area").first()
    if found is None:
        raise NotFound
    body = registry.RegisterPerson(id=person, area=found[1], name=found[0])
    told = Told(derive_id("on duty told", person), now, by.by, body)
    done = registry.register_people(told=[told], by=system(incident=incident), incident=incident, now=now)
    _done(done, incident, now)


def _case(case: UUID, by: Actor, incident: UUID) -> Case:
    held = Case.objects.filter(pk=case).first()
    if held is None:
        raise NotFound
    by.require(TRACE, held.area, incident)
    return held


def _done(done: Done, incident: UUID, now: datetime) -> None:
    """Settle what was done, or say why it was not: nothing waits, somebody sits at the desk."""
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise refusal
    touched: Touched = done.touched
    settle([touched], incident=incident, now=now)
