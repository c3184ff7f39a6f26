"""Sharing a person with another area, and opening sealed words."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed, NotVisibleYet, Refusal
from muster.core.ids import new_id
from muster.core.models import Entry, Share
from muster.domain.people import actions as people
from muster.domain.people import queries
from muster.domain.people.models import Identity, Registration, Resident
from tests.cast import ELSEWHERE
from tests.domain.people.homes import build, door, register, tell


@pytest.fixture
def two(incident: UUID, now: datetime, desk: Actor) -> list[UUID]:
    build(incident, now)
    bodies = [
        people.RegisterPerson(
            id=new_id(), dwelling=door("101"), name=name, phone="13812341234", document="440307199001011234"
        )
        for name in ("王伟", "李芳")
    ]  # fmt: skip
    register([tell(body, now, desk) for body in bodies], desk, incident, now)
    return [body.id for body in bodies]


def share(subject: UUID, until: datetime, by: Actor, incident: UUID, now: datetime) -> list[Refusal]:
    body = people.ShareSubject(subject, ELSEWHERE, "lives_there", until)
    with scope(by, incident):
        done = people.share_subjects(told=[tell(body, now, by)], by=by, incident=incident, now=now)
    return [*done.refused.values(), *done.waiting.values()]


def seen(by: Actor, incident: UUID) -> tuple[set[UUID], set[UUID]]:
    with scope(by, incident):
        return (
            set(Resident.objects.values_list("id", flat=True)),
            set(Identity.objects.values_list("resident", flat=True)),
        )


def test_an_outsider_sees_the_one_person_shared_and_nothing_after(
    two: list[UUID], desk: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    with scope(desk, incident):
        real = Entry.objects.order_by("-id").values_list("at", flat=True)[0]
    assert seen(outsider, incident) == (set(), set())
    assert share(two[0], real + timedelta(days=14), desk, incident, real) == []
    assert seen(outsider, incident) == ({two[0]}, {two[0]})
    with scope(outsider, incident):
        assert not Registration.objects.exists()
        assert queries.masked(two, incident).keys() == {two[0]}
        assert (
            people.unmask([two[0]], "回访", by=outsider, incident=incident, now=real)[two[0]].name == "王伟"
        )
        assert not Resident.objects.filter(pk=two[1]).exists()
    assert share(two[1], real - timedelta(seconds=1), desk, incident, real) == []
    assert seen(outsider, incident) == ({two[0]}, {two[0]}), "a share that is over shows nothing"


def test_a_share_that_ends_shows_nothing_any_more(
    two: list[UUID], desk: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    with scope(system(incident=incident), incident):
        Share.objects.create(
            incident=incident,
            subject=two[0],
            area=ELSEWHERE,
            from_area=440307006005001,
            cause="over",
            until=now,
            by=new_id(),
        )
    assert seen(outsider, incident) == (set(), set())


def test_sharing_needs_the_right_where_the_person_is(
    two: list[UUID], desk: Actor, grid_worker: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    later = now + timedelta(days=3650)
    assert [type(one) for one in share(two[0], later, grid_worker, incident, now)] == [NotAllowed]
    assert [type(one) for one in share(two[0], later, outsider, incident, now)] == [NotVisibleYet]
    share(two[0], later, desk, incident, now)
    assert [type(one) for one in share(two[0], later, outsider, incident, now)] == [NotAllowed], (
        "not handed on"
    )


def test_opening_names_leaves_the_reason_in_the_journal(
    two: list[UUID], desk: Actor, incident: UUID, now: datetime
) -> None:
    with scope(desk, incident):
        clear = people.unmask(two, "发热送医，需联系家属", by=desk, incident=incident, now=now)
        assert {words.phone for words in clear.values()} == {"13812341234"}
        entry = Entry.objects.get(action="people.unmask")
        assert entry.subjects == sorted(map(str, two))
        assert journal.reason(entry) == "发热送医，需联系家属"
        assert "发热".encode() not in bytes(entry.reason or b"")


@pytest.mark.parametrize("reason", ["", "  ", "很" * 401])
def test_nothing_is_opened_without_a_reason(
    two: list[UUID], desk: Actor, incident: UUID, now: datetime, reason: str
) -> None:
    with scope(desk, incident), pytest.raises(people.ReasonMissing):
        people.unmask(two, reason, by=desk, incident=incident, now=now)


def test_a_grid_worker_reads_masked_names_only(
    two: list[UUID], grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    with scope(grid_worker, incident):
        shown = queries.masked(two, incident)[two[0]]
        assert (shown.name, shown.phone, shown.document) == ("王*", "138****1234", "440*************34")
        with pytest.raises(NotAllowed):
            people.unmask(two, "好奇", by=grid_worker, incident=incident, now=now)
        assert not Entry.objects.filter(action="people.unmask").exists()
