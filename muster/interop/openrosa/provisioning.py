"""Setting a telephone up with one picture: the settings of ODK Collect in a QR code."""

from __future__ import annotations

import base64
import io
import zlib
from typing import Any

import msgspec
import segno

from muster.core.accounts import Revoked
from muster.core.models import Device
from muster.interop.openrosa.auth import password_of


def settings_for(server_url: str, name: str, *, username: str = "", password: str = "") -> dict[str, Any]:
    """The settings: where the server is, forms kept as the server has them, records sent by themselves."""
    general: dict[str, Any] = {
        "server_url": server_url,
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "periodic_form_updates_check": "every_fifteen_minutes",
    }
    if username:
        general |= {"username": username, "password": password}
    return {
        "general": general,
        "admin": {"change_server": False, "change_form_metadata": False},
        "project": {"name": name, "icon": "M", "color": "#1f5f8b"},
    }


def packed(settings: dict[str, Any]) -> str:
    """What the picture says: the settings as JSON, compressed, in base 64."""
    return base64.b64encode(zlib.compress(msgspec.json.encode(settings), 9)).decode()


def picture(settings: dict[str, Any]) -> str:
    """The QR code as an address of an image that needs no other file."""
    out = io.BytesIO()
    segno.make(packed(settings), error="l", micro=False).save(out, kind="svg", scale=4, border=4)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def credentials(token_hash: bytes) -> tuple[str, str]:
    """User name and password for HTTP Digest of the telephone with this token."""
    device = Device.objects.filter(token_hash=token_hash, revoked_at=None).first()
    if device is None:
        raise Revoked
    return str(device.id), password_of(device.id, bytes(device.token_hash))
