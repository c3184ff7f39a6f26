"""Big files go to a job, which acts with the rights of whoever asked; whatever stops it is said."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import Actor, scope, system
from muster.domain.people.models import Resident
from muster.interop.imports import actions, jobs, queries
from muster.interop.imports.refusals import WrongState
from muster.interop.models import Import
from tests.cast import account_for
from tests.interop.imports.files import Desk, csv_of, person


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(actions, "AT_ONCE", 5)
    with scope(system(), incident):
        account = account_for(desk)
    return Desk(Actor(account, desk.grants, desk.responder, None, desk.username), incident, now)


def found(made: Import, at_desk: Desk) -> Import:
    with scope(at_desk.by, at_desk.incident):
        return Import.objects.get(pk=made.id)


def test_a_big_file_is_left_to_a_job_and_done_by_it(at_desk: Desk) -> None:
    made = at_desk.preview(at_desk.upload(csv_of([person(n) for n in range(9)])))
    assert (made.state, made.queued) == ("mapped", "preview")
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args->>'step' from procrastinate_jobs where args->>'upload' = %s",
            [str(made.id)],
        )
        assert cursor.fetchall() == [("imports.work", "preview")]
    with pytest.raises(WrongState):
        at_desk.preview(made)
    jobs.work(made.id, at_desk.incident, at_desk.by.account, "preview")
    made = found(made, at_desk)
    assert (made.state, made.queued, made.counts["taken"]) == ("previewed", "", 9)
    made = at_desk.run(made)
    assert made.queued == "run"
    jobs.work(made.id, at_desk.incident, at_desk.by.account, "run")
    jobs.work(
        made.id, at_desk.incident, at_desk.by.account, "run"
    )  # given back after a kill: nothing is left to do
    made = found(made, at_desk)
    assert (made.state, made.queued, made.counts["taken"]) == ("run", "", 9)


def test_a_job_that_cannot_go_on_says_so_and_leaves_nothing_half_done(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = at_desk.preview(at_desk.upload(csv_of([person(n) for n in range(9)])))
    jobs.work(made.id, at_desk.incident, made.id, "preview")  # no such account any more
    assert found(made, at_desk).problem
    assert found(made, at_desk).queued == ""
    made = at_desk.preview(found(made, at_desk))
    jobs.work(made.id, at_desk.incident, at_desk.by.account, "preview")
    made = at_desk.run(found(made, at_desk))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("muster.interop.imports.engine.Worker.settle", broken)
    with pytest.raises(ZeroDivisionError):
        jobs.work(made.id, at_desk.incident, at_desk.by.account, "run")
    made = found(made, at_desk)
    assert (made.state, made.queued, made.problem) == ("previewed", "", "imports.broken")
    with scope(at_desk.by, at_desk.incident):
        assert not Resident.objects.exists()


def test_how_far_a_pass_is_can_be_seen(at_desk: Desk) -> None:
    from muster.interop.imports.engine import say_progress

    made = at_desk.upload(csv_of([person(1)]))
    with scope(at_desk.by, at_desk.incident):
        assert queries.progress(made) is None
        say_progress(made.id, 4_000)
        with (
            connection.cursor() as cursor
        ):  # the page asks in another transaction; this one remembers its answer
            cursor.execute("select pg_stat_clear_snapshot()")
        assert queries.progress(made) == 4_000
