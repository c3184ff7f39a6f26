"""`muster pass`: make keys, issue and verify passes, sign lists. No database, no server, no network."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

KINDS = ("resident", "staff", "visitor", "delivery", "medical")
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)


@click.group(name="pass")
def passes() -> None:
    """Signed passes: verified anywhere with a public key, without a server. Format: docs/pass-format.md.

    Example: muster pass keygen --out gate.pem
    """


@passes.command()
@click.option("--out", type=NEW, required=True, help="File for the private key; the public one is FILE.pub.")
def keygen(out: Path) -> None:
    """Make an Ed25519 key pair as PEM; an existing file is never overwritten.

    Example: muster pass keygen --out gate.pem
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from muster.domain.passes import cose, keyfiles
    from muster.project.pass_input import failed

    key = Ed25519PrivateKey.generate()
    public = out.with_name(f"{out.name}.pub")
    try:
        keyfiles.write_private(out, key)
        with public.open("xb") as file:
            file.write(keyfiles.public_pem(key))
    except OSError as error:
        raise failed(f"写不了文件：{error}", f"cannot write: {error}") from error
    kid = cose.fingerprint(key.public_key().public_bytes_raw()).hex()
    click.echo(f"{out}\t私钥，勿外传 / private, keep it\n{public}\t公钥 / public\nkid {kid}")


@passes.command()
@click.option("--key", "key_file", type=EXISTING, required=True, help="Private key (PEM).")
@click.option("--claims", "claims_file", type=EXISTING, help="JSON object with the fields named as below.")
@click.option("--id", help="UUID of the pass; without it, a new one.")
@click.option("--issuer", help="Who issues it: incident or office.")
@click.option("--kind", type=click.Choice(KINDS))
@click.option("--code", help="Number people can say; without it, made from the id.")
@click.option("--zone", help="Where it holds.")
@click.option("--holder", help="Masked name, as 王*.")
@click.option("--tail", help="Last characters of a document, at most four.")
@click.option("--from", "valid_from", metavar="TIME", help="Valid from; without it, now.")
@click.option("--to", "valid_to", metavar="TIME", help="Valid to (exclusive); without it, --hours later.")
@click.option("--hours", type=click.FloatRange(0, 100_000, min_open=True), default=24, show_default=True)
@click.option("--out", type=NEW, help="File for the text; without it, the terminal.")
@click.option("--qr", type=NEW, help="File for the QR code: .svg or .png.")
@click.option("--json", "as_json", is_flag=True, help="Text and claims as JSON.")
def issue(
    key_file: Path, claims_file: Path | None, hours: float, out: Path | None, qr: Path | None, as_json: bool,
    **given: Any,
) -> None:  # fmt: skip
    """Sign a pass. TIME is ISO 8601 (without an offset: Shanghai) or seconds of the epoch.

    Example: muster pass issue --key gate.pem --issuer lg-0217 --kind visitor --hours 4 --qr pass.svg

    Claims as JSON: {"issuer": "lg-0217", "kind": "visitor", "zone": "中兴路", "holder": "王*", "tail": "42X",
    "valid_from": "2022-02-18T20:00+08:00", "valid_to": 1645228800, "id": "…", "code": "…"}
    """
    from muster.domain.passes import keyfiles, token
    from muster.project import pass_input as told

    claims = told.claims(claims_file, given, hours, int(time.time()))
    try:
        text = token.issue(claims, keyfiles.private_key(key_file))
    except keyfiles.BadKey as error:
        raise told.failed(f"{error}（私钥无法使用）", str(error)) from error
    except ValueError as error:
        raise told.failed(f"内容有误：{error}", f"claims: {error}") from error
    if qr is not None:
        _draw(text, qr)
    said = json.dumps({"token": text, "claims": _claims(claims)}, ensure_ascii=False) if as_json else text
    if out is not None:
        out.write_text(said + "\n", encoding="utf-8")
    else:
        click.echo(said)


def _draw(text: str, path: Path) -> None:
    import segno

    from muster.project.pass_input import failed

    if path.suffix not in (".svg", ".png"):
        raise failed("--qr 只支持 .svg 或 .png", "--qr must end in .svg or .png")
    segno.make_qr(text, error="m", boost_error=False).save(str(path), scale=8, border=4)


