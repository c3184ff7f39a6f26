"""What the database ended for a circle is taken again, and leaves nothing behind twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from psycopg import errors

from muster.core import circles, prepared
from muster.core.accounts import create_account
from muster.core.circles import untangled
from muster.core.models import Account

LOCK = "select pg_advisory_xact_lock(%s)"


def broken(cause: type[Exception]) -> OperationalError:
    """An error as Django raises it."""
    error = OperationalError("ended")
    error.__cause__ = cause()
    return error


@pytest.mark.django_db
def test_an_ended_one_is_taken_again_a_few_times() -> None:
    turns: list[int] = []

    def work(fails: int) -> int:
        turns.append(len(turns))
        if len(turns) <= fails:
            raise broken(errors.DeadlockDetected)
        return 7

    assert untangled(lambda: work(2)) == 7
    assert len(turns) == 3
    turns.clear()
    with pytest.raises(OperationalError):
        untangled(lambda: work(99))
    assert len(turns) == circles.TURNS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [broken(errors.QueryCanceled), broken(errors.LockNotAvailable), ValueError()]
)
def test_other_failures_are_raised_at_once(error: Exception) -> None:
    turns = []

    def work() -> None:
        turns.append(1)
        raise error

    with pytest.raises(type(error)):
        untangled(work)
    assert len(turns) == 1


@pytest.mark.django_db
def test_two_that_wait_for_each_other_both_get_done() -> None:
    begun, done = threading.Barrier(2), []
    problems: list[BaseException] = []

    def holding(mine: int, other: int) -> Callable[[], None]:
        turns = []

        def work() -> None:
            turns.append(1)
            prepared.run(LOCK, [mine])
            if len(turns) == 1:
                begun.wait(20)
            prepared.run(LOCK, [other])
            done.append((mine, len(turns)))

        return work

    def run(mine: int, other: int) -> None:
        try:
            untangled(holding(mine, other))
        except BaseException as error:  # noqa: BLE001 (told by the test, not by a thread)
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((1, 2), (2, 1))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not problems
    assert sorted(mine for mine, _ in done) == [1, 2]
    assert sorted(turns for _, turns in done) == [1, 2]


@pytest.mark.django_db
def test_nothing_of_an_ended_one_is_stored() -> None:
    turns = []

    def work() -> int:
        turns.append(1)
        account = create_account(username=f"turn{len(turns)}", password=str(uuid4()))
        if len(turns) == 1:
            raise broken(errors.DeadlockDetected)
        return len(
            {account.username, *Account.objects.values_list("username", flat=True)} & {"turn1", "turn2"}
        )

    assert untangled(work) == 1
