"""A site with tubes, residents behind doors, and short ways to tell what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.people.models import Resident
from muster.domain.places.models import Building, Dwelling, Point
from muster.domain.sampling import actions
from muster.domain.sampling.commands import COMMANDS, RETRACTED
from muster.domain.sampling.models import Round
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW

SITE = derive_id("test", "site")
FAR_SITE = derive_id("test", "far site")
ROUND = derive_id("test", "round")
FAR = 440307001001000  # another community of the district
MEMBERS = [derive_id("test", "member", number) for number in range(6)]
BUILDINGS = [derive_id("test", "building", number) for number in range(2)]


def later(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return NOW + timedelta(minutes=minutes)


def settle_in(members: Sequence[UUID] = MEMBERS) -> None:
    """Two buildings, six residents (three behind each door), a site in the community, one elsewhere, a round."""
    with scope(system(), INCIDENT):
        for site, area in ((SITE, COMMUNITY), (FAR_SITE, FAR)):
            Point.objects.create(id=site, incident=INCIDENT, area=area, kind="site", name="第1采样点")
        for number, building in enumerate(BUILDINGS):
            held = Building.objects.create(id=building, area=COMMUNITY, name=f"{number + 1} 栋")
            Dwelling.objects.create(id=derive_id(building, "101"), area=COMMUNITY, building=held, label="101")
        for number, member in enumerate(members):
            Resident.objects.create(
                id=member, canonical=member, incident=INCIDENT, area=COMMUNITY, said_at=NOW, said_id=new_id(),
                dwelling=derive_id(BUILDINGS[number // 3], "101"),
            )  # fmt: skip
        Round.objects.create(id=ROUND, incident=INCIDENT, area=DISTRICT, name="第一轮", from_at=NOW)


def sample(resident: UUID, code: str = "A1", **more: Any) -> actions.TakeSample:
    """Somebody sits down at the site."""
    usual: dict[str, Any] = {"resident": resident, "code": code, "site": SITE, "round": ROUND, "pool_size": 3}
    return actions.TakeSample(**(usual | more))


def why(
    resident: UUID, standing: Literal["exempt", "away", "refused"], reason: str = ""
) -> actions.ExplainUntested:
    """Somebody says why a person is not tested."""
    return actions.ExplainUntested(ROUND, resident, standing, reason)


def tell(body: Any, by: Actor, minutes: float = 0, identity: UUID | None = None) -> Told[Any]:
    """What a telephone sends."""
    return Told(identity or new_id(), later(minutes), by.by, body)


def do(told: Sequence[Told[Any]], by: Actor) -> Done:
    """Run commands of one kind through the action the command table names."""
    many = next(many for body, many in COMMANDS.values() if isinstance(told[0].body, body))
    return many(told=told, by=by, incident=INCIDENT, now=later(600))


def take_back(kind: str, facts: Sequence[UUID], by: Actor) -> Done:
    """Retract facts and reconsider what they were about, as the server does."""
    told = [tell(RetractBody(kind=kind, target=fact), by, 500) for fact in facts]
    assert not retract_facts(told=told, by=by, incident=INCIDENT, now=later(600)).waiting
    return RETRACTED[kind](set(facts), INCIDENT, later(600))
