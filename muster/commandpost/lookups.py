"""Looking people up: the words never stand in an address, and how often is bounded."""

from __future__ import annotations

from muster.commandpost.frame import DeskRequest
from muster.core import limits
from muster.core.errors import Refusal

LONGEST = 120
MOST, MINUTES = 120, 10


class LookedUpTooOften(Refusal):
    """Somebody tries names or numbers one after the other."""

    code = "desk.too_many_lookups"
    status = 429
    texts = {
        "zh": "{minutes} 分钟内最多查找 {most} 次，请稍候再查。要核对很多人，请导入名单。没有任何内容丢失。",
        "en": "At most {most} look-ups in {minutes} minutes: wait a little. To check many people, import their list. "
        "Nothing is lost.",
    }


def looked_up(request: DeskRequest) -> str:
    """The words somebody is looked up by, sent by POST; empty when nobody is. Refuses one too many."""
    words = request.POST.get("words", "").replace("\0", "").strip()[:LONGEST]
    if words:
        who, period = str(request.user.pk), int(request.now.timestamp()) // (MINUTES * 60)
        if limits.times(f"lookups {period}", who) >= MOST:
            raise LookedUpTooOften(minutes=MINUTES, most=MOST)
        limits.count(f"lookups {period}", who, minutes=MINUTES)
    return words
