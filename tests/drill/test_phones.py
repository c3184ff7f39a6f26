"""The drill's telephones keep what they seal: the chain goes on after an interruption, repeats are byte for byte."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from drill.client import Answer, Answers
from drill.phones import Sealed
from drill.seal import CURVE, Sealer, mark, point


class Air:
    """A line that only remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[list[dict[str, Any]]] = []

    def sync(self, envelope: Mapping[str, Any]) -> Answers:
        """Take a batch."""
        self.sent.append(envelope["sealed"])
        assert not envelope["commands"]
        said = [Answer(str(one["id"]), "stored") for one in envelope["sealed"]]
        return Answers(datetime.now(UTC), said)


def test_an_interrupted_telephone_goes_on_where_its_chain_was(tmp_path: Path) -> None:
    server, sign, device = ec.generate_private_key(CURVE), ec.generate_private_key(CURVE), str(uuid4())
    outbox, air = tmp_path / "outbox.jsonl", Air()

    def phone() -> Sealed:
        """The telephone as it is after a start."""
        return Sealed(air, Sealer(device, "kid", point(server), sign), outbox)

    commands = [
        {"id": str(uuid4()), "name": "record_visit", "at": datetime.now(UTC), "body": {}} for _ in range(5)
    ]
    first = phone()
    first.sync({"commands": commands[:2]})
    first.sync({"commands": commands[1:3]})
    outbox.write_bytes(outbox.read_bytes() + b'{"v":1,"id":"cut off')
    again = phone()
    again.sync({"commands": [commands[0], *commands[3:]]})

    assert air.sent[2][0] == air.sent[0][0]
    assert air.sent[1][0] == air.sent[0][1]
    kept = list(phone().items.values())
    assert [one["id"] for one in kept] == [one["id"] for one in commands]
    assert [one["seq"] for one in kept] == [1, 2, 3, 4, 5]
    assert kept[0]["prev"] == ""
    assert all(later["prev"] == mark(before) for before, later in pairwise(kept))
