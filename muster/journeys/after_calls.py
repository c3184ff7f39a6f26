"""After calls: help that was asked for becomes a request; households that need care are named to the helpline once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from muster.core.access import system
from muster.core.ids import derive_id
from muster.core.told import Done, Told, Touched
from muster.domain.helpline import actions as helpline
from muster.domain.helpline import queries as asked_before
from muster.domain.helpline.rules import RequestKind
from muster.domain.incidents import queries as incidents
from muster.domain.people.models import Resident
from muster.domain.worklists import actions as worklists
from muster.domain.worklists import queries as work
from muster.domain.worklists.models import Attempt

CARE = "care"
REACHED = "worklists.reached"  # people whom a caller spoke with
JOINED = "people.joined"  # they were reached under another record, or were not after all
HELP = "worklists.needs_help"  # attempts that ended with somebody in need
KINDS = (REACHED, HELP, JOINED)


def follow(whole: Touched, incident: UUID, now: datetime) -> None:
    """What calls lead to besides the state of their own item; other work about who was reached waits."""
    made = []
    if asked := whole.get(HELP):
        made.append(ask_for_help(asked, incident, now))
    reached = whole.get(REACHED, set())
    if met := reached | whole.get(JOINED, set()):
        worklists.quiet_items(met, incident)
    if reached:
        made.append(flag_care(reached, incident, now))
    for done in made:
        for kind, ids in done.touched.items():
            whole[kind] |= ids


def ask_for_help(attempts: set[UUID], incident: UUID, now: datetime) -> Done:
    """One request per call in which somebody needed help, with what the caller wrote down.

    A call that was taken back asks too: its request goes by itself, and does not depend on what arrived first.
    """
    found = list(Attempt.objects.filter(pk__in=attempts))
    about = Resident.objects.in_bulk({one.subject for one in found})
    told = []
    for one in found:
        person = about.get(one.subject)
        body = helpline.OpenRequest(
            id=derive_id(one.id, "request"),
            area=one.area,
            kind=_kind(one.needs),
            resident=one.subject if person else None,
            dwelling=person.dwelling if person else None,
            call=one.id,
            vulnerable=_class(person, incident),
            note=work.note_of(one),
        )
        told.append(Told(body.id, one.at, one.by, body))
    again = helpline.reconsider_calls(attempts, incident, now)
    done = _opened(told, incident, now)
    done.touch("helpline.request", again.touched["helpline.request"])
    return done


def flag_care(subjects: set[UUID], incident: UUID, now: datetime) -> Done:
    """Vulnerable people whom a caller reached: their household is a request of the care side, once for all lists."""
    told = []
    for person in Resident.objects.filter(pk__in=subjects, withdrawn_at=None).exclude(vulnerabilities=[]):
        home = person.household or person.dwelling or person.canonical
        body = helpline.OpenRequest(
            id=derive_id(incident, CARE, home),
            area=person.area,
            kind=RequestKind.OTHER,
            resident=person.id,
            dwelling=person.dwelling,
            vulnerable=_class(person, incident),
        )
        told.append(Told(body.id, now, system().by, body))
    return _opened(told, incident, now)


def _kind(needs: str) -> RequestKind:
    return RequestKind(needs) if needs in {one.value for one in RequestKind} else RequestKind.OTHER


def _class(person: Resident | None, incident: UUID) -> str:
    return soonest(person.vulnerabilities if person else (), incident)


def soonest(codes: Iterable[str], incident: UUID) -> str:
    """Of these classes the one that the protocol promises an answer soonest."""
    listed = {one.code: one.answer_hours.value for one in incidents.pack_of(incident).helpline.vulnerable}
    mine = [code for code in codes if code in listed]
    return min(mine, key=lambda code: (listed[code], code), default="")


def _opened(told: list[Told[helpline.OpenRequest]], incident: UUID, now: datetime) -> Done:
    """Requests by the system's own hand; one that exists stays as it is."""
    if not told:
        return Done()
    known = asked_before.known_requests({one.body.id for one in told})
    fresh = list({one.id: one for one in told if one.id not in known}.values())
    return helpline.open_requests(told=fresh, by=system(incident=incident), incident=incident, now=now)
