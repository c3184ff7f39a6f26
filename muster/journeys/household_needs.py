"""What households need, as their cards say it, becomes requests: many cards, one request, and again once it was met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core.access import system
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told, Touched
from muster.domain.helpline import actions as helpline
from muster.domain.helpline.models import Request, RequestUpdate
from muster.domain.helpline.rules import RequestKind, RequestPhase, Step
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.sweep_queries import NeedsCard
from muster.journeys import after_calls, quarantine_care

HOUSEHOLD = "worklists.household"
KINDS = {one.value: one for one in RequestKind} | quarantine_care.KINDS


class Asked(msgspec.Struct, frozen=True):
    """One request and the cards that ask for it, the first one first."""

    request: UUID
    need: str
    cards: list[NeedsCard]

    @property
    def standing(self) -> list[NeedsCard]:
        """Those that were not taken back."""
        return [one for one in self.cards if one.gone_at is None]


def follow(whole: Touched, incident: UUID, now: datetime) -> None:
    """Open what cards ask for, withdraw what no card asks for any more; adds the requests to what was touched."""
    doors = set(whole.get(HOUSEHOLD, ()))
    if requests := whole.get("helpline.request"):
        asked = Request.objects.filter(pk__in=requests, dwelling__isnull=False)
        doors |= {one for one in asked.values_list("dwelling", flat=True) if one}
    cards = sweeps.needs_cards(doors) if doors else []
    if not cards:
        return
    met = Request.objects.filter(dwelling__in=doors, state=RequestPhase.DONE)
    ended = {one: at for one, at in met.values_list("id", "closed_at") if at}
    found = list(_asked(cards, ended, incident))
    _open([one for one in found if one.standing], incident, now)
    _withdraw(found, incident, now)
    whole["helpline.request"] |= {one.request for one in found}


def _asked(cards: list[NeedsCard], ended: dict[UUID, datetime], incident: UUID) -> Iterator[Asked]:
    """The requests of each door and need: a card written after the last one was met begins another."""
    by_need: dict[tuple[UUID, str], list[NeedsCard]] = defaultdict(list)
    for card in cards:
        for need in card.needs:
            by_need[card.door, need].append(card)
    for (door, need), left in by_need.items():
        occasion = 0
        while left:
            request = derive_id(incident, "household need", door, need, occasion)
            until = ended.get(request)
            mine = [one for one in left if until is None or one.at <= until]
            if mine:
                yield Asked(request, need, mine)
            left = [one for one in left if until is not None and one.at > until]
            occasion += 1


def _open(asked: Iterable[Asked], incident: UUID, now: datetime) -> None:
    """Each request as its cards together say it, whichever of them came first."""
    told = []
    for one in asked:
        first = one.standing[0]
        codes = [code for card in one.standing for code in card.vulnerabilities]
        body = helpline.OpenRequest(
            id=one.request,
            area=first.area,
            kind=KINDS.get(one.need, RequestKind.OTHER),
            dwelling=first.door,
            vulnerable=after_calls.soonest([*codes, one.need], incident),
        )
        told.append(Told(body.id, first.at, first.by, body))
    known = set(Request.objects.filter(pk__in=[one.id for one in told]).values_list("id", flat=True))
    by = system(incident=incident)
    fresh = [one for one in told if one.id not in known]
    if fresh:
        helpline.open_requests(told=fresh, by=by, incident=incident, now=now)
    helpline.restate_requests([one for one in told if one.id in known], incident)


def _withdraw(asked: list[Asked], incident: UUID, now: datetime) -> None:
    """No card stands: withdrawn, by our own word. A card came again: that word is taken back."""
    by = system(incident=incident)
    words = RequestUpdate.objects.filter(
        request__in=[one.request for one in asked], by=by.by, step=Step.WITHDRAWN
    ).exclude(id__in=Retraction.objects.values("target"))
    ours = dict(words.values_list("request", "id"))
    ends, again = [], []
    for one in asked:
        gone = [card.gone_at for card in one.cards if card.gone_at]
        if one.standing and one.request in ours:
            body = RetractBody("helpline.requestupdate", ours[one.request])
            again.append(Told(derive_id(body.target, "asked again"), now, by.by, body))
        elif not one.standing and one.request not in ours:
            word = helpline.UpdateRequest(one.request, Step.WITHDRAWN)
            ends.append(Told(derive_id(one.request, "no card", len(gone)), max(gone), by.by, word))
    if ends:
        helpline.update_requests(told=ends, by=by, incident=incident, now=now)
    if again:
        retract_facts(told=again, by=by, incident=incident, now=now)
        helpline.reconsider_updates({one.body.target for one in again}, incident, now)
