"""A site set up from the protocol, its slots, and the booking of one person by a desk or a caller."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.domain.mobilising.models import Post, Shift
from muster.domain.sampling.models import SiteSetup, Slot, UntestedExplained
from muster.domain.supplies.models import Need
from muster.protocols import load
from tests.cast import COMMUNITY, account_for, person
from tests.commandpost.desk import BASE, LANGUAGES, OTHER, PERSON, signed_in, text
from tests.commandpost.services import SITE, served

__all__ = ["served"]
PAGE = f"{BASE}sites/{SITE}/"
BOOK = f"{BASE}bookings/{OTHER}/"
FROM = datetime.now(UTC) + timedelta(days=3)
HOURS = {"from_at": f"{FROM:%Y-%m-%dT%H:00}", "to_at": f"{FROM + timedelta(hours=2):%Y-%m-%dT%H:00}"}
PLAN = {
    "lanes": "2", "per_lane_hour": "82", "people_per_hour": "160", "mode": "slots", "post_sampler": "2",
    "post_order": "4", "need_swab": "840", "need_tube": "0", **HOURS,
}  # fmt: skip


def test_the_protocol_proposes_lanes_posts_and_goods() -> None:
    from muster.commandpost.site_page import proposal

    plan = proposal(load("covid-cn-v9"), 160, 8)
    assert (plan.lanes, plan.per_lane_hour) == (2, 82)
    assert (plan.posts["sampler"], plan.posts["order"], plan.posts["registration"]) == (2, 4, 4)
    assert plan.goods["swab"] == 840  # two samplers, 300 each, and the buffer of the protocol
    assert proposal(load("covid-cn-v9"), 160, 16).goods["swab"] == 1680  # two shifts
    assert proposal(load("flood"), 100, 8).lanes == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_site_is_set_up_once_and_what_is_lacking_is_added(
    served: UUID, commander: Actor, language: str
) -> None:
    client = signed_in(commander, language)
    assert "第1采样点" in text(client.get(PAGE))
    assert 'value="5"' in text(client.get(PAGE + "?people=400&hours=8"))
    for _ in range(2):
        assert client.post(PAGE + "set-up/", PLAN).status_code == 302
    with scope(commander, served):
        assert (SiteSetup.objects.get().lanes, SiteSetup.objects.get().mode) == (2, "slots")
        posts = dict(Post.objects.filter(point=SITE).values_list("kind", "seats"))
        assert posts == {"sampler": 2, "order": 4}
        assert sum(Shift.objects.filter(post__point=SITE).values_list("seats", flat=True)) == 6
        assert list(Need.objects.filter(point=SITE).values_list("quantity", flat=True)) == [840]
    client.post(PAGE + "set-up/", PLAN | {"post_sampler": "5", "lanes": "3", "need_swab": "900"})
    with scope(commander, served):
        assert sum(Shift.objects.filter(post__kind="sampler").values_list("seats", flat=True)) == 5
        assert sum(Need.objects.filter(point=SITE).values_list("quantity", flat=True)) == 900
    for wrong in (
        {"post_sampler": "many"},
        {"post_king": "1"},
        {"need_gold": "1"},
        {"to_at": ""},
        {"lanes": "0"},
    ):
        assert client.post(PAGE + "set-up/", PLAN | wrong).status_code == 422, wrong


def test_a_caller_books_cancels_and_says_why_not(served: UUID, commander: Actor, outsider: Actor) -> None:
    desk = signed_in(commander, "en")
    slots = {"minutes": "30", "capacity": "1"} | HOURS
    assert desk.post(PAGE + "slots/", slots).status_code == 302
    assert desk.post(PAGE + "slots/", slots | {"minutes": "1"}).status_code == 422
    caller = person("nightcaller", "caller", COMMUNITY)
    with scope(system()):
        account_for(caller)
    phone = signed_in(caller, "en")
    page = text(phone.get(BOOK))
    assert "李四" not in page
    with scope(commander, served):
        first = Slot.objects.order_by("from_at").first()
    assert first is not None
    assert str(first.id) in page
    assert phone.post(BOOK + "book/", {"slot": str(first.id)}).status_code == 302
    assert "Cancel the appointment" in text(phone.get(BOOK))
    full = desk.post(f"{BASE}bookings/{PERSON}/book/", {"slot": str(first.id)})
    assert (full.status_code, "next free ones" in full.content.decode()) == (409, True)
    day = f"{first.from_at + timedelta(hours=8):%Y-%m-%d}"
    assert "0 / 1" in text(desk.get(f"{PAGE}?day={day}"))
    assert phone.post(BOOK + "cancel/", {"slot": str(first.id)}).status_code == 302
    assert "/p/b/lg-0217/" in text(phone.post(BOOK + "link/"))
    assert phone.post(BOOK + "explain/", {"reason": "travel"}).status_code == 302
    assert phone.post(BOOK + "explain/", {"reason": "nonsense"}).status_code == 422
    with scope(commander, served):
        assert UntestedExplained.objects.get().standing == "away"
        assert Slot.objects.get(pk=first.id).booked == 0
    stranger = signed_in(outsider)
    assert stranger.get(PAGE).status_code == 404
    assert stranger.get(BOOK).status_code in (403, 404)
    assert stranger.post(PAGE + "slots/", slots).status_code in (403, 404)
    assert phone.get(PAGE).status_code == 403
