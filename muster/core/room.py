"""Room on the disk: when to say that it ends, and when to stop."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
from django.conf import settings

WARNS_AT = 0.80
STOPS_BELOW = 500_000_000


class Room(msgspec.Struct, frozen=True):
    """Bytes that are left, whether that is little, and whether it is too little to go on."""

    free: int
    is_low: bool
    is_grave: bool


def left() -> Room:
    """Room where the installation keeps its files."""
    usage = shutil.disk_usage(settings.VAR if Path(settings.VAR).exists() else Path.cwd())
    is_grave = usage.free < STOPS_BELOW
    return Room(usage.free, is_grave or 1 - usage.free / usage.total >= WARNS_AT, is_grave)
