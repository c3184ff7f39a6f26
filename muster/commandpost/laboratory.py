"""The laboratory: boxes on their way, results that are owed, positive pools."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import has, tabs, told
from muster.commandpost.frame import DESK, DeskRequest, act, seat, within
from muster.commandpost.sites import PAGES
from muster.core.errors import BadInput, NotFound, Refusal
from muster.core.ids import derive_id
from muster.domain.places.models import Point
from muster.domain.sampling import actions, queries
from muster.domain.sampling.holds import on_hold
from muster.domain.sampling.models import SampleTaken, Tube
from muster.domain.sampling.rules import Result

MOST_POOLS = 100
RIGHT = "sampling.result"


class BoxDiffers(Refusal):
    """Another number of tubes lies in the box than were handed over in it."""

    code = "sampling.box_differs"
    texts = {
        "zh": "箱内清点 {counted} 管，系统移交 {due} 管，没有签收。请再清点；仍要签收的，请勾选后提交。",
        "en": "{counted} tubes counted in the box, {due} handed over in it: not signed for. Count again, or tick "
        "that you sign all the same.",
    }


@seat(DESK, RIGHT)
def laboratory(request: DeskRequest) -> HttpResponse:
    """Boxes on their way; tubes handed over without a result, longest waiting first; positive pools."""
    waiting = queries.at_laboratory(request.incident.id, request.now)
    positive = Tube.objects.filter(within(request), incident=request.incident.id, result=Result.POSITIVE)
    pools = list(positive.order_by("-resulted_at", "id")[:MOST_POOLS])
    standing = {one.site for one in waiting if one.site} | {one.site for one in pools if one.site}
    names: dict[UUID | None, str] = dict(Point.objects.filter(pk__in=standing).values_list("id", "name"))
    held = _held(request, pools)
    context = {
        "tabs": tabs(request, "sites", *PAGES) if has(request, DESK) else [],
        "waiting": [(one, names.get(one.site, "")) for one in waiting],
        "late": sum(one.late for one in waiting),
        "pools": [(one, names.get(one.site, ""), held.get(one.id, 0)) for one in pools],
        "boxes": queries.boxes(request.incident.id),
        "may_receive": has(request, "sampling.record"),
        "may_result": has(request, RIGHT),
    }
    return render(request, "commandpost/sites/laboratory.html", context)


def _held(request: DeskRequest, pools: list[Tube]) -> dict[UUID, int]:
    """How many members of each of these tubes are on hold."""
    waiting = on_hold(request.incident.id) if pools else set()
    seats = SampleTaken.objects.filter(tube__in=[one.id for one in pools], resident__in=waiting)
    found: dict[UUID, int] = {}
    for tube, _resident in seats.values_list("tube", "resident").distinct():
        found[tube] = found.get(tube, 0) + 1
    return found


@require_POST
@seat(DESK, RIGHT)
def receive(request: DeskRequest) -> HttpResponse:
    """The laboratory signs for a box: its tubes are counted against those that were handed over in it."""
    said = request.POST
    counted, to = said.get("counted", "").strip(), said.get("to", "").strip()
    if not (counted.isascii() and counted.isdecimal() and len(counted) < 7) or not 0 < len(to) <= 80:
        raise BadInput(problem="counted" if to else "to")
    which = said.get("box", ""), said.get("holder", "")
    box = next((one for one in queries.boxes(request.incident.id) if (one.code, one.to) == which), None)
    if box is None:
        raise NotFound
    if int(counted) != len(box.tubes) and said.get("agreed") != "1":
        raise BoxDiffers(counted=int(counted), due=len(box.tubes))
    for tube in box.tubes:
        body = actions.HandOverTube(tube=tube, to=to, box=box.code)
        act(request, actions.hand_over_tubes, body, derive_id(tube, "received", box.code, box.at.isoformat()))
    known = {"n": int(counted), "of": len(box.tubes), "box": box.code}
    return told(request, _("Box received: %(box)s, tubes: %(n)s of %(of)s.") % known, "sites/laboratory")


urlpatterns = [
    path("sites/laboratory/", laboratory, name="laboratory"),
    path("sites/laboratory/boxes/", receive, name="laboratory-box"),
]
