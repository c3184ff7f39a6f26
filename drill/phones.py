"""The telephones of the teams: enrolled at a desk, replaced when lost; their tokens are kept for a resumed play."""

import json
import threading
from pathlib import Path
from uuid import UUID

from drill.client import Desk, Server, Telephone
from drill.play.script import Phone


class Drawer:
    """Enrolled telephones by key; `…-replacement` stands for the telephone that took over a lost one's work."""

    def __init__(self, folder: Path, server: Server, desk: Desk) -> None:
        self.path = folder / "phones.json"
        self.server, self.desk = server, desk
        self.known: dict[str, list[str]] = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.lock = threading.Lock()

    def take(self, key: str, phone: Phone, incident: UUID) -> Telephone:
        """The telephone of a key, enrolled when it is first used."""
        with self.lock:
            if key not in self.known:
                label = key.removeprefix("phone/")[:60]
                self.known[key] = list(self.desk.enrol(phone.account, label, str(incident), phone.area))
                self._keep()
            device, token = self.known[key]
            return Telephone(self.server, device, token)

    def _keep(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.known))
        fresh.replace(self.path)
