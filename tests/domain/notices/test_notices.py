"""Notices and broadcasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.told import Done, Many, Told
from muster.domain.notices import actions, queries
from muster.domain.notices.models import Broadcast, Notice, NoticeEvent  # type: ignore[attr-defined]
from muster.domain.notices.rules import Channel
from tests.cast import COMMUNITY, ELSEWHERE, GRID


def tell(action: Many, bodies: Sequence[Any], by: Actor, incident: UUID, now: datetime) -> Done:
    told = [Told(getattr(body, "id", new_id()), now, by.by, body) for body in bodies]
    return action(told=told, by=by, incident=incident, now=now)


def notice(**fields: Any) -> actions.PublishNotice:
    plain = {
        "id": new_id(),
        "area": COMMUNITY,
        "title_zh": "封控通告",
        "text_zh": "即日起足不出户。",
        "number": "1",
    }
    return actions.PublishNotice(**{**plain, **fields})


def test_a_notice_is_published_in_both_languages(in_scope: Actor, incident: UUID, now: datetime) -> None:
    body = notice(title_en="Sealed", text_en="Stay in.")
    assert not tell(actions.publish_notices, [body], in_scope, incident, now).refused
    (row,) = queries.in_force()
    assert (row.title_in("zh-hans"), row.title_in("en"), row.text_in("en")) == (
        "封控通告",
        "Sealed",
        "Stay in.",
    )


def test_without_english_the_chinese_is_shown(in_scope: Actor, incident: UUID, now: datetime) -> None:
    tell(actions.publish_notices, [notice()], in_scope, incident, now)
    assert Notice.objects.get().title_in("en") == "封控通告"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [({"title_zh": " "}, "title"), ({"text_zh": ""}, "text"), ({"number": "9" * 61}, "number"),
     ({"title_en": "x" * 201}, "title")],
)  # fmt: skip
def test_a_notice_that_cannot_be_read_is_refused(
    in_scope: Actor, incident: UUID, now: datetime, fields: dict[str, str], problem: str
) -> None:
    done = tell(actions.publish_notices, [notice(**fields)], in_scope, incident, now)
    assert [(r.code, r.details) for r in done.refused.values()] == [
        ("input.unreadable", {"problem": problem})
    ]
    assert not Notice.objects.exists()


def test_a_grid_worker_makes_known_but_does_not_publish(
    grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    with scope(grid_worker, incident):
        done = tell(actions.publish_notices, [notice()], grid_worker, incident, now)
        assert [r.code for r in done.refused.values()] == ["access.not_allowed"]
        heard = [actions.RecordBroadcast(Channel.LOUDSPEAKER, GRID, 300)]
        done = tell(actions.broadcast, heard, grid_worker, incident, now)
        assert not done.waiting
        assert Broadcast.objects.get().audience == 300


def test_the_first_withdrawal_stands_and_is_kept_in_history(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    body = notice()
    tell(actions.publish_notices, [body], in_scope, incident, now)
    for hours in (5, 3, 8):
        end = [actions.WithdrawNotice(body.id)]
        assert not tell(
            actions.withdraw_notices, end, in_scope, incident, now + timedelta(hours=hours)
        ).refused
    assert Notice.objects.get().withdrawn_at == now + timedelta(hours=3)
    assert not queries.in_force()
    assert NoticeEvent.objects.filter(pgh_obj_id=body.id).count() >= 3


def test_an_unknown_notice_cannot_be_withdrawn(in_scope: Actor, incident: UUID, now: datetime) -> None:
    done = tell(actions.withdraw_notices, [actions.WithdrawNotice(new_id())], in_scope, incident, now)
    assert [r.code for r in done.refused.values()] == ["access.not_found"]


def test_broadcasts_are_counted_by_channel(in_scope: Actor, incident: UUID, now: datetime) -> None:
    body = notice()
    tell(actions.publish_notices, [body], in_scope, incident, now)
    heard = [
        actions.RecordBroadcast(Channel.CHAT, COMMUNITY, 400, body.id), actions.RecordBroadcast(Channel.CHAT, GRID, 90),
        actions.RecordBroadcast(Channel.DOOR, GRID, 12, body.id),
    ]  # fmt: skip
    told = [Told(new_id(), now, in_scope.by, one) for one in heard]
    for _ in range(2):  # a repetition changes nothing
        actions.broadcast(told=told, by=in_scope, incident=incident, now=now)
    assert [(c.channel, c.times, c.audience) for c in queries.by_channel()] == [
        ("chat", 2, 490),
        ("door", 1, 12),
    ]
    assert [(c.channel, c.times) for c in queries.by_channel(notice=body.id)] == [("chat", 1), ("door", 1)]


def test_a_broadcast_elsewhere_waits_and_a_negative_audience_is_refused(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    bodies = [
        actions.RecordBroadcast(Channel.SMS, ELSEWHERE, 5),
        actions.RecordBroadcast(Channel.SMS, GRID, -1),
    ]
    done = tell(actions.broadcast, bodies, in_scope, incident, now)
    assert (len(done.waiting), len(done.refused)) == (1, 1)
    assert not Broadcast.objects.exists()


def test_an_outsider_sees_no_notice(in_scope: Actor, outsider: Actor, incident: UUID, now: datetime) -> None:
    tell(actions.publish_notices, [notice()], in_scope, incident, now)
    tell(actions.broadcast, [actions.RecordBroadcast(Channel.DOOR, GRID, 12)], in_scope, incident, now)
    with scope(outsider, incident):
        assert (Notice.objects.count(), Broadcast.objects.count(), NoticeEvent.objects.count()) == (0, 0, 0)
    assert Notice.objects.count() == 1
