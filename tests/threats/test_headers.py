"""What every answer carries: a strict policy, no frames, no third parties, cookies that stay at home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope, system
from tests.cast import INCIDENT, account_for
from tests.threats import addresses
from tests.threats.browser import signed_in
from tests.threats.canary import World

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'", "manifest-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'",
}  # fmt: skip
# A telephone reads codes with a compiled reader, shows what its camera sees, and sends no form anywhere.
FIELD = POLICY | {
    "script-src": "'self' 'wasm-unsafe-eval'", "img-src": "'self' data: blob:", "media-src": "'self' blob:",
    "worker-src": "'self'", "form-action": "'none'",
}  # fmt: skip
OUTSIDE = re.compile(
    r"""(?:src|href|action|data-[\w-]+|url\()\s*=?\s*["'(]?\s*(?:https?:)?//""", re.IGNORECASE
)
INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))[^>]*>|<style\b|\son\w+\s*=|javascript:|\sstyle\s*=",
    re.IGNORECASE,
)


def policy_of(answer: object) -> dict[str, str]:
    text = answer["Content-Security-Policy"]  # type: ignore[index]
    return {
        name: value
        for name, _, value in (part.strip().partition(" ") for part in text.split(";") if part.strip())
    }


def test_every_page_is_strict(worlds: list[World], commander: Actor) -> None:
    with scope(system(), INCIDENT):
        client = signed_in(account_for(commander))
    seen, wrong = 0, []
    for pattern in addresses.patterns():
        for path in list(pattern.filled(worlds[0]))[:2]:
            answer = client.get(path)
            if not path.startswith("/accounts/logout") and answer.status_code == 200:
                seen += 1
            assert policy_of(answer) in ((POLICY, FIELD) if path.startswith("/f/") else (POLICY,)), path
            assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff"), path
            if answer["Content-Type"].startswith("text/html"):
                text = answer.content.decode()
                wrong += [
                    f"{path}: {found.group()}" for kind in (OUTSIDE, INLINE) for found in kind.finditer(text)
                ]
    assert wrong == []
    assert seen >= 8


def test_faults_are_strict_too(incident: UUID) -> None:
    for answer in (Client().get("/no/such/page/"), Client(enforce_csrf_checks=True).post("/accounts/login/")):
        assert policy_of(answer) == POLICY
        assert answer["X-Frame-Options"] == "DENY"


def test_the_patterns_of_this_test_find_what_they_seek() -> None:
    for bad in ('<img src="https://a.b/c">', "<a href='//x.y'>", '<script src="http://x">', "url(//x)"):
        assert OUTSIDE.search(bad), bad
    for bad in ("<script>x()</script>", '<p onclick="x">', '<p style="color:red">', "<style>"):
        assert INLINE.search(bad), bad
    assert not INLINE.search('<script src="/static/x.js" defer></script>')


ASK = """
import django; django.setup()
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
print(s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS > 3e7, s.SECURE_SSL_REDIRECT)
print(s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH)
"""


def test_cookies_stay_at_home_over_https(tmp_path: Path) -> None:
    environment = {**os.environ, "MUSTER_HTTPS": "1", "MUSTER_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "__Host-session", "__Host-csrf", "True", "True", "True", "Lax", "True", "True", "None", "/",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["sessionid"])
def test_the_session_cookie_is_kept_from_scripts(incident: UUID, commander: Actor, name: str) -> None:
    with scope(system(), INCIDENT):
        account_for(commander)
    client = Client()
    client.post("/accounts/login/", {"login": commander.username, "password": "night-shift-2022"})
    cookie = client.cookies[name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
