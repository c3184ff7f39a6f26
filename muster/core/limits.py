"""How often something was done lately, in the cache: who did it stands there as a keyed hash only."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.crypto import salted_hmac


def _key(name: str, who: str) -> str:
    return "often." + salted_hmac(name, who).hexdigest()


def times(name: str, who: str) -> int:
    """How often it was counted, as long as the last time is not forgotten."""
    found: int = cache.get(_key(name, who), 0)
    return found


def count(name: str, who: str, *, minutes: int) -> None:
    """Once more; forgotten so many minutes after the last time."""
    cache.set(_key(name, who), times(name, who) + 1, minutes * 60)
