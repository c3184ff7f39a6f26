"""Opening a person to another area, and opening sealed words to a person with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet, Refusal
from muster.core.models import Share
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.people import sealing
from muster.domain.people.models import Identity, Resident
from muster.domain.people.rules import are_codes

LONGEST_REASON = 400


class ReasonMissing(Refusal):
    """Names and numbers are opened for a reason, which is kept."""

    code = "people.reason_missing"
    status = 422
    texts = {
        "zh": "查看完整个人信息必须填写理由（不超过 400 字）；理由和查看记录将一并留存。",
        "en": "Say why you need the full details (at most 400 characters); the reason is kept with the record "
        "of what you saw.",
    }


class ShareSubject(msgspec.Struct, frozen=True):
    """Open a resident to another area until an instant; `cause` is a code."""

    subject: UUID
    area: int
    cause: str
    until: datetime


def share_subjects(*, told: Sequence[Told[ShareSubject]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Let another area see a resident, decided by those in whose area the resident is."""
    done = Done()
    subjects = {one.body.subject for one in told}
    areas = dict(Resident.objects.filter(pk__in=subjects).values_list("id", "area"))
    allowed = by.allowed("people.share", areas.values(), incident)
    rows = []
    for one in told:
        body = one.body
        area = areas.get(body.subject)
        if not 0 < body.area < 10**15 or not are_codes([body.cause]):
            done.refused[one.id] = BadInput(problem="area, cause")
        elif area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.refused[one.id] = NotAllowed(right="people.share")
        else:
            rows.append(
                (one.id, incident, body.subject, body.area, area, body.cause, body.until, now, one.by)
            )
    names = ("id", "incident", "subject", "area", "from_area", "cause", "until", "shared_at", "by")
    bulk.insert(Share, names, rows)
    if rows:
        opened = {row[2] for row in rows}
        area = min(row[4] for row in rows)
        journal.write(action="people.share", by=by, incident=incident, area=area, subjects=opened)
        done.touch("people.resident", opened)
    return done


def unmask(
    ids: Iterable[UUID], reason: str, *, by: Actor, incident: UUID, now: datetime
) -> dict[UUID, sealing.Clear]:
    """The full details of these residents, for a reason. Journalled before anything is opened."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise ReasonMissing
    wanted = set(ids)
    rows = list(Identity.objects.filter(pk__in=wanted))
    where: dict[UUID, set[int]] = {row.resident: {row.area} for row in rows}
    shares = Share.objects.filter(subject__in=wanted, until__gt=now).values_list("subject", "area")
    for subject, area in shares:
        where.setdefault(subject, set()).add(area)
    allowed = by.allowed("people.unmask", {area for areas in where.values() for area in areas}, incident)
    if not rows:
        raise NotVisibleYet
    if any(not where[row.resident] & allowed for row in rows):
        raise NotAllowed(right="people.unmask")
    journal.write(
        action="people.unmask", by=by, incident=incident, reason=reason.strip(),
        area=min(min(where[row.resident] & allowed) for row in rows), subjects=[row.resident for row in rows],
    )  # fmt: skip
    held = vault(incident)
    return {row.resident: sealing.opened(held, row) for row in rows}