@passes.command()
@click.argument("pass_text", metavar="TOKEN|FILE|-")
@click.option("--keys", "key_files", type=EXISTING, multiple=True, help="Public keys: PEM, JWK or JWK set.")
@click.option("--at", metavar="TIME", help="As of when; without it, now.")
@click.option("--revoked", type=EXISTING, help="Signed list (`muster pass list`), or one pass id a line.")
@click.option("--max-age", type=click.FloatRange(0), help="Hours after which a list is old: amber, exit 0.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for a machine.")
def verify(
    pass_text: str, key_files: tuple[Path, ...], at: str | None, revoked: Path | None, max_age: float | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Say whether a pass holds: exit 0 pass (or amber), 1 refused with a code, 2 wrong usage.

    Example: muster pass verify "$(cat pass.txt)" --keys gate.pem.pub --at 2022-02-18T21:00+08:00 --json

    Without --keys the keys of this installation's incidents are believed. JSON: {"verdict": "pass" | "amber" |
    "stop", "code", "zh", "en", "where", "claims", "kid", "list_age_hours"}.
    """
    from muster.domain.passes import token
    from muster.domain.passes.cose import Fault
    from muster.project import pass_input as told

    known = told.keys(key_files)
    held = told.revoked(revoked, known) if revoked else None
    now = told.instant(at) if at else int(time.time())
    found = token.verify(told.text_of(pass_text), known, now)
    fault = found.fault
    if held is not None and found.claims is not None and found.claims.id in held:
        fault = Fault.REVOKED
    age = round((now - held.made_at) / 3600, 1) if held else None
    amber = fault is None and max_age is not None and (age is None or age > max_age)
    _answer(found, fault, amber, age, as_json)
    if fault is not None:
        raise click.exceptions.Exit(1)


def _answer(found: Any, fault: Any, amber: bool, age: float | None, as_json: bool) -> None:
    from muster.domain.passes.words import AMBER, GOOD, WORDS

    words = WORDS[fault] if fault else AMBER if amber else GOOD
    verdict = "stop" if fault else "amber" if amber else "pass"
    code = f"passes.{fault}" if fault else f"passes.{'list_old' if amber else 'good'}"
    claims = _claims(found.claims) if found.claims else None
    if as_json:
        said = {
            "verdict": verdict, "code": code, **words, "where": found.where, "claims": claims, "kid": found.kid,
            "list_age_hours": age,
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"{code}\n{words['zh']}\n{words['en']}", err=bool(fault))
    for name, value in (claims or {}).items():
        click.echo(f"  {name}: {value}", err=bool(fault))


def _claims(claims: Any) -> dict[str, Any]:
    import msgspec

    from muster.project.pass_input import shown

    found: dict[str, Any] = {
        name: value for name, value in msgspec.to_builtins(claims).items() if value != ""
    }
    return found | {name: shown(found[name]) for name in ("valid_from", "valid_to")}


@passes.command(name="list")
@click.argument("ids_file", type=EXISTING, metavar="FILE")
@click.option("--key", "key_file", type=EXISTING, required=True, help="Private key (PEM).")
@click.option("--issuer", required=True, help="Who issues it: incident or office.")
@click.option("--made-at", metavar="TIME", help="As of when; without it, now.")
@click.option("--out", type=NEW, required=True, help="File for the signed list.")
def sign_list(ids_file: Path, key_file: Path, issuer: str, made_at: str | None, out: Path) -> None:
    """Sign a list of revoked passes from a text with one pass id a line.

    Example: muster pass list revoked.txt --key gate.pem --issuer lg-0217 --out revoked.list
    """
    from muster.domain.passes import keyfiles, lists
    from muster.domain.passes.rules import ListKind
    from muster.project import pass_input as told

    found = told.ids(ids_file, ids_file.read_bytes())
    made = told.instant(made_at) if made_at else int(time.time())
    held = lists.PassList(issuer, ListKind.REVOKED, made, lists.marks(found))
    try:
        out.write_bytes(lists.sign(held, keyfiles.private_key(key_file)))
    except keyfiles.BadKey as error:
        raise told.failed(f"{error}（私钥无法使用）", str(error)) from error
    click.echo(f"{out}\t{len(held.marks) // lists.MARK}")
