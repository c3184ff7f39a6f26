"""Sealing as a telephone does it, known from the outside: docs/sync.md, "A sealed record"."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
INFO = b"muster seal 1"


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The reverse."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def mark(item: Mapping[str, object]) -> str:
    """The hash of a record, which the next one of its telephone names."""
    whole = ".".join(str(item[name]) for name in ("v", "id", "device", "seq", "prev", "kid", "epk", "box"))
    return encode(hashlib.sha256(whole.encode()).digest())


@dataclass
class Sealer:
    """One telephone's keys and the end of its chain of records."""

    device: str
    kid: str
    server: bytes
    sign: ec.EllipticCurvePrivateKey
    prev: str = ""
    _public: ec.EllipticCurvePublicKey = field(init=False)

    def __post_init__(self) -> None:
        self._public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, self.server)

    def seal(
        self, command: bytes, identity: str, seq: int, *, once: ec.EllipticCurvePrivateKey | None = None,
        nonce: bytes | None = None,
    ) -> dict[str, object]:  # fmt: skip
        """One record around a command's bytes; key and nonce are fresh unless a test gives them."""
        once = once or ec.generate_private_key(CURVE)
        nonce = nonce or os.urandom(12)
        epk = point(once)
        head = f"1.{identity}.{self.device}.{seq}.{self.prev}.{self.kid}.{encode(epk)}"
        key = HKDF(SHA256(), 32, salt=epk, info=INFO).derive(once.exchange(ec.ECDH(), self._public))
        box = encode(nonce + AESGCM(key).encrypt(nonce, command, head.encode()))
        whole = f"{head}.{box}".encode()
        r, s = decode_dss_signature(self.sign.sign(whole, ec.ECDSA(SHA256())))
        item: dict[str, object] = {
            "v": 1, "id": identity, "device": self.device, "seq": seq, "prev": self.prev, "kid": self.kid,
            "epk": encode(epk), "box": box, "sig": encode(r.to_bytes(32) + s.to_bytes(32)),
        }  # fmt: skip
        self.prev = mark(item)
        return item

    def envelope(self, plain: dict[str, object], made: int) -> dict[str, object]:
        """A batch with its commands sealed; numbers follow those made before."""
        commands: list[dict[str, object]] = list(plain["commands"])  # type: ignore[call-overload]
        sealed = []
        for number, command in enumerate(commands, made + 1):
            numbered = {**command, "seq": number}
            sealed.append(self.seal(msgspec.json.encode(numbered), str(command["id"]), number))
        return {**plain, "commands": [], "sealed": sealed}
