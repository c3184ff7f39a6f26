"""The identity vault: AES-256-GCM under one key per incident, kept outside the database.

A key-encryption key is a file in the key directory (with an escrow copy); it wraps a data key stored in
`core_datakey`; subkeys per class of data come from that by HKDF. Destroying the files makes every backup
unreadable. Class `standing` is for records that outlive an incident (service records, standing register).
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from muster.core.blind import BlindIndex
from muster.core.errors import Refusal
from muster.core.models import DataKey

STANDING = "standing"


class KeyMissing(Refusal):
    """The key of this incident is not on this machine, or was destroyed."""

    code = "vault.key_missing"
    status = 503
    texts = {
        "zh": "本机没有“{keyring}”的密钥，个人信息无法读取。请从保管人处恢复密钥；若事件已销毁，数据不可恢复。",
        "en": "The key “{keyring}” is not on this machine; personal data cannot be read. Restore it from its "
        "keeper; if the incident was erased, the data is gone for good.",
    }


class Unreadable(Refusal):
    """A sealed field does not open: wrong key, or it was tampered with."""

    code = "vault.unreadable"
    status = 500
    texts = {
        "zh": "加密内容校验失败，可能被改动。请保留现场并联系系统管理员。",
        "en": "A sealed field fails its check and may have been tampered with. Keep things as they are and call "
        "the administrator.",
    }


def _name(incident: UUID | None) -> str:
    return str(incident) if incident else STANDING


def _paths(name: str) -> tuple[Path, Path]:
    return Path(settings.KEY_DIR) / f"{name}.key", Path(settings.KEY_DIR) / "escrow" / f"{name}.key"


def create_keys(incident: UUID | None) -> None:
    """Make the key files and the wrapped data key of an incident (None: the standing class). Idempotent."""
    name = _name(incident)
    if not DataKey.objects.filter(keyring=name).exists():
        for path in _paths(name):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o700)
        secret = _read(name) or os.urandom(32)
        for path in _paths(name):
            if not path.exists():
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(secret)
                    file.flush()
                    os.fsync(file.fileno())
        nonce = os.urandom(12)
        wrapped = nonce + AESGCM(secret).encrypt(nonce, os.urandom(32), name.encode())
        DataKey.objects.bulk_create([DataKey(keyring=name, wrapped=wrapped)], ignore_conflicts=True)


def _read(name: str) -> bytes | None:
    for path in _paths(name):
        if path.exists():
            return path.read_bytes()
    return None


def fingerprint(incident: UUID) -> str:
    """What tells this incident's key from others without showing it; empty when it is not on this machine."""
    secret = _read(_name(incident))
    return hashlib.sha256(b"muster/key/" + secret).hexdigest()[:32] if secret else ""


def key_bytes(incident: UUID) -> bytes | None:
    """The key itself, for the search for copies when it is destroyed; None when it is not on this machine."""
    return _read(_name(incident))


def is_destroyed(incident: UUID) -> bool:
    """Whether this incident was erased: its wrapped data key, made with it, is no more."""
    return not DataKey.objects.filter(keyring=_name(incident)).exists()


def destroy(incident: UUID) -> list[str]:
    """Overwrite and remove the key, its escrow copy and the wrapped data key. Idempotent; names the files removed."""
    gone = []
    for path in _paths(_name(incident)):
        if path.exists():
            with open(path, "r+b") as file:
                file.write(os.urandom(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            gone.append(str(path.relative_to(settings.KEY_DIR)))
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    DataKey.objects.filter(keyring=_name(incident)).delete()
    _unwrap.cache_clear()
    return gone


class Vault(BlindIndex):
    """Seals and opens the fields of one keyring, and makes its blind indexes."""

    def __init__(self, name: str, data_key: bytes) -> None:
        self.name = name
        self._data_key = data_key
        self._ciphers: dict[str, AESGCM] = {}
        super().__init__(self._derive("index"))

    def _derive(self, kind: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"muster/{self.name}/{kind}".encode()).derive(
            self._data_key
        )

    def _cipher(self, kind: str) -> AESGCM:
        if kind not in self._ciphers:
            self._ciphers[kind] = AESGCM(self._derive(kind))
        return self._ciphers[kind]

    def seal(self, text: str, *, kind: str, table: str, row: UUID | str, field: str) -> bytes:
        """Encrypt `text`; it opens only for the same table, row and field. Kinds: identity, phone, address, note."""
        words = text.encode("utf-8", "surrogatepass")
        return self.seal_bytes(words, kind=kind, table=table, row=row, field=field)

    def seal_bytes(self, words: bytes, *, kind: str, table: str, row: UUID | str, field: str) -> bytes:
        """`seal` for what is no text."""
        nonce = os.urandom(12)
        bound = f"{table}/{row}/{field}/{self.name}".encode()
        return nonce + self._cipher(kind).encrypt(nonce, words, bound)

    def open(self, sealed: bytes | memoryview, *, kind: str, table: str, row: UUID, field: str) -> str:
        """Decrypt what `seal` made; raises Unreadable otherwise."""
        words = self.open_bytes(sealed, kind=kind, table=table, row=row, field=field)
        return words.decode("utf-8", "surrogatepass")

    def open_bytes(
        self, sealed: bytes | memoryview, *, kind: str, table: str, row: UUID, field: str
    ) -> bytes:
        """Decrypt what `seal_bytes` made."""
        raw = bytes(sealed)
        bound = f"{table}/{row}/{field}/{self.name}".encode()
        try:
            return self._cipher(kind).decrypt(raw[:12], raw[12:], bound)
        except InvalidTag as error:
            raise Unreadable from error

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose (a seal, a signature), gone when this keyring's key is destroyed."""
        return self._derive(f"secret/{purpose}")


@lru_cache(maxsize=64)
def _unwrap(name: str, secret: bytes, wrapped: bytes) -> Vault:
    try:
        return Vault(name, AESGCM(secret).decrypt(wrapped[:12], wrapped[12:], name.encode()))
    except InvalidTag as error:
        raise KeyMissing(keyring=name) from error


def vault(incident: UUID | None) -> Vault:
    """The open vault of an incident (None: the standing class). Refuses when its key is not here."""
    name = _name(incident)
    secret = _read(name)
    row = DataKey.objects.filter(keyring=name).values_list("wrapped", flat=True).first()
    if secret is None or row is None:
        raise KeyMissing(keyring=name)
    return _unwrap(name, secret, bytes(row))
