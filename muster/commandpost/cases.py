"""Cases and their contacts: who must be followed up today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from muster.commandpost import labels
from muster.commandpost.asking import has
from muster.commandpost.frame import DeskRequest, bounds, drawer, ids, page, said, screen, within
from muster.commandpost.remembered import remembered
from muster.core.access import scope, system
from muster.core.errors import NotFound
from muster.core.ids import new_id
from muster.domain.cases import queries as cases
from muster.domain.cases.models import Case, Contact
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.people.queries import Masked
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.models import WorkItem
from muster.protocols import Pack

MOST_CASES = 100
TRACE = "cases.trace"
LOOKS = {
    "followed": "doing",
    "symptomatic": "refused",
    "lost": "late",
    "released": "done",
    "case": "refused",
    "withdrawn": "blocked",
}
STATES = tuple(LOOKS)
DUE = ("follow_up", "test", "transfer")


@screen
def case_list(request: DeskRequest) -> HttpResponse:
    """The cases, and below them the contacts of the sentence in the address."""
    wish = {name: request.GET.get(name, "") for name in ("state", "class", "case", "due", "area")}
    open_cases = list(cases.open_cases().filter(within(request))[:MOST_CASES])
    tally = cases.tally({one.id for one in open_cases})
    rows, pager = page(request, _chosen(request, wish), ("named_at", "id"))
    masked = people.masked({one.resident for one in [*rows, *open_cases]}, request.incident.id)
    names = places.area_names({one.area for one in [*rows, *open_cases]})
    pack = incidents.pack_of(request.incident.id)
    kinds, _at = remembered(request, "kinds", lambda: worklists.kinds(bounds(request), request.now))
    context = pager | {
        "cases": [_case(one, masked, names, tally.get(one.id, {}), pack) for one in open_cases],
        "contacts": listed(request, rows, masked, names),
        "counts": cases.contact_counts(),
        "due": next((one for one in kinds if one.kind == "follow_up"), None),
        "wish": wish,
        "states": {one: labels.CONTACT_STATE[one] for one in STATES},
        "classes": classes(pack),
        "may": has(request, TRACE),
    }
    return render(request, "commandpost/cases/list.html", context)


def _chosen(request: DeskRequest, wish: dict[str, str]) -> Any:
    rows = (
        Contact.objects.filter(within(request)) if wish["area"] else Contact.objects.all()
    )  # shared ones are elsewhere
    if wish["state"] in STATES:
        rows = rows.filter(state=wish["state"])
    if wish["class"]:
        rows = rows.filter(contact_class=wish["class"][:24].replace("\0", ""))
    if found := ids([wish["case"]]):
        rows = rows.filter(case=found[0])
    if wish["due"] == "today":
        rows = rows.filter(resident__in=people.records_of(worklists.subjects_due("follow_up")))
    return rows


def due_of(request: DeskRequest, rows: Iterable[Contact]) -> dict[UUID, list[WorkItem]]:
    """The open follow-ups, tests and transfers of contacts in view, by the record the contact names.

    Read as the system: who sees a contact sees what is due, also where they live elsewhere.
    """
    with scope(system(incident=request.incident.id), request.incident.id):
        heads = people.persons(one.resident for one in rows)
        due: dict[UUID, list[WorkItem]] = {}
        for item in worklists.open_items(set(heads.values())).filter(kind__in=DUE):
            due.setdefault(item.subject, []).append(item)
    return {record: due.get(head, []) for record, head in heads.items()}


def classes(pack: Pack) -> dict[str, str]:
    """The contact classes of the pack in force, in the language of the page."""
    known = pack.contacts.classes if pack.contacts else ()
    return {one.code: said(one.title) for one in known}


def _case(
    one: Case, masked: dict[UUID, Masked], names: dict[int, str], tally: dict[str, int], pack: Pack
) -> dict[str, Any]:
    clock = pack.clocks.get("first_report")
    return {state: tally.get(state, 0) for state in STATES} | {
        "case": one,
        "name": masked[one.resident].name if one.resident in masked else "",
        "place": names[one.area],
        "state": {"open": "open", "started": "doing", "finished": "done"}[one.investigation],
        "word": labels.INVESTIGATION[one.investigation],
        "due_at": clock.deadline(one.positive_at) if clock and one.reported_at is None else None,
    }


def listed(
    request: DeskRequest, rows: list[Contact], masked: dict[UUID, Masked], names: dict[int, str]
) -> list[dict[str, Any]]:
    """Contacts as tables show them."""
    due = due_of(request, rows)
    words = classes(incidents.pack_of(request.incident.id))
    return [_contact(one, masked, names, due.get(one.resident, []), words) for one in rows]


def _contact(
    one: Contact,
    masked: dict[UUID, Masked],
    names: dict[int, str],
    due: list[WorkItem],
    words: dict[str, str],
) -> dict[str, Any]:
    who = masked.get(one.resident)
    return {
        "contact": one,
        "name": who.name if who else "",
        "phone": who.phone if who else "",
        "place": names[one.area],
        "class": words.get(one.contact_class, one.contact_class),
        "state": LOOKS.get(one.state, "open"),
        "word": labels.CONTACT_STATE.get(one.state, one.state),
        "stays": labels.QUARANTINE.get(one.place, one.place),
        "transfer": labels.STAGE[one.transfer] if one.transfer else "",
        "due": [
            f"{labels.ITEM_KIND.get(kind, kind)} ×{n}" if n > 1 else labels.ITEM_KIND.get(kind, kind)
            for kind, n in Counter(item.kind for item in due).items()
        ],
    }


@screen
def case_drawer(request: DeskRequest, case: UUID) -> HttpResponse:
    """One case: what was recorded about it, its contacts, and the notes of who traces it."""
    return drawn(request, case)


def drawn(request: DeskRequest, case: UUID, opened: Mapping[UUID, str] | None = None) -> HttpResponse:
    """The drawer of a case; `opened` are the words of its notes, once somebody opened them."""
    found = Case.objects.filter(pk=case).first()
    if found is None:
        raise NotFound
    contacts = list(cases.contacts_of(case)[:MOST_CASES])
    masked = people.masked({found.resident, *(one.resident for one in contacts)}, request.incident.id)
    names = places.area_names({found.area, *(one.area for one in contacts)})
    context = {
        "title": masked[found.resident].name if found.resident in masked else "–",
        "case": found,
        "place": names[found.area],
        "contacts": listed(request, contacts, masked, names),
        "events": events(request, cases.history_of_case(case, request.incident.id)),
        "may": request.actor.may(TRACE, found.area, request.incident.id),
    }
    if context["may"]:
        context |= {
            "notes": _notes(request, case, opened or {}),
            "is_open": opened is not None,
            "id": new_id(),
        }
    return drawer(request, "commandpost/cases/case.html", context)


def _notes(request: DeskRequest, case: UUID, opened: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Who wrote each note when, with its words where they were opened."""
    heads = cases.notes_of(case)
    writers = responders.known({one.by for one in heads})
    return [
        {
            "note": one,
            "by": writers[one.by].code if one.by in writers else "",
            "words": opened.get(one.id, ""),
        }
        for one in heads
    ]


