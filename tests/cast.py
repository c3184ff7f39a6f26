"""The cast of every test: one two-building community, and people who may see all, some or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from muster.core import accounts
from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id

CITY = 440300000000000
DISTRICT = 440307000000000
SUBDISTRICT = 440307006000000
COMMUNITY = 440307006005000
GRID = 440307006005001
ELSEWHERE = 440303001002000
INCIDENT = derive_id("test", "incident")
NOW = datetime(2022, 2, 18, 12, 0, tzinfo=UTC)


def person(name: str, role: str, area: int) -> Actor:
    """An actor with one role in one area."""
    return Actor(
        account=derive_id("test", "account", name),
        grants=(Grant(role, area),),
        responder=derive_id("test", "responder", name),
        username=name,
    )


@pytest.fixture(autouse=True)
def _packs_are_read_anew() -> None:
    """The protocol in force is remembered for a second: not from one test to the next."""
    from muster.domain.incidents import queries

    queries.forget_pack(INCIDENT)


@pytest.fixture
def incident(db: None) -> UUID:
    """An open incident in the district, with its keys."""
    return open_incident()


def open_incident() -> UUID:
    """Open the incident of the tests (also for those that commit)."""
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    with scope(system(), INCIDENT):
        create_keys(None)
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT,
            area=DISTRICT,
            code="lg-0217",
            title_zh="龙岗 0217",
            title_en="Longgang 0217",
            pack="covid-cn-v8",
            opened_at=datetime(2022, 2, 17, 11, 0, tzinfo=UTC),
        )
    return INCIDENT


@pytest.fixture
def now() -> datetime:
    """18 February 2022, 20:00 in Shenzhen."""
    return NOW


@pytest.fixture
def commander() -> Actor:
    """Commands the district."""
    return person("commander", "commander", DISTRICT)


@pytest.fixture
def desk() -> Actor:
    """Works at the desk of the sub-district."""
    return person("desk", "desk", SUBDISTRICT)


@pytest.fixture
def grid_worker() -> Actor:
    """Walks one community."""
    return person("grid_worker", "grid_worker", COMMUNITY)


@pytest.fixture
def tracer() -> Actor:
    """Traces contacts in the district."""
    return person("tracer", "tracer", DISTRICT)


@pytest.fixture
def outsider() -> Actor:
    """Commands another district; must see nothing of ours."""
    return person("outsider", "commander", ELSEWHERE)


@pytest.fixture
def in_scope(incident: UUID, commander: Actor) -> Iterator[Actor]:
    """The commander's scope, open during the test."""
    with scope(commander, incident):
        yield commander


def account_for(actor: Actor, password: str = "night-shift-2022") -> UUID:
    """A real account with the actor's rights, for tests over HTTP. Call it inside a system scope."""
    from muster.core.models import Account
    from muster.core.models import Grant as GrantRow

    account = accounts.create_account(username=actor.username, password=password, responder=actor.responder)
    Account.objects.filter(pk=account.pk).update(title=actor.username)
    for grant in actor.grants:
        GrantRow.objects.create(
            id=new_id(),
            account=account.pk,
            role=grant.role,
            area=grant.area,
            incident=grant.incident,
            granted_by=account.pk,
        )
    return account.pk
