"""Bodies as they come in JSON are read as the commands of both domains."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from muster.domain.mobilising.commands import COMMANDS as MOBILISING
from muster.domain.responders.commands import COMMANDS as RESPONDERS

A, B = "01950000-0000-7000-8000-00000000000a", "01950000-0000-7000-8000-00000000000b"
AREA, AT = 440307006005000, "2022-02-18T20:00:00+08:00"
PERSON = {
    "id": A,
    "area": AREA,
    "organisation": B,
    "kind": "volunteer",
    "profession": "teacher",
    "skills": [],
    "name": "x",
}
BODIES: dict[str, dict[str, Any]] = {
    "add_organisations": {"organisations": [{"id": A, "area": AREA, "name": "n", "kind": "agency", "name_en": "e"}]},
    "enrol_responders": {"responders": [PERSON]},
    "sign_up_volunteer": {"responder": PERSON, "channel": "online_a"},
    "declare_fitness": {"responder": A, "limits": ["night"], "until": None},
    "form_team": {"id": A, "area": AREA, "organisation": B, "kind": "sweep", "name": "n", "leader": A, "members": [A]},
    "join_team": {"team": A, "responders": [B]},
    "set_up_structure": {
        "id": A, "template": "1+3+N", "area": AREA, "committee": "c", "teams": [{"kind": "grid", "name": "g"}],
        "partners": ["p"],
    },
    "send_callout": {"id": A, "area": AREA, "title": "t", "text": "t", "organisations": [B]},
    "answer_callout": {"callout": A, "organisation": B, "people": 30},
    "plan_batch": {
        "id": A, "area": AREA, "from_area": AREA, "organisation": B, "leader": None, "task": "t", "planned": 50,
        "vehicles": 2, "planned_at": AT, "printed_date": "2022-12-18",
    },
    "roll_call": {"batch": A, "stage": "mustered", "present": [B], "headcount": 1, "vehicles": 2},
    "add_post": {
        "id": A, "area": AREA, "kind": "gate", "name": "n", "point": None, "seats": 2,
        "forbids": ["cold"], "skills": [],
    },
    "add_shifts": {"shifts": [{"id": A, "post": B, "from_at": AT, "to_at": AT, "seats": 2}]},
    "claim_seat": {"shift": A, "responder": B},
    "release_seat": {"shift": A, "responder": B},
    "begin_shift": {"shift": A, "responder": B},
    "end_shift": {"shift": A, "responder": B},
    "serve": {"responder": B, "kind": "meal"},
    "hand_over": {"shift": A, "to": B, "open_items": [A]},
    "take_over": {"handover": A},
}  # fmt: skip


@pytest.mark.parametrize("name", [*RESPONDERS, *MOBILISING])
def test_a_body_is_read(name: str) -> None:
    body_type, _ = {**RESPONDERS, **MOBILISING}[name]
    assert isinstance(msgspec.convert(BODIES[name], body_type, strict=False), body_type)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("roll_call", {"stage": "lost"}),
        ("roll_call", {"headcount": -1}),
        ("plan_batch", {"planned": 10**9}),
        ("answer_callout", {"people": -3}),
        ("serve", {"kind": "bribe"}),
        ("add_post", {"seats": "many"}),
    ],
)
def test_nonsense_is_not_read(name: str, change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(BODIES[name] | change, MOBILISING[name][0], strict=False)
