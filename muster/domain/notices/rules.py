"""Channels by which people are told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

# What the columns can hold: anything else in a command is answered as unreadable.
PLAIN = r"^[^\x00]*\Z"  # the database keeps no NUL in a text
Number = Annotated[str, msgspec.Meta(max_length=60, pattern=PLAIN)]
Title = Annotated[str, msgspec.Meta(max_length=200, pattern=PLAIN)]
Text = Annotated[str, msgspec.Meta(max_length=20_000, pattern=PLAIN)]


class Channel(StrEnum):
    """How people are told."""

    CHAT = "chat"
    LOUDSPEAKER = "loudspeaker"
    SMS = "sms"
    POSTER = "poster"
    DOOR = "door"
