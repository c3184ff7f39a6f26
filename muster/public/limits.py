"""How often one address may guess."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from muster.core import limits
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


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))


def require_room(request: HttpRequest, name: str, *, most: int, minutes: int) -> None:
    """Refuse when this address was wrong too often lately."""
    if limits.times(name, _address(request)) >= most:
        raise TooOften(minutes=minutes)


def count_wrong(request: HttpRequest, name: str, *, minutes: int) -> None:
    """One more wrong try from this address."""
    limits.count(name, _address(request), minutes=minutes)
