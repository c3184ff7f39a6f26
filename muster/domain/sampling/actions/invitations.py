"""Links with which a resident books a slot without an account: signed, for one person, while their round goes on.

The address holds the person's id and a signature by the incident's key; nothing is stored, nothing of who they are
is shown, and all that can be done with it is to book and to cancel.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from uuid import UUID

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import NotFound, Refusal
from muster.core.vault import vault
from muster.domain.people import queries as people
from muster.domain.sampling import queries
from muster.domain.sampling.models import Round

RIGHT = "worklists.record"


class InvitationUnknown(Refusal):
    """The address is not one of ours, was damaged, or its round is over."""

    code = "sampling.invitation_unknown"
    status = 404
    texts = {
        "zh": "这个预约链接无法识别，或本轮检测已经结束。不预约也可以直接前往采样点。",
        "en": "This booking link is not known, or the round of tests is over. You can come to a site without booking.",
    }


class NoRound(Refusal):
    """Nobody can be invited while no round goes on."""

    code = "sampling.no_round"
    status = 422
    texts = {
        "zh": "目前没有正在进行的检测轮次，没有生成预约链接。请先开启一轮检测。",
        "en": "No round of tests goes on here now, so no link was made. Open a round first.",
    }


def invite(*, resident: UUID, by: Actor, incident: UUID, now: datetime) -> str:
    """The token of a person for the round that goes on."""
    head, area = people.heads([resident]).get(resident, (None, 0))
    if head is None:
        raise NotFound
    by.require(RIGHT, area, incident)
    going = queries.round_at(area, incident, now)
    if going is None:
        raise NoRound
    journal.write(action="sampling.invite", by=by, incident=incident, area=area, subjects=[head])
    return base64.urlsafe_b64encode(head.bytes + _signature(head, going, incident)).rstrip(b"=").decode()


def _signature(resident: UUID, going: Round, incident: UUID) -> bytes:
    return vault(incident).index("booking_link", f"{resident} {going.id}")


def invited(token: str, incident: UUID, now: datetime) -> tuple[UUID, int]:
    """The person of a token and where they live. Call it in the system's scope: whoever has it has no account."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise InvitationUnknown from None
    resident = UUID(bytes=raw[:16]) if len(raw) == 32 else UUID(int=0)
    head, area = people.heads([resident]).get(resident, (None, 0))
    going = queries.round_at(area, incident, now) if head else None
    if going is None or not hmac.compare_digest(raw[16:], _signature(resident, going, incident)):
        raise InvitationUnknown
    return head or resident, area
