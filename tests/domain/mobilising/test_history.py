"""Arrangements keep their past: what a post and a shift were before somebody changed them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from muster.core.access import Actor
from muster.core.ids import new_id
from muster.domain.mobilising import models
from muster.domain.mobilising.models import Post, Shift
from tests.cast import COMMUNITY


def test_posts_and_shifts_keep_what_they_were_and_leave_out_what_facts_say(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    post = Post.objects.create(
        id=new_id(), incident=incident, area=COMMUNITY, kind="gate", name="东门", seats=2
    )
    shift = Shift.objects.create(
        id=new_id(),
        incident=incident,
        area=COMMUNITY,
        post=post,
        from_at=now,
        to_at=now + timedelta(hours=8),
        seats=2,
    )
    Post.objects.filter(pk=post.id).update(name="西门")
    Shift.objects.filter(pk=shift.id).update(claimed=1)
    Shift.objects.filter(pk=shift.id).update(seats=3)
    events = models.PostEvent.objects, models.ShiftEvent.objects  # type: ignore[attr-defined]
    assert list(events[0].order_by("pgh_id").values_list("pgh_label", "name", "pgh_by")) == [
        ("insert", "东门", in_scope.account),
        ("update", "西门", in_scope.account),
    ]
    assert list(events[1].order_by("pgh_id").values_list("pgh_label", "seats")) == [
        ("insert", 2),
        ("update", 3),
    ]
