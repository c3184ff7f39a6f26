"""Publishing and withdrawing notices, and making them known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotFound
from muster.core.told import Done, Told
from muster.domain.notices.models import Broadcast, Notice
from muster.domain.notices.rules import Channel, Number, Text, Title

FACT = ("id", "incident", "area", "at", "by", "device")
NOTICE = (
    "id", "incident", "area", "title_zh", "title_en", "text_zh", "text_en", "number", "zone", "published_at",
    "published_by",
)  # fmt: skip
LONGEST_TITLE, LONGEST_NUMBER, MOST = 200, 60, 2**31 - 1


class PublishNotice(msgspec.Struct, frozen=True):
    """A notice to the people of an area, perhaps of one zone."""

    id: UUID
    area: int
    title_zh: Title
    text_zh: Text
    title_en: Title = ""
    text_en: Text = ""
    number: Number = ""
    zone: UUID | None = None


class WithdrawNotice(msgspec.Struct, frozen=True):
    """The notice no longer holds."""

    notice: UUID


class RecordBroadcast(msgspec.Struct, frozen=True):
    """People were told, with or without a notice behind it."""

    channel: Channel
    area: int
    audience: int = 0
    notice: UUID | None = None


def _problem(body: PublishNotice) -> str | None:
    """Which field cannot be taken."""
    if not body.title_zh.strip() or max(len(body.title_zh), len(body.title_en)) > LONGEST_TITLE:
        return "title"
    if not body.text_zh.strip():
        return "text"
    return "number" if len(body.number) > LONGEST_NUMBER else None


def publish_notices(*, told: Sequence[Told[PublishNotice]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Publish notices. A person who may speak for the area decides."""
    done = Done()
    allowed = by.allowed("notices.publish", (one.body.area for one in told), incident)
    for one in told:
        problem = _problem(one.body)
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="notices.publish")
        elif problem:
            done.refused[one.id] = BadInput(problem=problem)
    rows = []
    for one in done.stored(told):
        b = one.body
        rows.append(
            (
                b.id,
                incident,
                b.area,
                b.title_zh,
                b.title_en,
                b.text_zh,
                b.text_en,
                b.number,
                b.zone,
                one.at,
                one.by,
            )
        )
    if rows:
        bulk.insert(Notice, NOTICE, rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="notices.publish", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def withdraw_notices(
    *, told: Sequence[Told[WithdrawNotice]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Withdraw notices; the first withdrawal stands."""
    done = Done()
    bulk.lock(Notice, {one.body.notice for one in told})
    notices = {row.id: row for row in Notice.objects.filter(pk__in={one.body.notice for one in told})}
    allowed = by.allowed("notices.publish", (notice.area for notice in notices.values()), incident)
    ended: dict[UUID, datetime] = {}
    for one in told:
        notice = notices.get(one.body.notice)
        if notice is None:
            done.refused[one.id] = NotFound()
        elif notice.area not in allowed:
            done.refused[one.id] = NotAllowed(right="notices.publish")
        else:
            ended[notice.id] = min(one.at, ended.get(notice.id, one.at), notice.withdrawn_at or one.at)
    if ended:
        bulk.update(Notice, ("id", "withdrawn_at"), ended.items())
        area = min(notices[notice].area for notice in ended)
        journal.write(action="notices.withdraw", by=by, incident=incident, area=area, subjects=ended)
    return done


def broadcast(*, told: Sequence[Told[RecordBroadcast]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store that people were told."""
    done = Done()
    allowed = by.allowed("notices.broadcast", (one.body.area for one in told), incident)
    rows = []
    for one in told:
        b = one.body
        if not 0 <= b.audience <= MOST:
            done.refused[one.id] = BadInput(problem="audience")
        elif b.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="notices.broadcast")
        else:
            rows.append(
                (one.id, incident, b.area, one.at, one.by, one.device, b.notice, b.channel.value, b.audience)
            )
    if rows:
        bulk.insert(Broadcast, (*FACT, "notice", "channel", "audience"), rows)
        area, facts = min(row[2] for row in rows), [row[0] for row in rows]
        journal.write(action="notices.broadcast", by=by, incident=incident, area=area, subjects=facts)
    return done
