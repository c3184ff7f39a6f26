"""Channels by which people are told."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How people are told."""

    CHAT = "chat"
    LOUDSPEAKER = "loudspeaker"
    SMS = "sms"
    POSTER = "poster"
    DOOR = "door"
