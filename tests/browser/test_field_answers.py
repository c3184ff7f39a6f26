"""Whatever answers at the server's address, no record goes; what was taken unsaid is known when sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.phone_world import Served
from tests.browser.phones import PIN, Phone, wait_for

EACH = 3
JSON = "application/json"
Answer = Callable[[Route], None]


@pytest.fixture
def phone(chromium: Browser, world: Served, tmp_path: Path) -> Iterator[Phone]:
    """Joined, and without the worker, so that the network can be played."""
    found = Phone(chromium.browser_type, world, tmp_path / "profile", service_workers="block")
    found.page.goto(f"{world.url}/f/#join={world.ask('invite')['code']}")
    found.page.locator("form .key-main").click()
    found.page.locator("#pin").fill(PIN)
    found.page.locator("#pin-again").fill(PIN)
    found.page.locator("form .key-main").click()
    expect(found.page.locator(".cards .card").first).to_be_visible()
    wait_for(lambda: found.send() == "online")
    yield found
    assert found.faults == []
    found.close()


def says(status: int, body: str, kind: str = JSON, **headers: str) -> Answer:
    """An answer that is always the same."""
    return lambda route: route.fulfill(status=status, body=body, content_type=kind, headers=headers)


def taken_but_not_said(route: Route) -> None:
    """The server stores it and the line breaks before its answer comes."""
    route.fetch()
    route.abort("connectionreset")


def for_others(route: Route) -> None:
    """Receipts, but not for what was sent."""
    answers = [{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "result": "stored"}]
    route.fulfill(
        body=json.dumps({"batch": None, "now": "2026-01-01T00:00:00Z", "answers": answers}), content_type=JSON
    )


ANSWERS: dict[str, Answer] = {
    "400": says(400, '{"code": "x", "reason": "x"}'),
    "403 page": says(403, "<h1>Forbidden</h1>", "text/html"),
    "404": says(404, "not found", "text/plain"),
    "409": says(409, '{"code": "x", "reason": "x"}'),
    "422": says(422, '{"code": "input.unreadable", "reason": "x"}'),
    "429": says(429, "", "text/plain", **{"Retry-After": "1"}),
    "500 page": says(500, "<h1>Server Error</h1>", "text/html"),
    "502 page": says(502, "<html>bad gateway</html>", "text/html"),
    "503": says(503, '{"code": "server.full", "reason": "full"}', **{"Retry-After": "1"}),
    "200 page": says(200, "<html>sign in to the network</html>", "text/html"),
    "200 nothing": says(200, ""),
    "200 half": says(200, '{"batch": "01890a5d", "now": "2026-01-0'),
    "200 without answers": says(200, '{"batch": null, "now": "2026-01-01T00:00:00Z"}'),
    "200 for others": for_others,
    "302": says(302, "", "text/html", Location="/accounts/login/"),
    "reset": lambda route: route.abort("connectionreset"),
    "taken but not said": taken_but_not_said,
}


def test_no_answer_makes_a_phone_forget(phone: Phone, world: Served) -> None:
    before = world.ask("count", phone.device())["visits"]
    doors = phone.doors()
    saved: set[str] = set()
    for name, answer in ANSWERS.items():
        phone.page.route("**/sync", answer)
        saved |= set(phone.capture(doors[:EACH]))
        assert phone.send() != "online", name
        assert phone.counted()["unsent"] == len(saved), name
        assert saved <= set(phone.held()), name
        phone.page.unroute("**/sync")
    phone.until_sent()
    assert world.ask("count", phone.device())["visits"] == before + len(saved) == before + EACH * len(ANSWERS)


def test_a_server_that_hangs_is_left_and_asked_again(phone: Phone) -> None:
    waiting: list[Route] = []
    phone.page.route("**/sync", lambda route: waiting.append(route))
    phone.script("sync.limits.patience = 1500;")
    phone.capture(phone.doors()[:EACH])
    assert phone.send() == "offline"
    assert waiting
    assert phone.counted()["unsent"] == EACH
    phone.page.unroute("**/sync")
    phone.script("sync.limits.patience = 45000;")
    phone.until_sent()


def test_a_batch_that_is_too_big_is_halved_until_it_fits(phone: Phone, world: Served) -> None:
    sizes: list[int] = []

    def narrow(route: Route) -> None:
        content: dict[str, Any] = json.loads(route.request.post_data or "{}")
        sizes.append(len(content["sealed"]))
        if sizes[-1] > 7:
            route.fulfill(status=413, body="too large", content_type="text/plain")
        else:
            route.continue_()

    before = world.ask("count", phone.device())["visits"]
    phone.page.route("**/sync", narrow)
    phone.script("const [doors] = values; sync.limits.batch = 100;", [])
    phone.capture(phone.doors()[:40])
    phone.until_sent()
    assert max(sizes) > 7
    assert world.ask("count", phone.device())["visits"] == before + 40


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "限流|正忙"), ("en-GB", "full|busy")])
def test_a_busy_server_is_said_and_waited_for(phone: Phone, language: str, words: str) -> None:
    if language == "en-GB":
        phone.page.locator(".tongue").click()
    told = {"code": "server.full", "reason": "服务器正忙。" if language == "zh-CN" else "The server is full."}
    phone.page.route("**/sync", says(503, json.dumps(told), **{"Retry-After": "7"}))
    phone.capture(phone.doors()[:1])
    assert phone.send() == "busy"
    banner = phone.page.locator("[data-banner=busy]")
    expect(banner).to_be_visible()
    assert any(word in banner.inner_text() for word in words.split("|"))
    left = phone.script("return sync.state.retryAt - Date.now();")
    assert 6_000 < left <= 14_500, "what the server asked for, and up to as much again"


def test_ten_wrong_pins_remove_what_can_be_read_and_no_record(phone: Phone, world: Served) -> None:
    phone.page.route("**/sync", says(502, ""))
    saved = set(phone.capture(phone.doors()[:5]))
    phone.page.evaluate("dispatchEvent(new Event('muster:lock'))")
    for left in range(9, -1, -1):
        phone.page.locator("#pin").fill("0000")
        phone.page.locator("form .key-main").click()
        if left:
            expect(phone.page.get_by_role("alert")).to_contain_text(f" {left} ")
    expect(phone.page.locator("#code")).to_be_visible()
    with phone.page.expect_download() as given:
        phone.page.locator("#leaving button").first.click()
    assert {one["id"] for one in json.loads(given.value.path().read_text())["items"]} == saved
    assert phone.script("return pack.rows('doors').length + phone.done().length;") == 0
    databases = phone.page.evaluate(READABLE)
    assert databases == 0
    assert saved <= set(phone.held())
    before = world.ask("count", phone.device())["visits"]
    phone.page.unroute("**/sync")
    wait_for(lambda: phone.send() == "online" and phone.counted()["unsent"] == 0)
    assert world.ask("count", phone.device())["visits"] == before + 5


READABLE = """new Promise((resolve) => { const asked = indexedDB.open('muster-pack');
    asked.onsuccess = () => { const db = asked.result; let n = 0;
        const t = db.transaction(['sections', 'deeds']);
        for (const name of ['sections', 'deeds']) {
            t.objectStore(name).count().onsuccess = (e) => { n += e.target.result; };
        }
        t.oncomplete = () => { db.close(); resolve(n); }; }; })"""


def test_a_phone_asked_to_forget_does_and_sends_on(phone: Phone, world: Served) -> None:
    phone.page.route("**/sync", says(502, ""))
    saved = phone.capture(phone.doors()[:4])
    world.ask("wipe", phone.script("return phone.phone().device;"))
    before = world.ask("count", phone.device())["visits"]
    phone.page.unroute("**/sync")
    phone.send()
    expect(phone.page.locator("#code")).to_be_visible()
    assert phone.page.evaluate(READABLE) == 0
    wait_for(lambda: phone.send() == "online" and phone.counted()["unsent"] == 0)
    assert world.ask("count", phone.device())["visits"] == before + len(saved)
    assert set(saved) <= set(phone.held())


def test_a_full_phone_makes_room_of_what_has_arrived_and_is_no_trap(phone: Phone, world: Served) -> None:
    page, doors, before = phone.page, phone.doors(), world.ask("count", phone.device())["visits"]
    phone.context.add_init_script(FULL)
    page.evaluate(FULL)
    arrived = set(phone.capture(doors[:4]))
    phone.until_sent()
    phone.script(AGED, 7_200_000)
    page.route("**/sync", says(502, ""))
    page.evaluate("localStorage.full = 'until something goes'")
    saved = set(phone.capture(doors[4:6]))
    assert set(phone.held()) & (saved | arrived) == saved, "what had arrived long ago made room"
    page.evaluate("localStorage.full = 'for good'")
    refused = phone.script("return phone.record('record_visit', {}).catch((error) => error.name);")
    assert refused == "QuotaExceededError"
    for left in (9, 8):
        page.reload()
        expect(page.locator("#leaving button")).to_have_count(2)
        page.locator("#pin").fill("0000")
        page.locator("#unlock .key-main").click()
        expect(page.get_by_role("alert")).to_contain_text(f" {left} ")
    page.locator("#pin").fill(PIN)
    page.locator("#unlock .key-main").click()
    expect(page.locator(".ways")).to_be_visible()
    page.unroute("**/sync")
    phone.until_sent()
    assert world.ask("count", phone.device())["visits"] == before + 6
    assert not saved & set(phone.held()), "no room for receipts: what the server has went instead"
    world.ask("wipe", phone.device())
    phone.send()
    page.reload()
    expect(page.locator("#code")).to_be_visible()
    page.evaluate("localStorage.broken = 'yes'")
    page.reload()
    expect(page.locator("h1")).to_have_text("这台手机现在无法使用")
    page.evaluate("localStorage.clear()")
    page.locator("main .key-main").click()
    expect(page.locator("#code")).to_be_visible()


FULL = """{ const store = IDBObjectStore.prototype; const { put, add, delete: remove } = store;
    const held = (act) => function (...said) {
        if (localStorage.full) throw new DOMException('full', 'QuotaExceededError');
        return act.apply(this, said);
    };
    store.put = held(put); store.add = held(add);
    store.delete = function (...said) {
        if (localStorage.full === 'until something goes') delete localStorage.full;
        return remove.apply(this, said);
    };
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...said) {
        if (localStorage.broken) throw new DOMException('no', 'UnknownError');
        return open.apply(this, said);
    };
} true;"""
AGED = """const { open, write } = await import(base + 'app/store.js'); const told = await outbox.receipts();
    await write(await open('muster-outbox', 1, () => {}), ['receipts'], (transaction) => {
        for (const one of told) transaction.objectStore('receipts').put({ ...one, at: one.at - values[0] });
    });"""


def test_two_tabs_share_one_phone(phone: Phone, world: Served) -> None:
    doors, first = phone.doors(), phone.page
    other = phone.context.new_page()
    other.goto(f"{world.url}/f/")
    other.locator("#pin").fill(PIN)
    other.locator("#unlock .key-main").click()
    expect(other.locator(".ways")).to_be_visible()
    phone.script(
        "const save = (dwelling) => phone.record('record_visit', { dwelling, outcome: 'done' });"
        "window.saving = Promise.all(values[0].map(save));",
        doors[:20],
    )
    phone.page = other
    assert len(set(phone.capture(doors[20:40]))) == 20
    phone.send()
    phone.page = first
    first.evaluate("window.saving.then((all) => all.length)")
    phone.until_sent()
    told = world.ask("count", phone.device())
    assert (told["visits"], told["phones"]) == (40, [[40, 40, []]])
    world.ask("wipe", phone.device())
    phone.send()
    first.locator("#code").fill(world.ask("invite")["code"])
    first.locator("form .key-main").click()
    first.locator("#pin").fill(PIN)
    first.locator("#pin-again").fill(PIN)
    first.locator("form .key-main").click()
    expect(first.locator(".ways")).to_be_visible()
    phone.page = other
    with other.expect_navigation():
        phone.script("sync.soon(0);")  # asked to forget as who it was: that is not who it is now
    expect(other.locator("#unlock")).to_be_visible()
    phone.page = first
    first.reload()
    expect(first.locator("#unlock")).to_be_visible()


def test_a_clock_that_was_set_back_is_noticed_without_a_network(phone: Phone) -> None:
    phone.page.route("**/sync", says(502, ""))
    told = phone.script(
        """const clock = await import(base + 'app/clock.js'); const before = clock.now();
        Date.now = () => 3_000_000_000; pack.rows('me')[0].training = false; return [before, clock.now()];"""
    )
    assert 0 <= told[0] - told[1] < 60_000, "never before what the server said last"
    expect(phone.page.locator("[data-banner=clock]")).to_be_visible(timeout=10_000)


def test_what_could_lose_a_record_is_said_and_what_saves_one_is_strict(phone: Phone) -> None:
    page = phone.page
    page.route("**/sync", says(502, ""))
    told = phone.script(TROUBLES, phone.doors()[0])
    assert told == {"strict": ["readwrite strict"], "shaken": [[40], [40]]}
    assert phone.send() == "fault"
    said = {"kept": "清除", "space": "150 MB", "old": "40 分钟", "clock": "3 分钟"}
    for words in (
        said,
        {"kept": "may clear", "space": "Only 150 MB", "old": "40 min", "clock": "wrong by 3 min"},
    ):
        for banner, part in words.items():
            expect(page.locator(f"[data-banner={banner}]")).to_contain_text(part, timeout=10_000)
        page.locator(".tongue").click()


TROUBLES = """const seen = { strict: new Set(), shaken: [] };
    const begin = IDBDatabase.prototype.transaction, real = Date.now;
    IDBDatabase.prototype.transaction = function (stores, mode, how) {
        if (mode === 'readwrite') seen.strict.add(`${mode} ${how?.durability}`);
        if (stores.includes('items')) seen.outbox = this;
        return begin.call(this, stores, mode, how);
    };
    navigator.vibrate = (shakes) => seen.shaken.push(shakes);
    Date.now = () => real() - 40 * 60_000;
    await phone.record('record_visit', { dwelling: values[0], outcome: 'done' });
    Date.now = real;
    seen.outbox.close(); // as a browser does that could not write to a full disk
    seen.outbox.dispatchEvent(new Event('close'));
    await phone.record('record_visit', { dwelling: values[0], outcome: 'done' });
    Object.assign(navigator.storage, { persisted: async () => false, persist: async () => false,
        estimate: async () => ({ quota: 150 * 1_048_576, usage: 0 }) });
    localStorage.setItem('clock-offset', 180_000);
    pack.rows('me')[0].training = false; // there it would run ahead on purpose
    return { strict: [...seen.strict], shaken: seen.shaken };"""


def test_a_share_that_was_changed_on_the_way_is_not_read(phone: Phone) -> None:
    left_out = {"content-encoding", "content-length"}

    def changed(route: Route) -> None:
        asked = {k: v for k, v in route.request.headers.items() if k not in ("if-none-match", "muster-have")}
        answer = route.fetch(headers=asked)
        kept = {name: value for name, value in answer.headers.items() if name not in left_out}
        route.fulfill(status=200, headers=kept, body=answer.body().replace(b'"name":"', b'"name":"FALSE '))

    phone.page.route("**/sync/bundle", changed)
    for line in ("fault", "portal"):
        phone.script("sync.state.pulledAt = 0;")
        assert phone.send() == line
        left_out.add("muster-signature")
    held = phone.script("return JSON.stringify(['me', 'team', 'shifts', 'buildings'].map(phone.rows));")
    assert "name" in held
    assert "FALSE" not in held
    phone.page.unroute("**/sync/bundle")
    phone.script("sync.state.pulledAt = 0;")
    assert phone.send() == "online"


def test_a_moving_code_is_read_in_any_order_by_another_phone(phone: Phone, world: Served) -> None:
    phone.page.route("**/sync", says(502, ""))
    saved = phone.capture(phone.doors()[:12])
    read = phone.script(MOVING)
    assert read["frames"] > 3
    assert read["read"] == read["frames"], "every picture was read as it was drawn"
    assert read["same"], "and the file is what it was"
    assert read["items"] == len(saved)
    assert read["fresh"] == 0, "they are ours: carrying them adds nothing"
    assert read["odd"] == 1, "what is no record is not taken along, and nothing twice"
    assert "more" not in phone.script("return (await outbox.everything()).at(-1).payload;")


MOVING = """
    const outfile = await import(base + 'app/outfile.js'); const frames = await import(base + 'app/frames.js');
    const scan = await import(base + 'app/scan.js');
    const { default: draw } = await import(base + 'vendor/qrcode-generator-2.0.4/qrcode.mjs');
    const { bytes } = await outfile.write(phone.phone().device, false);
    const listed = await frames.toFrames(bytes); const read = await scan.reader(); const got = new frames.Collector();
    let n = 0;
    for (const frame of [...listed].reverse().concat(listed.slice(0, 2))) {
        const code = draw(0, 'L'); code.addData(frame, 'Byte'); code.make();
        const size = code.getModuleCount(), scale = 4;
        const canvas = new OffscreenCanvas((size + 8) * scale, (size + 8) * scale);
        const pen = canvas.getContext('2d'); pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.fillStyle = '#000';
        for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
            if (code.isDark(y, x)) pen.fillRect((x + 4) * scale, (y + 4) * scale, scale, scale);
        }
        const [found] = await read(pen.getImageData(0, 0, canvas.width, canvas.height));
        if (found && got.add(found.text)) n += 1;
    }
    const whole = await got.whole();
    const items = outfile.read(whole);
    const twice = { ...items[0], id: crypto.randomUUID(), more: [[]] };
    const odd = [null, 7, { ...items[0], id: 'x' }, { ...twice, kid: [[]] }, { ...twice, box: '\ud800' }, twice, twice];
    return { frames: listed.length, read: n, same: whole.join() === bytes.join(), items: items.length,
        fresh: await outbox.carry(items), odd: await outbox.carry(odd) };
"""
