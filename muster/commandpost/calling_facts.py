"""What the cockpit shows of one call: who, why, what was tried, with whom they live, and what to say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, said
from muster.core.access import span
from muster.domain.helpline import queries as helpline
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.people.rules import mask_document
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.actions.opening import Opened
from muster.domain.worklists.models import ListEntry
from muster.protocols.calling import Script

PAGE = "/p/call/"
SPOKEN = ("zh", "yue", "en")


def of(opened: Opened, request: DeskRequest) -> dict[str, Any]:
    """The whole page about one held item."""
    item, clear = opened.item, opened.clear
    card = people.card(item.subject, request.incident.id)
    blanks = _blanks(opened, request)
    script = incidents.pack_of(request.incident.id).script(item.kind)
    return {
        "item": item,
        "kind": labels.ITEM_KIND.get(item.kind, item.kind),
        "late": item.due_at is not None and item.due_at < request.now,
        "name": clear.name,
        "phone": clear.phone,
        "dial": "".join(sign for sign in clear.phone if sign.isdigit() or sign == "+"),
        "document": mask_document(clear.document),
        "door": blanks["address"],
        "note": clear.note,
        "groups": _groups(card),
        "household": _household(card),
        "tries": _tries(opened),
        "lists": _lists(opened),
        "others": _others(opened),
        "language": item.language,
        "speech": labels.SPEECH.get(item.language, ""),
        "code": opened.code,
        "page": blanks["page"],
        "script": _script(script, blanks) if script else None,
        "pool": _pool(opened, request),
        "wordings": [(one.source, _worded(one.script)) for one in opened.scripts],
        "title": said(script.title) if script else "",
        "spoken": item.language if item.language in SPOKEN else "zh" if _is_chinese() else "en",
    }


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _groups(card: Any) -> list[Any]:
    found = {one for record in card.records for one in record.vulnerabilities} if card else set()
    return labels.words(sorted(found))


def _household(card: Any) -> list[dict[str, Any]]:
    """With whom they live, masked: age and care needs are what a caller must know."""
    return [
        {
            "name": card.masked[one.id].name if one.id in card.masked else "–",
            "born": one.birth_year,
            "groups": labels.words(one.vulnerabilities),
        }
        for one in (card.household if card else [])
    ]


def _tries(opened: Opened) -> list[dict[str, Any]]:
    callers = responders.known({one.by for one, _note in opened.tries})
    return [
        {
            "at": one.at,
            "what": labels.OUTCOME.get(one.outcome, one.outcome),
            "by": callers[one.by].code if one.by in callers else "",
            "channel": one.channel,
            "note": note,
        }
        for one, note in opened.tries
    ]


def _lists(opened: Opened) -> list[ListEntry]:
    """Every list that names this person, and is ours to see."""
    rows = ListEntry.objects.filter(item=opened.item.id, returned_at=None).select_related("list")
    return list(rows.order_by("list__deadline_at", "id")[:20])


def _others(opened: Opened) -> list[dict[str, Any]]:
    """Other open work about the same person: said in the same call, not in another."""
    rows = worklists.open_items([opened.item.subject]).exclude(pk=opened.item.id)[:10]
    return [{"kind": labels.ITEM_KIND.get(one.kind, one.kind), "due_at": one.due_at} for one in rows]


def _blanks(opened: Opened, request: DeskRequest) -> dict[str, str]:
    """What fills the lines of the script."""
    item = opened.item
    area = places.area_names([item.area]).get(item.area, "")
    caller = responders.known([request.actor.by]).get(request.actor.by)
    office = f"{caller.organisation_name} {area}" if caller else area
    line = next((one for one in helpline.lines() if one.phone and _reaches(one.area, item.area)), None)
    resident = next(iter(people.residents([item.subject])), None)
    doors = places.dwelling_titles([resident.dwelling]) if resident and resident.dwelling else {}
    return {
        "office": office.strip(),
        "caller": caller.code if caller else request.actor.username,
        "name": opened.clear.name or "…",
        "address": next(iter(doors.values()), "") or opened.clear.address or "…",
        "code": f"{opened.code[:4]} {opened.code[4:]}",
        "page": request.build_absolute_uri(PAGE).split("://", 1)[1],
        "phone": line.phone if line else "…",
    }


def _reaches(outer: int, area: int) -> bool:
    low, high = span(outer)
    return low <= area < high


def _script(script: Script, blanks: dict[str, str]) -> list[dict[str, Any]]:
    """The steps with their blanks filled, the branches with a letter each."""
    return [
        {
            "code": step.code,
            "lines": [(one, labels.SPEECH[one], _filled(getattr(step.say, one), blanks)) for one in SPOKEN],
            "branches": [
                (letter, said(branch.title), branch.to or "", branch.ends or "")
                for letter, branch in zip("ABCDEFGH", step.branches, strict=False)
            ],
        }
        for step in script.steps
    ]


def _worded(script: dict[str, str]) -> list[tuple[str, str, str]]:
    """The words of a list in every language one can choose, as they stand: Mandarin where it has no other."""
    return [(one, one if script.get(one) else "zh", script.get(one) or script["zh"]) for one in SPOKEN]


def _pool(opened: Opened, request: DeskRequest) -> list[tuple[str, str, str]]:
    """What the protocol says to somebody of a positive pool, before anything else."""
    testing = incidents.pack_of(request.incident.id).testing
    if testing is None or not opened.item.occasion.startswith("tube:"):
        return []
    words = testing.positive_pool.value
    return _worded({"zh": words.zh, "en": words.en})


def _filled(text: str, blanks: dict[str, str]) -> str:
    """Only known blanks, so that nothing of a person can be read as a pattern."""
    for name, word in blanks.items():
        text = text.replace("{" + name + "}", word)
    return text
