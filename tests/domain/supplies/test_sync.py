"""Supplies, helpline and notices through the one write path of telephones, a retraction included."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.helpline.models import Request
from muster.domain.notices.models import Broadcast
from muster.domain.supplies.models import Balance, Need
from muster.domain.supplies.rules import item_id
from muster.domain.worklists.models import WorkItem
from muster.fieldapp.envelope import Envelope
from muster.fieldapp.sync import receive
from tests.cast import COMMUNITY, GRID, SUBDISTRICT


def send(actor: Actor, incident: UUID, *commands: tuple[str, dict[str, Any]]) -> list[UUID]:
    """Send commands as a telephone does; every one must be stored. Gives their ids."""
    ids = [new_id() for _ in commands]
    wires = [
        msgspec.Raw(
            msgspec.json.encode(
                {"id": str(one), "name": name, "at": "2022-02-18T12:00:00Z", "seq": n, "body": body}
            )
        )
        for n, (one, (name, body)) in enumerate(zip(ids, commands, strict=True))
    ]
    _, answers = receive(lambda: (actor, incident), Envelope(commands=wires), "en")
    assert [(a.result, a.code) for a in answers] == [("stored", "")] * len(ids)
    return ids


def test_a_night_of_supplies_calls_and_notices(incident: UUID, desk: Actor) -> None:
    store, need, line, request, notice = (str(new_id()) for _ in range(5))
    boot = str(item_id("rubber_boot"))
    goods = {"code": "rubber_boot", "name_zh": "雨靴", "name_en": "Rubber boot", "unit": "piece"}
    gift, *_ = send(
        desk, incident,
        ("record_donation", {"item": boot, "quantity": 30, "to_store": store, "donor": "一位房东"}),
        ("move_stock", {"item": boot, "quantity": 10, "kind": "issue", "from_store": store, "need": need}),
        ("state_need", {"id": need, "area": SUBDISTRICT, "item": boot, "quantity": 10, "urgency": "urgent"}),
        ("add_store", {"id": store, "area": SUBDISTRICT, "name": "总仓"}),
        ("add_items", {"area": SUBDISTRICT, "items": [goods]}),
        ("update_request", {"request": request, "step": "taken"}),
        ("open_request", {"id": request, "area": GRID, "kind": "medicine", "vulnerable": "dialysis"}),
        ("take_call", {"line": line, "kind": "general", "note": "要药"}),
        ("add_line", {"id": line, "area": SUBDISTRICT, "kind": "care", "name": "关爱热线"}),
        ("broadcast", {"notice": notice, "channel": "loudspeaker", "area": GRID, "audience": 300}),
        ("publish_notice", {"id": notice, "area": COMMUNITY, "title_zh": "通告", "text_zh": "足不出户"}),
    )  # fmt: skip
    with scope(desk, incident):
        assert (Balance.objects.get().quantity, Need.objects.get().state) == (20, "met")
        assert (Request.objects.get().state, Broadcast.objects.get().audience) == ("doing", 300)
        states = dict(WorkItem.objects.values_list("kind", "state"))
        assert states == {"answer": "open", "deliver": "done"}
    send(desk, incident, ("retract_fact", {"kind": "supplies.donation", "target": str(gift)}))
    with scope(desk, incident):
        assert (Balance.objects.get().quantity, Balance.objects.get().overdrawn) == (-10, True)
