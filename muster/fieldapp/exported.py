"""An outbox as a file, brought to the desk: taken in under the rights of the phone that made it, twice is once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.core import clock
from muster.core.errors import BadInput, NotAllowed, Refusal
from muster.fieldapp import carried
from muster.fieldapp.envelope import Answer, Envelope

FARTHEST = 60 * 365 * 86_400  # seconds a clock may be wrong and still be corrected


class File(msgspec.Struct, frozen=True):
    """What a phone gives away: its sealed records as they are."""

    muster: str
    items: list[msgspec.Raw]
    v: int = 1
    offset: int = 0


def read(raw: bytes) -> File:
    """A file, or a refusal that says it is none."""
    try:
        found = msgspec.json.decode(raw, type=File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(problem=str(error)) from error
    if found.muster != "outbox" or found.v != 1:
        raise BadInput(problem="muster")
    return found


def take_file(request: Any, upload: Any) -> Counter[str]:
    """Take a file in; how many records had which answer."""
    incident = request.incident.id
    if not request.actor.spans("sync.review", incident):
        raise NotAllowed(right="sync.review")
    file = read(upload.read())
    offset = max(-FARTHEST, min(FARTHEST, file.offset))
    sent_at = (clock.now() - timedelta(seconds=offset)).isoformat()
    answers: list[Answer] = []
    for start in range(0, len(file.items), carried.MOST):
        answers += carried.take(
            file.items[start : start + carried.MOST],
            bringer=request.actor,
            incident=incident,
            envelope=Envelope([], sent_at=sent_at),
            language=get_language() or "zh",
        )
    return Counter(answer.result for answer in answers)


@require_POST
def import_outbox(request: Any, incident: str) -> HttpResponse:
    """POST a file at the desk; says what became of its records."""
    back = redirect(f"/i/{incident}/phones/")
    if not request.user.is_authenticated or request.incident is None:
        return back
    upload = request.FILES.get("file")
    if upload is None:
        messages.warning(request, _("Nothing was selected."))
        return back
    try:
        counted = take_file(request, upload)
    except Refusal as refusal:
        messages.error(request, refusal.say(get_language() or "zh"))
        return back
    whole = sum(counted.values())
    text = _(
        "Records in the file: %(n)d. New: %(new)d; known before: %(known)d; waiting: %(waiting)d;"
        " kept aside: %(aside)d."
    )
    numbers = {
        "n": whole,
        "new": counted["stored"],
        "known": counted["duplicate"],
        "waiting": counted["quarantined"],
        "aside": counted["refused"] + counted["conflict"],
    }
    messages.success(request, text % numbers)
    return back
