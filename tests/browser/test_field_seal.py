"""What the shipped script seals, the server opens and the drill makes byte for byte the same.

`MUSTER_GOLDEN=1` writes the batch of this release to tests/fieldapp/data, where it stays for good.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser

from muster.fieldapp import seals, shell
from tests.fieldapp.test_seals import holds

GOLDEN = Path(__file__).parents[1] / "fieldapp" / "data" / "sealed-v1.json"
COMMANDS = [
    {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "record_visit", "at": "2022-02-18T11:40:00.000Z", "seq": 1,
     "body": {"dwelling": "34ebc10e-2611-5d46-8f84-b38a87cc6950", "outcome": "done", "persons": 3}},
    {"id": "01890a5d-ac96-774b-bcce-b302099a8058", "name": "record_attempt", "at": "2022-02-18T11:41:00.000Z", "seq": 2,
     "by": "01890a5d-ac96-774b-bcce-b302099a80ff",
     "body": {"item": "34ebc10e-2611-5d46-8f84-b38a87cc6951", "outcome": "no_answer", "channel": "phone"}},
    {"id": "01890a5d-ac96-774b-bcce-b302099a8059", "name": "retract_fact", "at": "1970-01-01T00:00:03.000Z", "seq": 3,
     "body": {"target": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "worklists.visit", "reason": "手滑了 🌧"}},
]  # fmt: skip
# the two places where chance enters are written down, so that another hand can make the same
SEAL = """async ({ commands, server, kid, device, source }) => {
    const once = [], nonces = [];
    const generate = crypto.subtle.generateKey.bind(crypto.subtle);
    const random = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (bytes) => { const made = random(bytes); nonces.push([...made]); return made; };
    crypto.subtle.generateKey = async (how, _kept, uses) => {
        const pair = await generate(how, true, uses);
        if (how.name === 'ECDH') once.push((await crypto.subtle.exportKey('jwk', pair.privateKey)).d);
        return pair;
    };
    const { seal } = await import(source);
    const pair = await generate({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const items = []; let prev = '';
    for (const command of commands) {
        const { item, mark } = await seal({ device, kid, server, sign: pair.privateKey }, command, prev);
        items.push(item); prev = mark;
    }
    const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
    return { items, once, nonces, sign: jwk.d, last: prev };
}"""


@pytest.fixture
def sealed(chromium: Browser) -> dict[str, Any]:
    """A batch made by the shipped module, served from memory, under a key made for it."""
    server = ec.derive_private_key(0x5EA1, seals.CURVE)
    public = seals.raw_public(server.public_key())
    page = chromium.new_page()
    files = shell.build().files
    page.route("http://localhost/**", lambda route: _serve(route, files))
    page.goto("http://localhost/app/nothing.html")
    told = {
        "commands": COMMANDS,
        "server": seals.encode(public),
        "kid": seals.key_id(public),
        "device": "01890a5d-ac96-774b-bcce-000000000017",
        "source": "http://localhost/app/seal.js",
    }
    made = page.evaluate(SEAL, told)
    page.close()
    return {"server": f"{0x5EA1:x}", "commands": COMMANDS, **{k: told[k] for k in ("kid", "device")}, **made}


def _serve(route: Any, files: dict[str, shell.File]) -> None:
    found = files.get(route.request.url.removeprefix("http://localhost/"))
    if found is None:
        route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")
    else:
        route.fulfill(body=found.content, content_type=found.kind)


def test_a_fresh_batch_opens_and_is_made_again_by_the_drill(sealed: dict[str, Any]) -> None:
    holds(sealed)


def test_the_batch_of_a_release_is_written_once(sealed: dict[str, Any]) -> None:
    if os.environ.get("MUSTER_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(sealed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden.keys() == sealed.keys()
    assert [item.keys() for item in golden["items"]] == [item.keys() for item in sealed["items"]]
