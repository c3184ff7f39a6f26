"""Erasing an incident: last report, key, rows, a search for what should be gone, a signed certificate.

The key goes first, then the rows: killed in between, what is left cannot be opened, and running it again finishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import psycopg

from muster.project import erasure_scan, erasure_tables, installation

if TYPE_CHECKING:
    from muster.core.access import Actor
    from muster.domain.incidents.models import Incident

BEGUN, ENDED = "incidents.erase", "incidents.erased"
ELSEWHERE = (
    (
        "此前的备份仍含这些行，但其中加密的内容在密钥的所有副本销毁后无法打开；出生年份、性别、关联编号等未加密的列仍在，请一并销毁备份。",
        "Earlier backups still hold the rows. Their sealed words cannot be opened once every copy of the key is "
        "destroyed; what was not sealed (year of birth, sex, ids) still stands in them: destroy those backups too.",
    ),
    (
        "密钥的其他副本可能在：托管介质、整机备份、磁盘快照、keys/ 的拷贝。本命令只能销毁密钥目录里的。",
        "Other copies of the key may lie on the keeper's medium, in backups of the machine, in snapshots of disks, in "
        "copies of keys/. This command destroys only those in the key directory.",
    ),
    (
        "导出的表格、打印的名单、统计快照、手机里的离线资料不在本机。手机下次联网时被要求清除。",
        "Exported tables, printed lists, snapshots for analysis and what telephones hold are not on this machine. A "
        "telephone is told to forget when it calls again.",
    ),
    (
        "数据库日志（WAL）与空闲页会随服务器运行被覆盖；其中加密的内容已无法打开。",
        "The server's write-ahead log and freed pages are overwritten as it runs; what is sealed in them no "
        "longer opens.",
    ),
)


class Begun(msgspec.Struct, frozen=True):
    """What was written down before anything was destroyed."""

    approved_by: list[UUID]
    begun_at: datetime
    key: str
    counts: dict[str, int]
    edition: int


class Certificate(msgspec.Struct):
    """What happened, for who asks later. No personal data of residents."""

    incident: dict[str, Any]
    begun_at: datetime
    ended_at: datetime
    approved_by: list[dict[str, str]]
    key_fingerprint: str
    key_files_destroyed: list[str]
    removed: dict[str, int]
    stays: dict[str, list[str]]
    edition: int
    scan: erasure_scan.Scan
    elsewhere: list[list[str]]
    journal: dict[str, Any]
    form: str = "muster-erasure-1"


class Signed(msgspec.Struct):
    """A certificate and the signature over its JSON with sorted keys, by the key that signs the journal."""

    certificate: Certificate
    signature: str
    public_key: str


def begun(incident: UUID) -> Begun | None:
    """What an erasing wrote down that was broken off once the key was gone. Before that it just begins anew."""
    from muster.core.models import Entry

    if _opens(incident):
        return None
    entry = Entry.objects.filter(incident=incident, action=BEGUN).order_by("-id").first()
    return msgspec.convert(entry.detail, Begun) if entry else None


def _opens(incident: UUID) -> bool:
    """Whether the words of an incident can still be read here."""
    from muster.core import vault

    try:
        vault.vault(incident)
    except vault.KeyMissing:
        return False
    return True


def is_done(incident: UUID) -> bool:
    """Whether it went to its end."""
    from muster.core.models import Entry

    return Entry.objects.filter(incident=incident, action=ENDED).exists()


def counted(incident: UUID) -> dict[str, int]:
    """How many rows of each kind would go."""
    with psycopg.connect(installation.owner_dsn(), autocommit=True) as owner:
        return erasure_tables.count(owner, erasure_tables.plan(erasure_tables.ours()), incident)


def begin(incident: Incident, approvers: list[Actor], now: datetime) -> Begun:
    """Publish the last edition, figures only, and write down what is going to happen; once."""
    from muster.core import journal, vault
    from muster.core.access import scope
    from muster.core.ids import new_id
    from muster.core.told import Told
    from muster.reports import actions as reports
    from muster.reports.models import Edition

    first = approvers[0]
    counts = counted(incident.id)
    with scope(first, incident.id):
        last = reports.PublishSitrep(new_id(), incident.area, "销毁前末期 / before erasing")
        told = [Told(last.id, now, first.by, last)]
        done = reports.publish_sitreps(told=told, by=first, incident=incident.id, now=now)
        for refusal in done.refused.values():
            raise refusal
        start = Begun(
            approved_by=[one.account for one in approvers], begun_at=now, key=vault.fingerprint(incident.id),
            counts=counts, edition=Edition.objects.values_list("number", flat=True).get(pk=last.id),
        )  # fmt: skip
        journal.write(
            action=BEGUN, by=first, incident=incident.id, area=incident.area, subjects=[incident.id],
            detail=msgspec.to_builtins(start),
        )  # fmt: skip
    return start


def erase(incident: Incident, start: Begun, by: Actor, *, say: Callable[[str], None]) -> tuple[Signed, Path]:
    """Destroy the key, then the rows, search, certify. May be called again until it has ended."""
    from django.core.cache import cache

    from muster.core import vault
    from muster.core.access import scope, system

    with scope(system(incident=incident.id), incident.id):
        is_open = _opens(incident.id)
        secret = vault.key_bytes(incident.id) if is_open else None
        words = erasure_scan.canaries(incident.id) if is_open else []
    say("密钥 / key")
    with scope(system(incident=incident.id), incident.id):
        files = vault.destroy(incident.id)
    cache.clear()
    with psycopg.connect(installation.owner_dsn(), autocommit=True) as owner:
        say("数据行 / rows")
        found = erasure_tables.plan(erasure_tables.ours())
        erasure_tables.remove(owner, found, incident.id)
        left = erasure_tables.count(owner, found, incident.id)
        if left:
            raise installation.InstallationError(
                f"仍有记录，请重新执行 / rows are left, run it again: {left}"
            )
        erasure_tables.sweep(owner, found)
        say("检查 / search")
        scan = erasure_scan.look(owner, _places(), words, secret)
    return _certify(incident, start, by, files=files, scan=scan)


def _places() -> list[Path]:
    """The installation, its keys, and the embedded server where it lies elsewhere."""
    from django.conf import settings

    places = [installation.root(), Path(settings.KEY_DIR)]
    return [*places, installation.server().home] if installation.is_embedded() else places


def _certify(
    incident: Incident, start: Begun, by: Actor, *, files: list[str], scan: erasure_scan.Scan
) -> tuple[Signed, Path]:
    from muster.core import clock, journal
    from muster.core.access import scope, system
    from muster.core.models import Account

    with scope(system()):
        segment = journal.seal()
        names = dict(Account.objects.filter(pk__in=start.approved_by).values_list("id", "username"))
        ended_at = clock.now()
    certificate = Certificate(
        incident={
            "id": str(incident.id), "code": incident.code, "area": incident.area, "title_zh": incident.title_zh,
            "title_en": incident.title_en, "opened_at": incident.opened_at, "closed_at": incident.closed_at,
        },
        begun_at=start.begun_at, ended_at=ended_at,
        approved_by=[{"account": str(one), "username": names.get(one, "")} for one in start.approved_by],
        key_fingerprint=start.key, key_files_destroyed=files, removed=start.counts,
        stays={f"{zh} / {en}": labels.split() for (zh, en), labels in erasure_tables.STAYS.items()},
        edition=start.edition, scan=scan, elsewhere=[list(pair) for pair in ELSEWHERE],
        journal={"segment": segment.serial, "head": bytes(segment.head).hex()},
    )  # fmt: skip
    words = _bytes(certificate)
    signature, public = journal.sign(words)
    signed = Signed(certificate, signature.hex(), public.hex())
    path = store(signed)
    with scope(by, incident.id):
        journal.write(
            action=ENDED, by=by, incident=incident.id, area=incident.area, subjects=[incident.id],
            detail={"certificate": hashlib.sha256(words).hexdigest(), "found": len(scan.found)},
        )  # fmt: skip
    return signed, path


def _bytes(certificate: Certificate) -> bytes:
    return msgspec.json.encode(certificate, order="sorted")


def path_of(code: str) -> Path:
    """Where the certificate of an incident lies."""
    return installation.root() / "certificates" / f"{code}.json"


def store(signed: Signed) -> Path:
    """Write the certificate as JSON and as text; the JSON last, under its name only when it is whole."""
    path = path_of(signed.certificate.incident["code"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".txt").write_text(text(signed), encoding="utf-8")
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(signed, order="sorted"), indent=1) + b"\n")
    part.replace(path)
    return path


def holds(path: Path) -> bool:
    """Whether a certificate is as it was signed by the key it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = msgspec.json.decode(path.read_bytes(), type=Signed)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.public_key))
    try:
        public.verify(bytes.fromhex(signed.signature), _bytes(signed.certificate))
    except InvalidSignature:
        return False
    return True


