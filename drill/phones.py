"""The telephones of the teams: enrolled at a desk, replaced when lost; their tokens are kept for a resumed play.

Each has a key of its own and sends every command as a sealed record, like the real one (drill/seal.py).
"""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from drill.client import Answers, Desk, Door, Server, Telephone
from drill.play.script import Phone
from drill.seal import CURVE, Sealer, decode, encode, mark, point


class Sealed:
    """A telephone that keeps its records sealed: what is sent twice is the same record, byte for byte.

    They are on its disk before they leave, so that after an interruption the chain goes on where it was.
    """

    def __init__(self, line: Door, sealer: Sealer, outbox: Path) -> None:
        self.line, self.sealer, self.outbox = line, sealer, outbox
        self.items: dict[str, dict[str, object]] = {}
        self.lock = threading.Lock()
        self._take_up()

    def _take_up(self) -> None:
        """What an earlier run sealed; a line cut off by a kill never left."""
        whole = 0
        if self.outbox.exists():
            for line in self.outbox.read_bytes().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    item = msgspec.json.decode(line)
                    self.items[item["id"]], self.sealer.prev = item, mark(item)
                    whole += len(line)
            os.truncate(self.outbox, whole)

    def sync(self, envelope: Mapping[str, object]) -> Answers:
        """Seal what is new, keep it, and hand it in over the air."""
        with self.lock:
            plain = {**envelope}
            commands: list[dict[str, object]] = list(plain["commands"])  # type: ignore[call-overload]
            fresh = [one for one in commands if str(one["id"]) not in self.items]
            made: Any = self.sealer.envelope({"commands": fresh}, len(self.items))["sealed"]
            with self.outbox.open("ab") as kept:
                kept.write(b"".join(msgspec.json.encode(item) + b"\n" for item in made))
            self.items.update({item["id"]: item for item in made})
            sealed = [self.items[str(one["id"])] for one in commands]
            status = {"made": len(self.items), "pack": False}
        return self.line.sync({**plain, "commands": [], "sealed": sealed, "phone": status})


class Drawer:
    """Enrolled telephones by key; `…-replacement` stands for the telephone that took over a lost one's work."""

    def __init__(self, folder: Path, server: Server, desk: Desk) -> None:
        self.path = folder / "phones.json"
        self.outboxes = folder / "outboxes"
        self.outboxes.mkdir(exist_ok=True)
        self.server, self.desk = server, desk
        self.known: dict[str, list[str]] = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.in_hand: dict[str, Sealed] = {}
        self.lock = threading.Lock()

    def take(self, key: str, phone: Phone, incident: UUID) -> Sealed:
        """The telephone of a key, enrolled when it is first used."""
        with self.lock:
            if key not in self.in_hand:
                if key not in self.known:
                    self.known[key] = self._enrol(key, phone, incident)
                    self._keep()
                device, token, secret, kid, server = self.known[key]
                sign = ec.derive_private_key(int(secret, 16), CURVE)
                sealer = Sealer(device, kid, decode(server), sign)
                outbox = self.outboxes / f"{device}.jsonl"
                self.in_hand[key] = Sealed(Telephone(self.server, device, token), sealer, outbox)
            return self.in_hand[key]

    def _enrol(self, key: str, phone: Phone, incident: UUID) -> list[str]:
        label = key.removeprefix("phone/")[:40]
        sign = ec.generate_private_key(CURVE)
        found = self.desk.enrol(phone.account, label, str(incident), phone.area, encode(point(sign)))
        secret = f"{sign.private_numbers().private_value:x}"
        return [found["device"], found["token"], secret, found["seal"]["kid"], found["seal"]["key"]]

    def _keep(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.known))
        fresh.replace(self.path)
