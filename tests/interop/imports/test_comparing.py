"""What exact keys leave over is weighed by a job, and put before a person with what spoke for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import Actor, scope, system
from muster.domain.people import pairs
from muster.domain.people.models import SamePerson
from muster.interop.imports import jobs
from tests.cast import account_for
from tests.interop.imports.files import Desk, csv_of, person
from tests.interop.tables.makers import citizen

EVERYWHERE = (0, 10**15)


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    with scope(system(), incident):
        account = account_for(desk)
    return Desk(Actor(account, desk.grants, desk.responder, None, desk.username), incident, now)


def waiting(at_desk: Desk) -> list[pairs.Waiting]:
    with scope(at_desk.by, at_desk.incident):
        return pairs.waiting(EVERYWHERE)


def test_two_slips_in_one_row_are_found_and_explained(at_desk: Desk) -> None:
    names = [a + b + c for a in "赵钱孙李" for b in "芳静丽" for c in "明强磊"]
    known = [
        (name, citizen(n, n + 1), f"138{n:08}", f"中兴路{n % 9 + 1}栋{n % 7 + 1}01")
        for n, name in enumerate(names)
    ]
    at_desk.whole(csv_of(known))
    name, _, phone, address = known[5]
    slip = phone[:-2] + phone[-1] + phone[-2] if phone[-1] != phone[-2] else phone[:-1] + "9"
    rows = [(name, "", slip, address), person(40_000, "欧阳锋")]
    made = at_desk.whole(csv_of(rows), "lists", purpose="verification")
    assert waiting(at_desk) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "select args->>'step' from procrastinate_jobs where args->>'upload' = %s", [str(made.id)]
        )
        assert cursor.fetchall() == [("compare",)]
    for _ in range(2):  # given back after a kill: asked once all the same
        jobs.work(made.id, at_desk.incident, at_desk.by.account, jobs.COMPARE)
        (pair,) = waiting(at_desk)
    assert pair.how == "linkage"
    assert pair.probability is not None
    assert pair.probability >= 0.3
    assert {str(part[0]) for part in pair.why} >= {"name", "phone"}
    with scope(at_desk.by, at_desk.incident):
        assert not SamePerson.objects.exists()


def test_a_list_of_nobody_new_needs_no_comparing(at_desk: Desk) -> None:
    at_desk.whole(csv_of([person(1)]))
    made = at_desk.whole(csv_of([person(1)]), "lists", purpose="verification")
    jobs.work(made.id, at_desk.incident, at_desk.by.account, jobs.COMPARE)
    assert waiting(at_desk) == []
