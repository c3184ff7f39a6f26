"""R18: whatever is sent, the server answers: never 5xx, every command once, and what was sent before stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.conf import settings as product
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.fieldapp.commands import COMMANDS
from tests.cast import COMMUNITY, INCIDENT, account_for
from tests.threats import addresses, bodies
from tests.threats.browser import signed_in
from tests.threats.canary import World

QUIET = settings(
    max_examples=60, deadline=None, database=None, print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TURNS = 4
RESULTS = {"stored", "duplicate", "conflict", "refused", "quarantined"}
WEIRD = [
    "", " ", "\x00", "a\x00b", "9" * 10_000, "-1", "1e400", "NaN", "'; drop table core_account; --", "\"><script>",
    "%s%d{}",
    "\u202e龘\u202c", "\u200b", "\ud7ff\uffff", "𠮷", "../../etc/passwd", str(UUID(int=0)),
    "0" * 36,
    "٣", "²", "true", "null", "~", "=1~" + "0" * 36, "2022-02-30", "0001-01-01T00:00:00Z~" + str(UUID(int=1)),
    "x" * 70_000,
]  # fmt: skip
LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WEIRD[:-1]),
    st.text(max_size=30), st.uuids().map(str), st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from([2**31, 2**63, -(2**63), 2**64, COMMUNITY, 10**15, 0]),
)  # fmt: skip
JSON = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.fixture
def client(worlds: list[World], commander: Actor) -> Client:
    """The commander's browser over a planted world."""
    with scope(system(), INCIDENT):
        return signed_in(account_for(commander))


def post(client: Client, content: bytes) -> tuple[int, Any]:
    answer = client.post("/sync", content, content_type="application/json")
    assert answer.status_code < 500, (answer.status_code, content[:2000])
    return answer.status_code, json.loads(answer.content)


def answered_once(client: Client, commands: list[Any]) -> None:
    """One answer for every command that could be told apart from the others, in a result everybody knows."""
    status, reply = post(client, msgspec.json.encode({"incident": INCIDENT, "commands": commands}))
    assert status == 200, reply
    answers = reply["answers"]
    assert {answer["result"] for answer in answers} <= RESULTS
    ids = [str(one["id"]) for one in commands]
    assert sorted(answer["id"] for answer in answers) == sorted(set(ids))


def changed(data: st.DataObject, body: dict[str, Any]) -> dict[str, Any]:
    """A readable body with some of its fields spoiled, dropped or added."""
    spoiled = dict(body)
    for name in data.draw(st.lists(st.sampled_from(sorted(body)), max_size=3, unique=True), label="fields"):
        if data.draw(st.booleans(), label="dropped"):
            spoiled.pop(name)
        else:
            spoiled[name] = data.draw(JSON, label=name)
    return spoiled


def test_no_body_breaks_a_command(client: Client, worlds: list[World]) -> None:
    readable = {
        name: bodies.body(kind, aim=worlds[0].aim, area=COMMUNITY, text="x")
        for name, (kind, _) in COMMANDS.items()
    }

    @QUIET
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(sorted(COMMANDS)), min_size=1, max_size=6), label="names")
        answered_once(client, [
            {"id": str(new_id()), "name": name, "at": "2022-02-18T12:00:00Z", "body": changed(data, readable[name])}
            for name in names
        ])  # fmt: skip

    hold()


def test_no_text_breaks_any_command(client: Client, worlds: list[World]) -> None:
    """Every text of every command at once is hostile."""
    for weird in WEIRD:
        answered_once(client, [
            {"id": str(new_id()), "name": name, "at": "2022-02-18T12:00:00Z",
             "body": _texts(bodies.body(kind, aim=worlds[0].aim, area=COMMUNITY, text="mark"), weird)}
            for name, (kind, _) in COMMANDS.items()
        ])  # fmt: skip


def _texts(value: Any, weird: str) -> Any:
    if isinstance(value, dict):
        return {name: _texts(inner, weird) for name, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, weird) for inner in value]
    return weird if value == "mark" else value


