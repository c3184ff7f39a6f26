"""The telephones of the teams: enrolled at a desk, replaced when lost; their tokens are kept for a resumed play.

Each has a key of its own and sends every command as a sealed record, like the real one (drill/seal.py).
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from drill.client import Answers, Desk, Server, Telephone
from drill.play.script import Phone
from drill.seal import CURVE, Sealer, decode, encode, point


class Sealed:
    """A telephone that keeps its records sealed: what is sent twice is the same record, byte for byte."""

    def __init__(self, line: Telephone, sealer: Sealer) -> None:
        self.line, self.sealer = line, sealer
        self.items: dict[str, dict[str, object]] = {}
        self.lock = threading.Lock()

    def sync(self, envelope: Mapping[str, object]) -> Answers:
        """Seal what is new and hand it in over the air."""
        with self.lock:
            plain = {**envelope}
            commands: list[dict[str, object]] = list(plain["commands"])  # type: ignore[call-overload]
            fresh = [one for one in commands if str(one["id"]) not in self.items]
            made = self.sealer.envelope({"commands": fresh}, len(self.items))
            self.items.update({str(item["id"]): item for item in made["sealed"]})  # type: ignore[attr-defined]
            sealed = [self.items[str(one["id"])] for one in commands]
            status = {"made": len(self.items), "pack": False}
        return self.line.sync({**plain, "commands": [], "sealed": sealed, "phone": status})


class Drawer:
    """Enrolled telephones by key; `…-replacement` stands for the telephone that took over a lost one's work."""

    def __init__(self, folder: Path, server: Server, desk: Desk) -> None:
        self.path = folder / "phones.json"
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
                self.in_hand[key] = Sealed(Telephone(self.server, device, token), sealer)
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
