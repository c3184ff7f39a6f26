"""How often one address may guess."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from muster.core.errors import Refusal


class TooOften(Refusal):
    """Too many wrong tries from one address."""

    code = "public.too_often"
    status = 429
    texts = {
        "zh": "输入错误次数过多，请 {minutes} 分钟后再试。您也可以挂断电话，拨打社区公布的电话核实。",
        "en": "Too many wrong tries. Try again in {minutes} minutes, or hang up and call the number your community "
        "has published.",
    }


def _key(request: HttpRequest, name: str) -> str:
    """The address itself is not kept: its keyed hash is."""
    return "public." + salted_hmac(name, get_adapter().get_client_ip(request)).hexdigest()


def require_room(request: HttpRequest, name: str, *, most: int, minutes: int) -> None:
    """Refuse when this address was wrong too often lately."""
    if cache.get(_key(request, name), 0) >= most:
        raise TooOften(minutes=minutes)


def count_wrong(request: HttpRequest, name: str, *, minutes: int) -> None:
    """One more wrong try from this address."""
    key = _key(request, name)
    cache.set(key, cache.get(key, 0) + 1, minutes * 60)