def test_no_envelope_breaks_the_door(client: Client) -> None:
    part = st.fixed_dictionaries({}, optional={
        "id": LEAF, "name": st.one_of(LEAF, st.sampled_from(sorted(COMMANDS))), "at": LEAF, "seq": LEAF, "by": LEAF,
        "body": JSON,
    })  # fmt: skip
    envelope = st.fixed_dictionaries(
        {"commands": st.one_of(JSON, st.lists(st.one_of(part, JSON), max_size=5))},
        optional={
            "incident": st.one_of(LEAF, st.just(str(INCIDENT))),
            "batch": LEAF,
            "sent_at": LEAF,
            "device": LEAF,
        },
    )

    @QUIET
    @given(envelope)
    @example({"commands": [], "incident": str(UUID(int=7))})
    @example({"commands": [{"id": str(new_id()), "name": "change_pack", "at": "2022-02-18T12:00:00Z",
                            "body": {"pack": "flood"}}], "incident": str(UUID(int=7))})  # fmt: skip
    def hold(sent: dict[str, Any]) -> None:
        status, reply = post(client, json.dumps(sent).encode())
        if status == 200:
            assert len(reply["answers"]) <= len(sent["commands"])
            assert {answer["result"] for answer in reply["answers"]} <= RESULTS
        else:
            assert reply["reason"]

    hold()


@settings(QUIET, max_examples=200)
@given(st.one_of(st.binary(max_size=200), JSON.map(lambda found: json.dumps(found).encode())))
@example(b'{"commands": [' + b"[" * 100_000)
@example(b'{"commands": [{"id": 1e999}]}')
@example(json.dumps("\ud800").encode())
def test_no_bytes_break_the_reader(content: bytes) -> None:
    from muster.core.errors import BadInput
    from muster.fieldapp.envelope import Answer, Wire, read_command, read_envelope

    try:
        envelope = read_envelope(content)
    except BadInput:
        return
    for raw in envelope.commands:
        assert isinstance(read_command(raw), Answer | Wire)


def names_read() -> list[str]:
    """Every name the desk reads from an address or a form, found in its own text."""
    found = set()
    for path in (Path(product.SOURCE) / "commandpost").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r"""(?:GET|POST)(?:\.get|\.getlist)?[\[(]\s*["'](\w+)["']""", text))
        for wished in re.findall(r"""wish\(request((?:,\s*"\w+")+)""", text):
            found.update(re.findall(r"\w+", wished))
    assert {"after", "area"} <= found
    return sorted(found)


def desk(worlds: list[World]) -> list[str]:
    return [next(pattern.filled(worlds[0])) for pattern in addresses.desk()]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_parameter_breaks_a_page(client: Client, worlds: list[World], method: str) -> None:
    """Every address with all parameters hostile at once, each with another text, in several arrangements."""
    names, broken = names_read(), []
    ask: Callable[..., Any] = getattr(client, method)
    for path in desk(worlds):
        for turn in range(TURNS):
            fields = {
                name: WEIRD[(number * (turn + 1) + turn) % len(WEIRD)][:2_000]
                for number, name in enumerate(names)
            }
            if ask(path, fields).status_code >= 500:
                broken.append(f"{method} {path} turn {turn}")
    assert broken == []


def test_no_parameter_alone_breaks_a_page(client: Client, worlds: list[World]) -> None:
    """One hostile parameter a request, seeded by chance: what another one would hide."""

    @settings(QUIET, max_examples=250)
    @given(
        st.sampled_from(desk(worlds)),
        st.sampled_from(names_read()),
        st.one_of(st.sampled_from(WEIRD[:-1]), st.text(max_size=20)),
    )
    def hold(path: str, name: str, value: str) -> None:
        assert client.get(path, {name: value[:2_000].encode("utf-8", "replace")}).status_code < 500

    hold()