@screen
def contact_drawer(request: DeskRequest, contact: UUID) -> HttpResponse:
    """One contact: the plan, what is due, every follow-up."""
    found = Contact.objects.filter(pk=contact).first()
    if found is None:
        raise NotFound
    masked = people.masked({found.resident}, request.incident.id)
    row = listed(request, [found], masked, places.area_names({found.area}))[0]
    context = {
        "title": row["name"] or "–",
        "row": row,
        "case_seen": Case.objects.filter(pk=found.case).exists(),
        "events": events(request, cases.history_of_contact(contact, request.incident.id)),
    }
    return drawer(request, "commandpost/cases/contact.html", context)


WORDS = (
    labels.HEALTH,
    labels.QUARANTINE,
    labels.STAGE,
    labels.STEP_OF_INVESTIGATION,
    labels.CARE,
)


def events(request: DeskRequest, history: list[cases.Event]) -> list[dict[str, Any]]:
    """A history as the timeline shows it."""
    callers = responders.known({one.by for one in history})
    books: tuple[Mapping[str, Any], ...] = (*WORDS, classes(incidents.pack_of(request.incident.id)))
    return [
        {
            "at": one.at,
            "what": labels.CASE_EVENT[one.kind],
            "note": _detail(one, books),
            "by": callers[one.by].code if one.by in callers else "",
            "retracted": one.retracted,
        }
        for one in history
    ]


def _detail(one: cases.Event, books: tuple[Mapping[str, Any], ...]) -> str:
    """What was said, in words, with the symptoms."""
    said = next((book[one.detail] for book in books if one.detail in book), one.detail)
    return " · ".join(str(word) for word in (said, *(labels.SYMPTOM.get(s, s) for s in one.symptoms)) if word)


urlpatterns = [
    path("cases/", case_list, name="cases"),
    path("cases/<uuid:case>/drawer/", case_drawer, name="case-drawer"),
    path("cases/contacts/<uuid:contact>/drawer/", contact_drawer, name="contact-drawer"),
]
