"""The key that signs the passes of an incident: a file beside the vault's keys, never in the database."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from muster.core.ids import new_id
from muster.domain.passes import cose


def signing_key(incident: UUID) -> Ed25519PrivateKey:
    """The key that signs the passes of an incident; made at first use, readable by the server alone."""
    path = Path(settings.KEY_DIR) / f"{incident}.passes.ed25519"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{new_id()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # whole or not at all, and only once
        except FileExistsError:
            pass  # another process made it meanwhile: its key is the key
        finally:
            draft.unlink()
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_key(incident: UUID) -> bytes:
    """The key (32 bytes) with which a telephone verifies the passes of an incident."""
    return signing_key(incident).public_key().public_bytes_raw()


def known(incident: UUID) -> dict[bytes, bytes]:
    """The keys whose passes are believed in an incident, by their fingerprint."""
    key = public_key(incident)
    return {cose.fingerprint(key): key}
