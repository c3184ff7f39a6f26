"""What works only in part: every part that can fail alone is said in words, with what people do meanwhile."""

from __future__ import annotations

import shutil
import time
from collections import namedtuple
from datetime import timedelta
from uuid import UUID

import pytest

from muster.commandpost import degraded
from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Device
from muster.domain.passes.models import PassScanned
from muster.domain.places.models import Point
from muster.domain.sampling.models import Tube
from muster.interop.models import Import
from tests.cast import COMMUNITY
from tests.commandpost.desk import BASE, play, signed_in, text

PAGE = f"{BASE}phones/state/"
PARTS = ("服务器磁盘", "定时工作", "日志封存", "卡口名单", "实验室结果", "上级名单与健康码")
GATE = derive_id("test", "gate of the night")


@pytest.fixture
def stage(incident: UUID, commander: Actor, grid_worker: Actor) -> UUID:
    """The small night of the desk."""
    play(incident, commander, [commander, grid_worker])
    return incident


class Ticked:
    """What a worker wrote down an hour ago (its table is read only for us)."""

    def filter(self, **_: object) -> Ticked:
        return self

    def aggregate(self, **_: object) -> dict[str, float]:
        return {"last": time.time() - 9 * 60}


def test_all_is_said_to_be_well_when_it_is(stage: UUID, commander: Actor) -> None:
    page = text(signed_in(commander).get(PAGE))
    assert "一切正常" in page
    assert all(part in page for part in PARTS)


def test_everything_that_can_fail_alone_is_said_with_what_to_do(
    stage: UUID, commander: Actor, grid_worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**11, 10**11 - 10**8, 10**8))
    monkeypatch.setattr(degraded, "UNSEALED", timedelta(seconds=-1))
    now = clock.now()
    long_ago = now - timedelta(hours=30)
    with scope(system(), stage):
        phone = Device.objects.create(
            account=grid_worker.account, home_incident=stage, home_area=COMMUNITY, label="17",
            token_hash=new_id().bytes * 2, last_seen_at=now - timedelta(hours=40), status={"made": 5, "unsent": 3},
        )  # fmt: skip
        Point.objects.create(id=GATE, incident=stage, area=COMMUNITY, kind="gate", name="北门")
        common = {"incident": stage, "area": COMMUNITY}
        PassScanned.objects.create(
            **common,
            at=now - timedelta(hours=1),
            by=grid_worker.by,
            device=phone.id,
            gate=GATE,
            verdict="pass",
        )
        Tube.objects.create(
            **common, code="T0001", site=new_id(), round=None, pool_size=10, state="handed_over",
            handed_over_at=long_ago,
        )  # fmt: skip
        for hours in (30, 28, 26):
            at = now - timedelta(hours=hours)
            Import.objects.create(
                **common, kind="lists", uploaded_by=commander.by, uploaded_at=at, run_at=at, rows=1, state="run",
                name_c=b"", name_x=b"", digest=b"", shown_c=b"",
            )  # fmt: skip
    monkeypatch.setattr(
        degraded, "_jobs", lambda: degraded.Part("定时工作", [("定时程序停了", "9 分钟")], "…")
    )
    page = text(signed_in(commander).get(PAGE))
    for words in (
        "快满了", "剩 0.1 GB", "定时程序停了", "9 分钟", "未封存已有", "北门", "40 小时", "1 管超时未出结果",
        "核查名单", "上次在 26 小时前，平时每 2 小时一次", "17", "还有 3 条未上传", "没有码就用身份证",
    ):  # fmt: skip
        assert words in page, words
    assert "一切正常" not in page
