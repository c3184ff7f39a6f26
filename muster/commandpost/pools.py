"""Who sits in a tube, masked; of a positive one also who is on hold, who was resampled, and a notice about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from muster.commandpost.asking import told
from muster.commandpost.frame import DeskRequest, act, screen
from muster.commandpost.sweeps import common_area
from muster.core.errors import NotFound
from muster.core.ids import derive_id
from muster.domain.incidents import queries as incidents
from muster.domain.notices import actions as notices
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.sampling import queries
from muster.domain.sampling.holds import on_hold
from muster.domain.sampling.models import Tube
from muster.domain.sampling.rules import Result, receipt, wanted_after_result
from muster.domain.worklists.models import WorkItem

PUBLISH = "notices.publish"


def seated(request: DeskRequest, tube: Tube) -> list[dict[str, Any]]:
    """The members of a tube with their door; of a positive pool with their hold and their single resample."""
    members = queries.members([tube.id]).get(tube.id, [])
    masked = people.masked({one.resident for one in members}, request.incident.id)
    known = Resident.objects.in_bulk({one.resident for one in members})
    doors = places.dwelling_titles({one.dwelling for one in known.values() if one.dwelling})
    work = wanted_after_result(tube.result, tube.id, tube.pool_size)
    again = WorkItem.objects.filter(
        subject__in={one.canonical for one in known.values()},
        kind="resample",
        occasion=work[1] if work else "",
    )
    states = dict(again.values_list("subject", "state")) if work else {}
    held = on_hold(request.incident.id) if tube.result == Result.POSITIVE else set()
    rows = []
    for one in members:
        home = known.get(one.resident)
        rows.append(
            {
                "sample": one, "person": masked.get(one.resident), "slip": receipt(one.sample),
                "door": doors.get(home.dwelling, "") if home and home.dwelling else "",
                "held": one.resident in held, "again": states.get(home.canonical, "") if home else "",
            }
        )  # fmt: skip
    return rows


def area_of(tube: Tube) -> int:
    """The smallest area that every member of a tube lives in; where they were sampled, of those nobody knows."""
    members = queries.members([tube.id]).get(tube.id, [])
    areas = Resident.objects.filter(pk__in={one.resident for one in members}).values_list("area", flat=True)
    return common_area(areas) or tube.area


def words(request: DeskRequest, tube: Tube, area: int, language: str) -> tuple[str, str]:
    """Title and text of the notice: no names; what members do, and where each finds the result of their own code."""
    testing = incidents.pack_of(request.incident.id).testing
    with override(language):
        page = request.build_absolute_uri(reverse("public-result")).split("://", 1)[1]
        said = {"place": places.area_names({area})[area], "tail": tube.code[-4:], "page": page}
        first = (
            _(
                "%(place)s: a tube of several people is positive, its code ends in %(tail)s; it need not be you."
            )
            % said
        )
        last = _("Look your result up with the code of your slip: %(page)s") % said
        rules = testing.positive_pool.value.in_language(language) if testing else ""
        return str(_("A tube of a group is positive")), "\n".join(one for one in (first, rules, last) if one)


@require_POST
@screen
def tell_pool(request: DeskRequest, tube: UUID) -> HttpResponse:
    """Publish the notice about a positive pool, once, where its members live."""
    held = get_object_or_404(Tube, pk=tube, incident=request.incident.id)
    if wanted_after_result(held.result, held.id, held.pool_size) is None:
        raise NotFound
    area = area_of(held)
    (title_zh, text_zh), (title_en, text_en) = (words(request, held, area, one) for one in ("zh-hans", "en"))
    notice = derive_id("positive pool", held.id)
    published = notices.PublishNotice(notice, area, title_zh, text_zh, title_en, text_en)
    act(request, notices.publish_notices, published, notice)
    return told(request, _("The notice is published."), "sites/laboratory")


urlpatterns = [path("sites/tubes/<uuid:tube>/notice/", tell_pool, name="pool-notice")]
