"""Who knocks: a token in the path, or HTTP Digest with nonces that any worker can check.

A telephone's user name is its id, its password follows from the server's secret and the telephone's token: no
second secret is stored. Nonces are signed and carry their age, so they survive several workers and restarts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from urllib.parse import unquote
from urllib.request import parse_http_list, parse_keqv_list
from uuid import UUID

import msgspec
from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from muster.core import accounts
from muster.core.access import Actor
from muster.core.models import Device

REALM = "Muster"
NONCE_SECONDS = 600
_signer = signing.TimestampSigner(salt="muster.openrosa.nonce", sep=".")


class Challenge(Exception):
    """Nobody knows yet who this is; `stale` when only the nonce was too old."""

    def __init__(self, *, stale: bool = False) -> None:
        super().__init__("challenge")
        self.stale = stale

    @property
    def header(self) -> str:
        """The WWW-Authenticate header."""
        nonce = base64.urlsafe_b64encode(_signer.sign("n").encode()).decode()
        stale = ", stale=true" if self.stale else ""
        return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{stale}'


class Offer(msgspec.Struct, frozen=True):
    """The parts of a digest header that are needed."""

    username: str
    nonce: str
    uri: str
    response: str
    nc: str
    cnonce: str


def password_of(device: UUID, token_hash: bytes) -> str:
    """The digest password of a telephone; it ends with its token."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"muster.openrosa" + device.bytes + token_hash, "sha256")
    return base64.b32encode(key[:15]).decode().lower()


def find(request: HttpRequest, token: str) -> tuple[Actor, UUID]:
    """The actor and the incident behind a request; raises `Challenge` or `accounts.Revoked`."""
    if token:
        return accounts.actor_by_token(token)
    offer = _offer(request.headers.get("Authorization", ""))
    if unquote(offer.uri.partition("?")[0]) != request.path:
        raise Challenge
    try:
        device = Device.objects.filter(pk=UUID(offer.username), revoked_at=None).first()
    except ValueError:
        device = None
    secret = password_of(device.id, bytes(device.token_hash)) if device else "-"
    if not hmac.compare_digest(answer_of(offer, secret, request.method or ""), offer.response.lower()):
        raise Challenge
    _check_age(offer.nonce)
    found = accounts.find_actor(device.account) if device else None
    if device is None or found is None:
        raise Challenge
    return replace(found, device=device.id), device.home_incident


def _offer(header: str) -> Offer:
    if header[:7].lower() != "digest ":
        raise Challenge
    try:
        said = parse_keqv_list(parse_http_list(header[7:]))
        if said.get("realm") != REALM or said.get("qop", "auth") != "auth":
            raise Challenge
        return msgspec.convert(said, Offer)
    except (ValueError, msgspec.ValidationError) as error:
        raise Challenge from error


def answer_of(offer: Offer, secret: str, method: str) -> str:
    """What somebody who knows the password answers (RFC 7616, MD5, qop=auth)."""
    first = _md5(f"{offer.username}:{REALM}:{secret}")
    second = _md5(f"{method}:{offer.uri}")
    return _md5(f"{first}:{offer.nonce}:{offer.nc}:{offer.cnonce}:auth:{second}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the only one telephones speak


def _check_age(nonce: str) -> None:
    try:
        _signer.unsign(base64.urlsafe_b64decode(nonce.encode()).decode(), max_age=NONCE_SECONDS)
    except signing.SignatureExpired as error:
        raise Challenge(stale=True) from error
    except (signing.BadSignature, ValueError) as error:
        raise Challenge from error
