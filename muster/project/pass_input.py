"""What `muster pass` is told, read with care: instants, claims, tokens, lists."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import msgspec

from muster.core.ids import new_id, short_code
from muster.domain.passes import keyfiles, lists, token
from muster.domain.passes.cose import Disbelieved
from muster.domain.passes.rules import ListKind
from muster.project import installation

HERE = ZoneInfo("Asia/Shanghai")
LARGEST_LIST = 12_000_000
Keys = dict[bytes, bytes]


def failed(zh: str, en: str, code: int = 2) -> click.exceptions.Exit:
    """One clear line in both languages on the error stream, and the code to exit with."""
    click.echo(f"muster pass: {zh} / {en}", err=True)
    return click.exceptions.Exit(code)


def instant(text: str) -> int:
    """An instant in whole seconds: ISO 8601 (without an offset: the clock of Shanghai) or seconds of the epoch."""
    try:
        if text.isascii() and text.isdecimal():
            return int(text)
        at = datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=HERE)).timestamp())
    except (ValueError, OverflowError) as error:
        raise failed(
            f"时间无法识别：{text[:40]}", f"no instant: {text[:40]} (as 2022-02-18T20:00+08:00)"
        ) from error


def shown(seconds: int) -> str:
    """An instant as people here read it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(HERE).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def claims(file: Path | None, given: dict[str, Any], hours: float, now: int) -> token.Claims:
    """The claims of a JSON file with the options laid over them; what is missing gets the usual."""
    found: Any = {}
    if file is not None:
        try:
            found = json.loads(file.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise failed(f"{file} 不是 JSON", f"{file} is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise failed(f"{file} 应为 JSON 对象", f"{file} must hold a JSON object")
    found |= {name: value for name, value in given.items() if value is not None}
    for name in ("valid_from", "valid_to"):
        if isinstance(found.get(name), str):
            found[name] = instant(found[name])
    found.setdefault("id", str(new_id()))
    found.setdefault("valid_from", now)
    if isinstance(found["valid_from"], int):
        found.setdefault("valid_to", found["valid_from"] + int(hours * 3600))
    try:
        found.setdefault("code", short_code(UUID(str(found["id"])), 8))
        return msgspec.convert(found, token.Claims)
    except (msgspec.ValidationError, ValueError) as error:
        raise failed("内容不完整或类型有误", f"claims: {error}") from error


def text_of(said: str) -> str:
    """The token itself, or the content of the file so named; never more than a little beyond what a pass may be."""
    if said == "-":
        return sys.stdin.buffer.read(token.MOST_TEXT * 4).decode("utf-8", "replace")
    if said.startswith(token.MARK) or len(said) > 1000 or "\0" in said:
        return said
    try:
        with Path(said).open("rb") as file:
            return file.read(token.MOST_TEXT * 4).decode("utf-8", "replace")
    except OSError:  # no file of that name, or no name a file can have: what was given is what was shown
        return said


def keys(files: tuple[Path, ...]) -> Keys:
    """The keys to believe: those of the files, else those of the incidents of this installation."""
    found: Keys = {}
    chosen = list(files)
    if not chosen:
        folder = Path(os.environ.get("MUSTER_KEY_DIR") or installation.root() / "keys")
        chosen = sorted(folder.glob("*.passes.ed25519"))
    try:
        for path in chosen:
            found |= keyfiles.public_keys(path)
    except keyfiles.BadKey as error:
        raise failed(f"{error}（无可用公钥）", str(error)) from error
    if not found:
        raise failed("没有公钥：请用 --keys 指定", "no keys to verify with: give --keys FILE")
    return found


def revoked(path: Path, known: Keys) -> lists.PassList:
    """A list of revoked passes: a signed one, or plain text with one pass id (UUID) a line."""
    if path.stat().st_size > LARGEST_LIST:
        raise failed(f"{path} 过大", f"{path} is too large for a list")
    data = path.read_bytes()
    if data[:1] == b"\xd2":
        try:
            held = lists.read(data, known)
        except Disbelieved as error:
            raise failed(f"{path}：名单不可信", f"{path}: the list is not believed ({error})") from error
        if held.kind != ListKind.REVOKED:
            raise failed(f"{path} 不是作废名单", f"{path} is no list of revoked passes")
        return held
    made_at = int(path.stat().st_mtime)
    return lists.PassList("", ListKind.REVOKED, made_at, lists.marks(ids(path, data)))


def ids(path: Path, data: bytes) -> list[UUID]:
    """Pass ids of a plain text, one a line; empty lines and lines with # are left out."""
    found = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(UUID(line.strip()))
        except ValueError as error:
            raise failed(
                f"{path} 第 {number} 行不是通行证编号", f"{path}, line {number}: no pass id (UUID)"
            ) from error
    return found
