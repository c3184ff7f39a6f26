"""The shell: immutable, small, complete, in both languages, and under a strict policy."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from django.test import Client

from muster.fieldapp import catalogue, shell

MOST = 1_200_000
TOKENS = Path(shell.ROOT).parents[2] / "commandpost" / "static" / "commandpost" / "tokens.css"


def test_a_phone_loads_no_more_than_it_should() -> None:
    assert shell.build().packed_size() <= MOST


def test_every_file_is_what_the_list_says_and_stays_so_for_ever() -> None:
    client, build = Client(), shell.build()
    for path, digest in build.precache():
        reply = client.get(f"/f/{build.name}/{path}")
        assert hashlib.sha256(reply.content).hexdigest() == digest, path
        assert "immutable" in reply["Cache-Control"]


def test_packed_and_plain_are_the_same() -> None:
    import gzip

    client, build = Client(), shell.build()
    reply = client.get(f"/f/{build.name}/app/main.js", headers={"Accept-Encoding": "gzip"})
    assert reply["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.content) == build.files["app/main.js"].content


def test_the_way_in_leads_to_this_version_and_another_version_is_gone() -> None:
    client, name = Client(), shell.build().name
    assert client.get("/f/").headers["Location"] == f"/f/{name}/"
    assert client.get("/f/0123456789abcdef/").headers["Location"] == f"/f/{name}/"
    assert client.get("/f/0123456789abcdef/app/main.js").status_code == 404
    assert client.get(f"/f/{name}/app/../../settings.py").status_code == 404
    assert client.get(f"/f/{name}/vendor/vendor.lock").status_code == 404


def test_the_worker_carries_the_list_and_is_asked_for_anew() -> None:
    reply = Client().get("/f/worker.js")
    assert reply["Cache-Control"] == "no-cache"
    text = reply.content.decode()
    found = json.loads(re.search(r"^const FILES = (.*);$", text, re.MULTILINE)[1])  # type: ignore[index]
    assert [tuple(one) for one in found] == shell.build().precache()
    assert "indexedDB" not in text
    assert "/sync" not in text.split("*/")[0].split("const CACHE")[1]


def test_the_policy_lets_nothing_in_but_ourselves() -> None:
    policy = Client().get(f"/f/{shell.build().name}/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "http" not in policy


def test_nothing_in_the_page_is_inline() -> None:
    page = shell.build().files["index.html"].content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_our_own_modules_ask_nobody_else() -> None:
    for path, file in shell.build().files.items():
        if path.startswith("app/"):
            assert not re.search(rb"https?://", file.content), path


def test_every_text_has_its_chinese_in_the_catalogue() -> None:
    texts = json.loads(shell.build().files["texts/zh-hans.json"].content)
    assert set(texts) == set(catalogue.asked(shell.ROOT / "app"))
    same = [text for text in texts if texts[text] == text and text != "PIN"]
    assert same == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    texts = json.loads(shell.build().files["texts/zh-hans.json"].content)
    for english, chinese in texts.items():
        assert set(re.findall(r"\{(\w+)\}", chinese)) <= set(re.findall(r"\{(\w+)\}", english)), english


def test_the_phone_wears_the_desks_colours() -> None:
    """The same state looks the same at two distances; contrasts are held by tests/house/test_look.py."""
    desk = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS.read_text().split("data-theme")[0]))
    phone = shell.build().files["look/tokens.css"].content.decode().split("data-theme")[0]
    mine = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", phone))
    assert mine == desk
    night = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS.read_text().split("data-theme")[1]))
    dark = shell.build().files["look/tokens.css"].content.decode().split("data-theme")[1]
    assert dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) == night
