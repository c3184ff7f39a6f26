"""Links with which a contact says how they are, without an account: signed, for one contact, until an instant.

The address holds the link's id and a signature by the incident's key; the database holds neither. Revoking or
releasing ends it. What is reported is a follow-up like any other, by the channel `self_report`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.errors import NotFound, Refusal
from muster.core.ids import new_id
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.cases.actions.following import RecordFollowUp, record_follow_ups
from muster.domain.cases.actions.shared import FOLLOW, areas_of_contacts
from muster.domain.cases.models import Contact, FollowedUp, ReportLink
from muster.domain.cases.rules import FOLLOWED, Channel, Health
from muster.domain.incidents import queries as incidents

DAY = timedelta(days=1)
A_DAY = 6  # reports taken of one link in 24 hours: a correction or two, not a flood


class LinkUnknown(Refusal):
    """The address is not one of ours, or was damaged on the way."""

    code = "cases.link_unknown"
    status = 404
    texts = {
        "zh": "这个链接无法识别，可能没有复制完整。请重新打开短信里的链接，或致电社区。",
        "en": "This link is not known; perhaps it was not copied whole. Open it again from the message, or call your "
        "community.",
    }


class LinkEnded(Refusal):
    """The link was revoked, its time is over, or the observation has ended."""

    code = "cases.link_ended"
    status = 410
    texts = {
        "zh": "这个链接已经失效，无需再填报。如果您感到不适，请致电社区或拨打 120。",
        "en": "This link has ended; nothing more needs to be reported. If you feel unwell call your community, or 120.",
    }


class ReportedEnough(Refusal):
    """Too many reports through one link in a day."""

    code = "cases.reported_enough"
    status = 429
    texts = {
        "zh": "今天的填报次数已满，之前的填报都已收到。如有变化，请致电社区。",
        "en": "No more reports are taken today; those you sent have arrived. If something changes, call the community.",
    }


class NothingToReport(Refusal):
    """The contact is not followed up, or the protocol has no links."""

    code = "cases.nothing_to_report"
    status = 422
    texts = {
        "zh": "此人目前不在随访中，或现行方案不使用自报链接。",
        "en": "This contact is not followed up now, or the protocol in force has no report links.",
    }


def make_link(*, contact: UUID, by: Actor, incident: UUID, now: datetime) -> tuple[ReportLink, str]:
    """A new link and its token; older links of the contact end."""
    held = _contact(contact, by, incident)
    contacts = incidents.pack_of(incident).contacts
    hours = contacts.report_link_hours if contacts else None
    if held.state not in FOLLOWED or hours is None:
        raise NothingToReport
    until = now + timedelta(hours=hours.value)
    end_links(contact=contact, by=by, incident=incident, now=now)
    with scope(system(incident=incident), incident):
        made = ReportLink.objects.create(
            id=new_id(), incident=incident, area=held.area, contact=contact, made_at=now, made_by=by.by,
            expires_at=min(until, held.release_at or until),
        )  # fmt: skip
    journal.write(action="cases.link", by=by, incident=incident, area=held.area, subjects=[contact])
    return made, token(made.id, incident)


def end_links(*, contact: UUID, by: Actor, incident: UUID, now: datetime) -> int:
    """Revoke the links of a contact; returns how many were in force."""
    held = _contact(contact, by, incident)
    with scope(system(incident=incident), incident):
        open_ones = ReportLink.objects.filter(contact=contact, revoked_at=None, expires_at__gt=now)
        ended = open_ones.update(revoked_at=now)
    if ended:
        journal.write(action="cases.link_ended", by=by, incident=incident, area=held.area, subjects=[contact])
    return ended


def _contact(contact: UUID, by: Actor, incident: UUID) -> Contact:
    held = Contact.objects.filter(pk=contact).first()
    if held is None:
        raise NotFound
    if not by.allowed(FOLLOW, areas_of_contacts({contact})[contact], incident):
        by.require(FOLLOW, held.area, incident)
    return held


def token(link: UUID, incident: UUID) -> str:
    """What stands in the address: the link's id and its signature."""
    return base64.urlsafe_b64encode(link.bytes + _signature(link, incident)).rstrip(b"=").decode()


def _signature(link: UUID, incident: UUID) -> bytes:
    return vault(incident).index("report_link", str(link))


def opened(text: str, incident: UUID, now: datetime) -> ReportLink:
    """The link of a token, if it holds now. Call it in the system's scope: whoever has the link has no account."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise LinkUnknown from None
    if len(raw) != 32 or not hmac.compare_digest(raw[16:], _signature(UUID(bytes=raw[:16]), incident)):
        raise LinkUnknown
    link = ReportLink.objects.filter(pk=UUID(bytes=raw[:16])).first()
    if link is None:
        raise LinkUnknown
    state = Contact.objects.filter(pk=link.contact).values_list("state", flat=True).first()
    if link.revoked_at is not None or link.expires_at <= now or state not in FOLLOWED:
        raise LinkEnded
    return link


def reports_of(link: ReportLink, now: datetime) -> list[datetime]:
    """When this contact reported themselves in the last 24 hours, the newest first."""
    rows = FollowedUp.objects.filter(contact=link.contact, channel=Channel.SELF_REPORT, at__gt=now - DAY)
    return list(rows.order_by("-at").values_list("at", flat=True))


def report(
    *, link: ReportLink, outcome: Health, symptoms: Sequence[str], incident: UUID, now: datetime
) -> Done:
    """What the contact says of themselves today. In the system's scope; `by` is the contact."""
    ReportLink.objects.select_for_update().get(pk=link.pk)
    if len(reports_of(link, now)) >= A_DAY:
        raise ReportedEnough
    body = RecordFollowUp(link.contact, outcome, Channel.SELF_REPORT, list(symptoms))
    told = Told(new_id(), now, link.contact, body)
    return record_follow_ups(told=[told], by=system(incident=incident), incident=incident, now=now)
