"""The journal: sealed in commit order, and every tampering shows."""

from __future__ import annotations

import time
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.models import Entry, Segment
from tests.cast import COMMUNITY, INCIDENT


@pytest.fixture
def written(fresh_db: str) -> UUID:
    """Ten committed entries in two sealed segments."""
    from muster.core.vault import create_keys

    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
    for half in range(2):
        with scope(system(), INCIDENT):
            for _ in range(5):
                journal.write(
                    action="test",
                    by=system(),
                    incident=INCIDENT,
                    area=COMMUNITY,
                    subjects=[new_id()],
                    reason="因为",
                )
        wait_for_seal(half + 1)
    return INCIDENT


def wait_for_seal(serial: int) -> None:
    """Seal when the entries are settled: an older transaction anywhere on the server holds them back."""
    for _ in range(600):
        with scope(system()):
            if journal.seal().serial == serial:
                return
        time.sleep(0.1)
    raise AssertionError("nothing was sealed in a minute")


def as_owner(statement: str) -> None:
    """Tamper as the owner of the tables would, triggers off."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], dbname=settings["NAME"], user="postgres", autocommit=True
    ) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(statement.encode())


def test_an_untouched_journal_holds(written: UUID) -> None:
    with scope(system(), written):
        assert journal.verify() == []
        assert sum(Segment.objects.values_list("entries", flat=True)) == 10
        assert journal.reason(Entry.objects.first()) == "因为"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update core_entry set count = 99 where id = (select min(id) from core_entry)", [1]),
        ("delete from core_entry where id = (select max(id) from core_entry)", [2]),
        ("update core_entry set actor = gen_random_uuid() where id = (select max(id) from core_entry)", [2]),
        (
            "insert into core_entry (tx, at, actor, area, action, count, subjects, digest, detail)"
            " select tx, at, actor, area, action, count, subjects, digest, detail from core_entry limit 1",
            [1],
        ),
        ("delete from core_segment where serial = 1", [2]),
        ("update core_segment set signature = decode(repeat('00', 64), 'hex') where serial = 2", [2]),
    ],
)
def test_every_tampering_is_found(written: UUID, statement: str, broken: list[int]) -> None:
    as_owner(statement)
    with scope(system()):
        assert journal.verify() == broken


def test_the_reason_is_not_stored_in_clear(written: UUID) -> None:
    with scope(system(), written), connection.cursor() as cursor:
        cursor.execute("select string_agg(core_entry::text, '') from core_entry")
        assert "因为" not in cursor.fetchone()[0]


def test_an_outsider_reads_no_entry(written: UUID, outsider: Actor) -> None:
    with scope(outsider, written):
        assert Entry.objects.count() == 0