def text(signed: Signed) -> str:
    """The certificate for people, in both languages."""
    one = signed.certificate
    scan = one.scan
    lines = [
        "个人信息销毁证明 / Certificate of erasure",
        "",
        "事件 / incident: {code} {title_zh} / {title_en} ({id})".format_map(one.incident),
        f"时间 / when: {one.begun_at.isoformat()} – {one.ended_at.isoformat()}",
        f"批准人 / approved by: {', '.join(who['username'] for who in one.approved_by)}",
        f"密钥指纹 / fingerprint of the key: {one.key_fingerprint or '–'}",
        f"销毁的密钥文件 / key files destroyed now: {', '.join(one.key_files_destroyed) or '–'}",
        f"保留的数字 / figures kept: 第 {one.edition} 期 / edition {one.edition}",
        f"日志 / journal: {one.journal['segment']} {one.journal['head']}",
        "",
        "删除的行 / rows removed:",
        *(f"  {label}: {rows:,}" for label, rows in sorted(one.removed.items())),
        "保留 / what stays:",
        *(f"  {why}: {', '.join(labels)}" for why, labels in one.stays.items()),
        "",
        f"检查 / searched: {scan.words} 个词/words, 密钥/key {'✓' if scan.key else '–'}, {scan.tables} 张表/tables, "
        f"{scan.rows:,} 行/rows, {scan.files} 个文件/files, {scan.bytes:,} bytes, {scan.unread} 个未能读取/unread",
        *([] if scan.words else ["  没有可查的词（密钥先前已销毁，或没有登记过人） / no word to look for (the "
                                 "key was gone already, or nobody was registered)"]),
        *(f"  发现 / found: {place} ({times})" for place, times in sorted(scan.found.items())),
        *([] if scan.found else ["  未发现 / nothing found"]),
        "",
        "不在此列 / elsewhere:",
        *(f"  {zh}\n  {en}" for zh, en in one.elsewhere),
        "",
        f"签名 / signature (Ed25519): {signed.signature}",
        f"公钥 / public key: {signed.public_key}",
        "",
    ]  # fmt: skip
    return "\n".join(lines)
