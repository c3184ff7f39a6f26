"""Sites: tubes, coverage, laboratory, gates."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.notices.models import Notice
from muster.domain.places.models import Point
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.models import Round, Tube, TubeHandedOver
from muster.domain.worklists.models import WorkItem
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import BASE, LANGUAGES, NAME, signed_in, tell, text
from tests.commandpost.services import served, tube

__all__ = ["served"]
PAGE = BASE + "sites/"


def test_the_table_is_held_against_the_system(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(PAGE))
    assert "counted 1, system 2" in page
    assert "1 missing" in page


def test_a_tube_shows_masked_seats_and_custody(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}tubes/{tube(served, 'T4821')}/drawer/"))
    assert NAME not in page
    assert "王" in page
    assert "handed over: 市疾控" in page


def test_a_positive_pool_makes_resamples(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    one = tube(served, "T4821")
    assert client.post(f"{PAGE}tubes/{one}/result/", {"result": "positive"}).status_code == 302
    assert client.post(f"{PAGE}tubes/{one}/result/", {"result": "perhaps"}).status_code == 422
    with scope(commander, served):
        assert Tube.objects.get(pk=one).result == "positive"
        assert WorkItem.objects.filter(kind="resample").exists()
        call = WorkItem.objects.get(kind="verify", occasion=f"tube:{one}")
    assert client.post(f"{BASE}calling/{call.id}/take/", {"reason": "positive"}).status_code == 302
    spoken = text(client.get(f"{BASE}calling/{call.id}/"))
    assert "Their tube is positive" in spoken
    assert "混管成员就地隔离" in spoken
    assert "Positive tubes" in text(client.get(PAGE + "laboratory/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_positive_pool_shows_who_is_held_where_they_live_and_is_told_once(
    served: UUID, commander: Actor, grid_worker: Actor, language: str
) -> None:
    client, one = signed_in(commander, language), tube(served, "T4821")
    held, pool, taken, words = {
        "en": ("on hold", "on hold: 1", "single sample to be taken", "it need not be you"),
        "zh-hans": ("暂缓放行", "暂缓放行 1 人", "待单采", "不一定是您"),
    }[language]
    drawer, notice = f"{PAGE}tubes/{one}/drawer/", f"{PAGE}tubes/{one}/notice/"
    assert held not in text(client.get(drawer))
    assert client.post(notice).status_code == 404, "nothing is positive"
    client.post(f"{PAGE}tubes/{one}/result/", {"result": "positive"})
    shown = text(client.get(drawer))
    assert [word for word in (held, taken, words, "中兴路3栋 101", "王") if word not in shown] == []
    assert NAME not in shown
    assert pool in text(client.get(PAGE + "laboratory/"))
    assert signed_in(grid_worker).post(notice).status_code == 403
    for _ in range(2):
        assert client.post(notice).status_code == 302
    with scope(commander, served):
        told = Notice.objects.get(title_en="A tube of a group is positive")
        assert (told.area, told.title_zh) == (COMMUNITY, "混采阳性提醒")
        assert "/p/result/" in told.text_zh
        assert "4821" in told.text_en
        assert NAME not in told.text_zh + told.text_en


def test_a_box_is_counted_before_the_laboratory_signs(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    with scope(commander, served):
        for code in ("T4821", "T4822"):
            body = sampling.HandOverTube(code=code, to="李司机", box="B12")
            tell(sampling.hand_over_tubes, body, commander, served, NOW + timedelta(hours=2))
    page = text(client.get(PAGE + "laboratory/"))
    assert "B12" in page
    assert "李司机" in page
    said = {"box": "B12", "holder": "李司机", "counted": "1", "to": "区检测中心"}
    for wrong, status in (({}, 409), ({"counted": "x"}, 422), ({"to": ""}, 422), ({"box": "B13"}, 404)):
        assert client.post(PAGE + "laboratory/boxes/", said | wrong).status_code == status, wrong
    with scope(commander, served):
        assert not TubeHandedOver.objects.filter(to="区检测中心").exists()
    for counted in ("2", "2"):
        answer = client.post(PAGE + "laboratory/boxes/", said | {"counted": counted})
    assert answer.status_code == 404, "it is the laboratory's now"
    with scope(commander, served):
        assert TubeHandedOver.objects.filter(to="区检测中心", box="B12").count() == 2
    assert "box B12" in text(client.get(f"{PAGE}tubes/{tube(served, 'T4822')}/drawer/"))
    less = said | {"holder": "区检测中心", "counted": "1", "to": "市检测中心", "agreed": "1"}
    assert client.post(PAGE + "laboratory/boxes/", less).status_code == 302


def test_a_site_a_gate_and_a_round_begin_at_the_desk(night: UUID, commander: Actor, tracer: Actor) -> None:
    client = signed_in(commander, "en")
    assert "Add a site" in text(client.get(PAGE))
    assert "Add a gate" in text(client.get(PAGE + "gates/"))
    said = {
        "id": str(new_id()),
        "kind": "site",
        "name": "广场采样点",
        "address": "和悦路",
        "area": str(COMMUNITY),
    }
    for _ in range(2):
        answer = client.post(PAGE + "points/", said)
    assert answer["Location"].endswith(f"/sites/{said['id']}/")
    assert "not set up yet" in text(client.get(answer["Location"]))
    gate = said | {"id": str(new_id()), "kind": "gate", "name": "北门卡口"}
    assert client.post(PAGE + "points/", gate).status_code == 302
    assert "北门卡口" in text(client.get(PAGE + "gates/"))
    for wrong in ({"kind": "hostel"}, {"name": ""}, {"area": "x"}):
        assert client.post(PAGE + "points/", said | {"id": str(new_id())} | wrong).status_code == 422, wrong
    start = {"id": str(new_id()), "name": "第二轮", "area": str(COMMUNITY), "from_at": "2022-02-19T08:00"}
    assert "Open a round" in text(client.get(PAGE + "coverage/"))
    assert client.post(PAGE + "coverage/rounds/", start | {"to_at": "2022-02-19T07:00"}).status_code == 422
    assert signed_in(tracer).post(PAGE + "coverage/rounds/", start).status_code == 403
    answer = client.post(PAGE + "coverage/rounds/", start)
    assert "第二轮" in text(client.get(answer["Location"]))
    with scope(commander, night):
        assert Point.objects.filter(name="广场采样点").count() == 1
        assert Round.objects.get(pk=start["id"]).area == COMMUNITY


def test_tubes_are_narrowed(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert "T4822" not in text(client.get(PAGE + "tubes/?state=handed_over"))
    assert "T4821" not in text(client.get(PAGE + "tubes/?code=22"))


def test_strangers_open_nothing(served: UUID, outsider: Actor, tracer: Actor) -> None:
    one = tube(served, "T4821")
    assert signed_in(outsider).get(f"{PAGE}tubes/{one}/drawer/").status_code == 404
    assert signed_in(tracer).post(f"{PAGE}tubes/{one}/result/", {"result": "negative"}).status_code == 403
