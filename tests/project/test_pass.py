"""`muster pass`: keys, passes and lists by the command line, without a server."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from muster.domain.passes import lists
from muster.domain.passes.rules import ListKind
from muster.project.commands_pass import passes
from tests.domain.passes import forge
from tests.project.places import HOUSE, muster

DAY = "2022-02-18T20:00+08:00"


def run(*args: object) -> Result:
    return CliRunner().invoke(passes, [str(one) for one in args])


def answer(*args: object) -> tuple[int, dict[str, Any]]:
    done = run("verify", "--json", *args)
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "gate.pem"
    assert run("keygen", "--out", path).exit_code == 0
    return path


def issue(key: Path, *more: object) -> str:
    done = run("issue", "--key", key, "--issuer", "lg-0217", "--kind", "visitor", "--from", DAY, *more)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def test_a_pass_is_issued_and_holds(key: Path) -> None:
    token = issue(key, "--hours", 4, "--zone", "中兴路", "--holder", "王*", "--tail", "42X")
    code, said = answer(token, "--keys", f"{key}.pub", "--at", "2022-02-18T23:59:59+08:00")
    assert (code, said["verdict"], said["code"]) == (0, "pass", "passes.good")
    assert said["claims"]["holder"] == "王*"
    assert said["claims"]["valid_to"] == "2022-02-19T00:00:00+08:00"
    code, said = answer(token, "--keys", f"{key}.pub", "--at", "2022-02-19T00:00")
    assert (code, said["verdict"], said["code"]) == (1, "stop", "passes.expired"), (
        "without an offset: Shanghai"
    )
    assert "过期" in said["zh"]
    assert "expired" in said["en"]


def test_a_key_file_is_private_and_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    again = run("keygen", "--out", key)
    assert again.exit_code == 2
    assert key.read_bytes() == before


def test_claims_come_from_a_file_and_options_lie_over_them(key: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.json"
    claims.write_text(
        json.dumps({"id": str(forge.PASS), "issuer": "lg-0217", "kind": "medical", "code": "7XK2M9QA",
                    "valid_from": forge.FROM, "valid_to": "2022-02-19T20:00:00+08:00"})
    )  # fmt: skip
    out, token = tmp_path / "pass.txt", tmp_path / "qr.png"
    assert (
        run(
            "issue", "--key", key, "--claims", claims, "--kind", "staff", "--out", out, "--qr", token
        ).exit_code
        == 0
    )
    assert token.read_bytes().startswith(b"\x89PNG")
    code, said = answer(out, "--keys", f"{key}.pub", "--at", forge.NOON)
    assert (code, said["claims"]["kind"], said["claims"]["id"]) == (0, "staff", str(forge.PASS))


@pytest.mark.parametrize(
    "claims",
    ["[]", "{", '{"kind": "king", "issuer": "x"}', '{"kind": "staff", "issuer": "x", "holder": 5}',
     '{"kind": "staff", "issuer": "x", "valid_from": "soon"}', '{"kind": "staff", "issuer": "x", "id": "7"}',
     '{"kind": "staff", "issuer": "x", "valid_from": 5, "valid_to": 5}', '{"kind": "staff"}',
     '{"kind": "staff", "issuer": "x", "rank": 1}', '{"kind": "staff", "issuer": "x", "valid_from": [1]}',
     "[" * 100_000],
)  # fmt: skip
def test_claims_that_make_no_sense_are_one_clear_line(key: Path, tmp_path: Path, claims: str) -> None:
    file = tmp_path / "claims.json"
    file.write_text(claims)
    done = run("issue", "--key", key, "--claims", file)
    assert done.exit_code == 2
    assert done.stderr.startswith("muster pass: ")
    assert isinstance(done.exception, SystemExit)


def test_every_case_of_the_book_by_the_command_line(tmp_path: Path) -> None:
    keys, shown = tmp_path / "keys.json", tmp_path / "pass.txt"
    jwk = [
        {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}
        for raw in forge.KEYS.values()
    ]
    keys.write_text(json.dumps({"keys": jwk}))
    for name, text, at, fault in forge.cases():
        shown.write_text(text, encoding="utf-8", newline="")
        for given in [str(shown), text] if len(text) < 5_000 and "\0" not in text and text else [str(shown)]:
            code, said = answer("--keys", keys, "--at", at, "--", given)
            assert (code, said["code"]) == (int(fault is not None), f"passes.{fault or 'good'}"), name


def test_what_is_refused_is_said_in_both_languages_and_never_a_traceback(key: Path) -> None:
    done = subprocess.run(
        muster("pass", "verify", "-", "--keys", f"{key}.pub"), cwd=HOUSE, input=b"\xff\xfe" * 100_000,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert "passes.too_long" in done.stderr.decode()
    assert "内容太长" in done.stderr.decode()


@pytest.mark.parametrize("text", ["x" * 300, "nowhere/pass.txt", "/", "", "..", "a\udcffb"])
def test_anything_may_stand_where_a_pass_should(key: Path, text: str) -> None:
    code, said = answer(text, "--keys", f"{key}.pub")
    assert (code, said["code"]) == (1, "passes.not_a_pass")


@pytest.mark.parametrize("wrong", ["", "rubbish", "{}", '{"keys": [{"kty": "RSA"}]}', '{"keys": 5}',
                                   "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])  # fmt: skip
def test_a_file_without_a_key_is_wrong_usage(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "key"
    file.write_text(wrong)
    assert run("verify", "MUS1:", "--keys", file).exit_code == 2
    assert run("issue", "--key", file, "--issuer", "x", "--kind", "staff").exit_code == 2


def test_a_revoked_pass_is_stopped_and_an_old_list_is_amber(key: Path, tmp_path: Path) -> None:
    token, gone = issue(key, "--id", forge.PASS), tmp_path / "gone.txt"
    public = f"{key}.pub"
    gone.write_text(f"# taken back\n{forge.PASS}\n\n{UUID(int=7)}\n")
    signed = tmp_path / "gone.list"
    made = ("--key", key, "--issuer", "lg-0217", "--made-at", DAY, "--out", signed)
    assert run("list", gone, *made).exit_code == 0
    for file in (gone, signed):
        code, said = answer(token, "--keys", public, "--at", DAY, "--revoked", file)
        assert (code, said["code"]) == (1, "passes.revoked")
    gone.write_text("")
    run("list", gone, *made)
    assert (
        answer(token, "--keys", public, "--at", DAY, "--revoked", signed, "--max-age", 12)[1]["verdict"]
        == "pass"
    )
    late = ("--keys", public, "--at", "2022-02-19T12:00+08:00", "--max-age", 12)
    code, said = answer(token, *late, "--revoked", signed)
    assert (code, said["verdict"], said["code"], said["list_age_hours"]) == (
        0,
        "amber",
        "passes.list_old",
        16.0,
    )
    assert answer(token, *late)[1]["verdict"] == "amber", "no list at all is an old list"


def test_a_list_of_a_stranger_or_of_another_kind_is_not_used(key: Path, tmp_path: Path) -> None:
    token, file = issue(key), tmp_path / "x.list"
    for data in (
        lists.sign(lists.PassList("x", ListKind.REVOKED, 1, b""), forge.STRANGER),
        lists.sign(lists.PassList("x", ListKind.WHITELIST, 1, b""), forge.KEY),
        b"\xd2rubbish", b"not-an-id\n",
    ):  # fmt: skip
        file.write_bytes(data)
        assert run("verify", token, "--keys", f"{key}.pub", "--revoked", file).exit_code == 2
