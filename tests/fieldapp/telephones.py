"""A phone of the tests: joins with a code, seals like the real one, answers with what the server said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from drill.seal import CURVE, Sealer, decode, encode, point
from muster.core import telephones
from muster.core.access import scope, system
from muster.core.ids import new_id
from tests.cast import COMMUNITY, INCIDENT

Json = dict[str, Any]


def works(area: int = COMMUNITY, **body: Any) -> Json:
    """A command anybody of the field may give."""
    return {
        "id": str(new_id()),
        "name": "record_works",
        "at": datetime.now(UTC).isoformat(),
        "body": {"kind": "canopy", "area": area, **body},
    }


def code_for(account: UUID, area: int = COMMUNITY, now: datetime | None = None) -> str:
    """A fresh one-use code."""
    with scope(system(), INCIDENT) as by:
        return telephones.invite(
            account=account, label="17", by=by, incident=INCIDENT, area=area, now=now or datetime.now(UTC)
        )


class Telephone:
    """Joined, with its own key and chain."""

    def __init__(self, code: str) -> None:
        self.client, self.sign = Client(), ec.generate_private_key(CURVE)
        reply = self.join(code)
        assert reply.status_code == 200, reply.content
        said = reply.json()
        self.device, self.token, self.signer = (
            said["phone"]["device"],
            said["phone"]["token"],
            decode(said["signer"]),
        )
        self.sealer = Sealer(self.device, said["seal"]["kid"], decode(said["seal"]["key"]), self.sign)
        self.made = 0
        self.items: list[Json] = []

    def join(self, code: str) -> Any:
        """Show a code and our public key."""
        body = {"code": code, "key": encode(point(self.sign))}
        return self.client.post("/sync/join", json.dumps(body), content_type="application/json")

    def seal(self, *commands: Json) -> list[Json]:
        """Capture commands."""
        fresh = self.sealer.envelope({"commands": list(commands)}, self.made)["sealed"]
        self.made += len(commands)
        self.items += fresh  # type: ignore[arg-type]
        return fresh  # type: ignore[return-value]

    def send(self, items: list[Any], status: int = 200, **envelope: Any) -> Json:
        """Hand sealed records in; the whole answer."""
        body = {
            "batch": str(new_id()),
            "commands": [],
            "sealed": items,
            "phone": {"made": self.made},
            **envelope,
        }
        reply = self.client.post(
            "/sync", json.dumps(body), content_type="application/json", headers=self.headers()
        )
        assert reply.status_code == status, reply.content
        said: Json = reply.json()
        return said

    def headers(self, **more: str) -> dict[str, str]:
        """Who we are."""
        return {"Authorization": f"Bearer {self.token}", **more}

    def bundle(self, have: str = "", etag: str = "") -> Any:
        """Ask for our share."""
        return self.client.get(
            "/sync/bundle", headers=self.headers(**{"Muster-Have": have, "If-None-Match": etag})
        )


def results(said: Json) -> list[str]:
    """The results in the order of the answers."""
    return [answer["result"] for answer in said["answers"]]
