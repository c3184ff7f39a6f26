"""Somebody else's client: ODK's own engine in Chromium fills our form; its payload is posted as it made it.

The engine is a package for Node's package manager, which is a tool of the tests only. MUSTER_XFORMS_ENGINE may name
a directory it was installed in before. ODK Validate is the engine of ODK Collect itself, and needs Java.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from defusedxml import ElementTree as Safe

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.domain.people.models import Resident
from muster.domain.places.models import Building
from muster.domain.worklists.models import DwellingState, Visit
from muster.interop.forms import actions as forms
from muster.interop.forms.models import EntityChange, Form, Submission
from tests.interop.openrosa import scene
from tests.interop.openrosa.scene import HEAD, HOUSE, SWEEP, Phone

CHROMIUM = Path("/usr/bin/chromium")
ENGINE = "@getodk/xforms-engine@0.22.0"
PLACE = "http://localhost/"  # a place browsers trust with their cryptography; nothing listens there
LIST, MANIFEST = "{http://openrosa.org/xforms/xformsList}", "{http://openrosa.org/xforms/xformsManifest}"
PAGE = "<!doctype html><meta charset=utf-8><title>client</title>"
# fills the questions by their names, as a person would, and returns the body that the engine's FormData makes
FILL = """
async ({ form, files, answers, people }) => {
  const { loadForm } = await import('/engine.js');
  const loaded = await loadForm(form, {
    fetchFormAttachment: async (url) => new Response(files[String(url).split('/').pop()], {
      headers: { 'Content-Type': 'text/csv' } }),
  });
  if (loaded.status === 'failure') throw loaded.error;
  const { root } = loaded.createInstance();
  const find = (node, name) => node.currentState.children.find(
    (one) => one.currentState.reference.split('/').pop().replace(/\\[\\d+\\]$/, '') === name);
  const set = (node, value) => (node.selectValue ? node.selectValue(value) : node.setValue(value));
  for (const [name, value] of Object.entries(answers)) set(find(root, name), value);
  const repeats = people.length ? find(root, 'people') : null;
  while (repeats && repeats.currentState.children.length < people.length) repeats.addInstances();
  people.forEach((person, at) => {
    for (const [name, value] of Object.entries(person)) set(find(repeats.currentState.children[at], name), value);
  });
  const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
  const response = new Response(payload.data[0]);
  const type = response.headers.get('Content-Type');
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: payload.status, type, body: btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) };
}
"""


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The engine's one file. Without npm (or its network) the test is left out loudly."""
    place = Path(os.environ.get("MUSTER_XFORMS_ENGINE", "") or tmp_path_factory.mktemp("engine"))
    file = place / "node_modules" / "@getodk" / "xforms-engine" / "dist" / "index.js"
    if not file.exists():
        if shutil.which("npm") is None:
            pytest.skip("NO INDEPENDENT CLIENT TEST: npm is missing (apt install npm)")
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(place),
            ENGINE,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            pytest.skip(f"NO INDEPENDENT CLIENT TEST: npm could not install {ENGINE}: {done.stderr[-200:]}")
    return file.read_bytes()


