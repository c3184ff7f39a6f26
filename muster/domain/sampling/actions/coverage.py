"""Why somebody is not tested, and asking those who are left of a round: by telephone, or at their doors in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.people.models import Resident
from muster.domain.places.models import Building
from muster.domain.responders import actions as responders
from muster.domain.responders import queries as known
from muster.domain.responders.rules import TeamKind
from muster.domain.sampling import standing, state
from muster.domain.sampling.models import CatchUp as CatchingUp
from muster.domain.sampling.models import Round, UntestedExplained
from muster.domain.sampling.rules import Means, is_pair

RIGHT, PLAN = "worklists.record", "sampling.plan"
FACT = ("id", "incident", "area", "at", "by", "device")
MOST_LEFT = 10_000
ReasonCode = Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[^\x00]*$")]


class PairNeeded(Refusal):
    """Nobody samples at a home alone."""

    code = "sampling.pair_needed"
    status = 422
    texts = {
        "zh": "入户采样必须两人一组，请填写两个不同的人员工号。任务没有生成。",
        "en": "At homes people sample in pairs: name two different responders. No work was made.",
    }


class TooManyLeft(Refusal):
    """More people than one order should send work for."""

    code = "sampling.too_many_left"
    status = 422
    texts = {
        "zh": "这个范围还有 {count} 人未检，超过一次 {most} 人的上限。请按社区或楼栋分别安排。",
        "en": "{count} people are left here, more than the {most} of one order. Choose a community or a building.",
    }


class ExplainUntested(msgspec.Struct, frozen=True):
    """Somebody is not tested in this round, and why; the reason is a code of the protocol."""

    round: UUID
    resident: UUID
    standing: Literal["exempt", "away", "refused"]
    reason: ReasonCode = ""


class CatchUp(msgspec.Struct, frozen=True, kw_only=True):
    """Call those who are left and have a telephone, or send a pair to their doors (nobody named: any team)."""

    id: UUID
    round: UUID
    area: int
    means: Means
    building: UUID | None = None
    due_at: datetime | None = None
    pair: list[UUID] = []


class EndCatchUp(msgspec.Struct, frozen=True):
    """No more of it: what is not done is withdrawn."""

    catch_up: UUID


def explain_untested(
    *, told: Sequence[Told[ExplainUntested]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record why people are not tested. A sample counts more than any word; the newest word counts."""
    done = Done()
    asked = {one.body.resident for one in told}
    areas = dict(Resident.objects.filter(pk__in=asked).values_list("id", "area"))
    allowed = by.allowed(RIGHT, areas.values(), incident)
    rows = []
    for one in told:
        b, area = one.body, areas.get(one.body.resident)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right=RIGHT)
        else:
            rows.append(
                (
                    one.id,
                    incident,
                    area,
                    one.at,
                    one.by,
                    one.device,
                    b.round,
                    b.resident,
                    b.standing,
                    b.reason,
                )
            )
    if rows:
        bulk.insert(UntestedExplained, (*FACT, "round", "resident", "standing", "reason"), rows)
        state.derive(incident=incident, tubes=(), pairs={(row[6], row[7]) for row in rows})
        people = {row[7] for row in rows}
        area = min(row[2] for row in rows)
        journal.write(
            action="sampling.explain", by=by, incident=incident, area=area, subjects=people, count=len(rows)
        )
        done.touch(state.ASKED, people)
    return done


def reconsider_explained(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the word before it counts again, or nothing is known."""
    done = Done()
    pairs = set(UntestedExplained.objects.filter(pk__in=facts).values_list("round", "resident"))
    state.derive(incident=incident, tubes=(), pairs=pairs)
    done.touch(state.ASKED, {resident for _, resident in pairs})
    return done


def catch_up(*, told: Sequence[Told[CatchUp]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Ask everybody who is left in an area or building; whoever is tested or exempt falls out by itself."""
    done = Done()
    rounds = Round.objects.in_bulk({one.body.round for one in told})
    houses = Building.objects.filter(pk__in={one.body.building for one in told if one.body.building})
    areas = dict(houses.values_list("id", "area"))
    allowed = by.allowed(PLAN, (one.body.area for one in told), incident)
    for one in told:
        if refusal := _refusal(one.body, rounds.get(one.body.round), areas, allowed):
            done.refused[one.id] = refusal
    rows = []
    for one in done.stored(told):
        b = one.body
        team = _pair_team(one, by, incident, now, done)
        if one.id in done.refused:
            continue
        area = areas[b.building] if b.building else b.area
        rows.append((b.id, incident, area, b.round, b.building, b.means, b.due_at, b.pair, team, one.at))
    if rows:
        names = ("id", "incident", "area", "round", "building", "means", "due_at", "pair", "team", "begun_at")
        bulk.insert(CatchingUp, names, rows)
        _tell("sampling.catch_up", [(row[0], row[2]) for row in rows], by, incident, done)
    return done


def _refusal(
    body: CatchUp, test_round: Round | None, areas: dict[UUID, int], allowed: set[int]
) -> Refusal | None:
    if test_round is None or (body.building is not None and body.building not in areas):
        return NotFound()
    if body.area not in allowed:
        return NotAllowed(right=PLAN)
    if body.pair and (not is_pair(body.pair) or len(known.known(body.pair)) < 2):
        return PairNeeded()
    number = standing.count_left(test_round, body.area, body.building)
    return TooManyLeft(count=number, most=MOST_LEFT) if number > MOST_LEFT else None


def _pair_team(one: Told[CatchUp], by: Actor, incident: UUID, now: datetime, done: Done) -> UUID | None:
    """A pair is a team of two from then on: their telephones show its work."""
    body = one.body
    if not body.pair or body.means != Means.DOOR:
        return None
    codes = " ".join(sorted(one.code for one in known.known(body.pair).values()))
    team = derive_id(body.id, "pair")
    form = responders.FormTeam(team, body.area, TeamKind.SAMPLING, codes, members=body.pair)
    formed = responders.form_teams(
        told=[Told(team, one.at, one.by, form, one.device)], by=by, incident=incident, now=now
    )
    for refusal in (*formed.refused.values(), *formed.waiting.values()):
        done.refused[one.id] = refusal
    return team


def end_catch_ups(*, told: Sequence[Told[EndCatchUp]], by: Actor, incident: UUID, now: datetime) -> Done:
    """End catching up; the first end stands."""
    done = Done()
    wanted = {one.body.catch_up for one in told}
    bulk.lock(CatchingUp, wanted)
    held = CatchingUp.objects.in_bulk(wanted)
    allowed = by.allowed(PLAN, (one.area for one in held.values()), incident)
    ended: dict[UUID, datetime] = {}
    for one in told:
        found = held.get(one.body.catch_up)
        if found is None:
            done.refused[one.id] = NotFound()
        elif found.area not in allowed:
            done.refused[one.id] = NotAllowed(right=PLAN)
        else:
            ended[found.id] = min(one.at, ended.get(found.id, one.at), found.ended_at or one.at)
    if ended:
        bulk.update(CatchingUp, ("id", "ended_at"), ended.items())
        _tell("sampling.end_catch_up", [(one, held[one].area) for one in ended], by, incident, done)
    return done


def _tell(action: str, rows: list[tuple[UUID, int]], by: Actor, incident: UUID, done: Done) -> None:
    area = min(row[1] for row in rows)
    journal.write(action=action, by=by, incident=incident, area=area, subjects=[row[0] for row in rows])
    done.touch("sampling.catch_up", [row[0] for row in rows])