def fill(engine: bytes, wanted: dict[str, Any]) -> Any:
    """Fill the form on an empty page of a host of its own, which offers the engine and nothing else.

    The browser is gone before the database is asked again: its loop would give this thread another connection.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        page.route(
            f"{PLACE}engine.js", lambda route: route.fulfill(body=engine, content_type="text/javascript")
        )
        page.route(PLACE, lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.goto(PLACE)
        made = page.evaluate(FILL, wanted)
        browser.close()
    return made


@pytest.mark.slow
@pytest.mark.browser
def test_odks_own_engine_fills_our_form_and_its_payload_becomes_facts(
    phone: Phone, form: Form, in_scope: Actor, engine: bytes
) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"NO INDEPENDENT CLIENT TEST: {CHROMIUM} is missing (apt install chromium)")
    (only,) = Safe.fromstring(phone.get("formList").content)
    xform = phone.get(only.findtext(f"{LIST}downloadUrl")).content.decode()
    (file,) = Safe.fromstring(phone.get(only.findtext(f"{LIST}manifestUrl")).content)
    doors = phone.get(file.findtext(f"{MANIFEST}downloadUrl")).content.decode()
    door = derive_id(HOUSE, "101")
    wanted = {
        "form": xform,
        "files": {file.findtext(f"{MANIFEST}filename"): doors},
        "answers": {"dwelling": str(door), "outcome": "done"},
        "people": [{"name": "王小明", "phone": "13800138000"}, {"name": "欧阳 & 李"}],
    }
    made = fill(engine, wanted)
    assert made["status"] == "ready"
    body = base64.b64decode(made["body"])
    assert b'name="xml_submission_file"' in body
    for _ in range(2):
        answer = phone.client.generic("POST", phone.at("submission"), body, made["type"], headers=HEAD)
        assert answer.status_code == 201, answer.content
    sent = Submission.objects.get()
    assert isinstance(sent.id, UUID)
    assert str(sent.id).encode() in body, "the id is the engine's own"
    assert Visit.objects.get().id == sent.id
    assert DwellingState.objects.get(pk=door).outcome == "done"
    assert Resident.objects.filter(dwelling=door).count() == 2


def offered(phone: Phone, answers: dict[str, str]) -> dict[str, Any]:
    """What a telephone fetches of the one form on the list: the form and its files; and what will be answered."""
    (only,) = Safe.fromstring(phone.get("formList").content)
    xform = phone.get(only.findtext(f"{LIST}downloadUrl")).content.decode()
    manifest, files = only.findtext(f"{LIST}manifestUrl"), {}
    for one in Safe.fromstring(phone.get(manifest).content) if manifest else ():
        content = phone.get(one.findtext(f"{MANIFEST}downloadUrl")).content.decode()
        files[one.findtext(f"{MANIFEST}filename")] = content
    return {"form": xform, "files": files, "answers": answers, "people": []}


def hand_in(phone: Phone, made: dict[str, Any]) -> None:
    """Post the engine's own body."""
    assert made["status"] == "ready"
    body = base64.b64decode(made["body"])
    answer = phone.client.generic("POST", phone.at("submission"), body, made["type"], headers=HEAD)
    assert answer.status_code == 201, answer.content


@pytest.mark.slow
@pytest.mark.browser
def test_odks_own_engine_changes_a_door_of_our_list_and_makes_a_building(
    phone: Phone, incident: UUID, commander: Actor, in_scope: Actor, engine: bytes, now: datetime
) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"NO INDEPENDENT CLIENT TEST: {CHROMIUM} is missing (apt install chromium)")
    scene.build(incident, commander, now)
    doors = scene.offer(scene.DOORS, incident, commander, now)
    door = derive_id(HOUSE, "102")
    for outcome, version in (("absent", 2), ("done", 3)):
        hand_in(phone, fill(engine, offered(phone, {"door": str(door), "how": outcome, "people": "2"})))
        change = EntityChange.objects.get(entity=door, version=version)
        assert (change.base, change.is_conflict, change.state) == (version - 1, False, "applied")
    assert DwellingState.objects.get(pk=door).outcome == "done"
    with scope(commander, incident):
        forms.set_open(form=doors.id, is_open=False, by=commander, incident=incident)
    scene.offer(scene.NEW_HOUSE, incident, commander, now)
    hand_in(phone, fill(engine, offered(phone, {"called": "井边 & 小楼", "storeys": "2", "each": "3"})))
    made = EntityChange.objects.get(creates=True)
    house = Building.objects.get(pk=made.entity)
    assert (house.name, house.units) == ("井边 & 小楼", 6)


@pytest.mark.slow
def test_odk_validate_accepts_our_forms() -> None:
    """The XForms that telephones get are ones that ODK Collect opens."""
    if shutil.which("java") is None:
        pytest.skip("NO ODK VALIDATE: java is missing (apt install default-jre-headless)")
    from pyxform.xls2xform import convert  # type: ignore[import-untyped]

    for sheet in (SWEEP, scene.DOORS, scene.NEW_HOUSE, scene.WORK):
        warnings: list[str] = []
        made = convert(sheet, form_name="data", warnings=warnings, validate=True, file_type=".md")
        assert "<h:html" in made.xform
        assert not [one for one in warnings if "ODK Validate" in one]
