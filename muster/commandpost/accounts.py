"""Accounts: who may sign in here, with which roles, made by a commander; a password is shown once."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import labels
from muster.commandpost.asking import moment, tabs, whereabouts, wish
from muster.commandpost.devices import PAGES
from muster.commandpost.frame import DeskRequest, screen
from muster.core import accounts
from muster.core.errors import BadInput, NotAllowed, Refusal
from muster.core.models import Account, Grant
from muster.domain.places import queries as places

RIGHT = "access.grant"
NAME = re.compile(r"[\w.@-]{2,60}")
MOST, AT_ONCE = 300, 50  # accounts shown; made at once: hashing a password takes a quarter of a second


@screen
def listed(request: DeskRequest) -> HttpResponse:
    """Accounts with a role in reach."""
    return _shown(request)


def _shown(request: DeskRequest, status: int = 200, **more: Any) -> HttpResponse:
    if not request.actor.spans(RIGHT, request.incident.id):
        raise NotAllowed(right=RIGHT)
    asked = wish(request, "name")
    context = {
        "tabs": tabs(request, "phones", *PAGES),
        "rows": _rows(request, asked["name"]),
        "wish": asked,
        "roles": labels.ROLE,
        "areas": whereabouts(request, RIGHT),
        "given": request.POST,
        "most": AT_ONCE,
    }
    answer = render(request, "commandpost/devices/accounts.html", context | more, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(request: DeskRequest, name: str) -> list[dict[str, Any]]:
    """Each account with its roles in reach, in force or yet to begin."""
    reach = Q(pk__in=[])
    for low, high in request.actor.spans(RIGHT, request.incident.id):
        reach |= Q(area__gte=low, area__lt=high)
    here = Q(incident=None) | Q(incident=request.incident.id)
    grants = Grant.objects.filter(reach, here).exclude(until__lte=request.now)
    found = Account.objects.filter(pk__in=grants.values("account"), is_active=True, username__startswith=name)
    people = {one.id: one for one in found.order_by("username")[:MOST]}
    held = list(grants.filter(account__in=people).order_by("role", "area"))
    names = places.area_names({one.area for one in held})
    return [
        {
            "account": account,
            "grants": [
                {"grant": one, "role": labels.ROLE.get(one.role, one.role), "area": names[one.area]}
                for one in held
                if one.account == account.id
            ],
        }
        for account in people.values()
    ]


@require_POST
@screen
def make(request: DeskRequest) -> HttpResponse:
    """Accounts of these names get a role here; who has none yet gets an account with a password, shown once."""
    try:
        names, area, until = _asked(request)
        made = accounts.open_accounts(
            names=names, role=request.POST.get("role", ""), area=area, incident=request.incident.id,
            until=until, by=request.actor,
        )  # fmt: skip
    except Refusal as refusal:
        return _shown(request, refusal.status, what=refusal.say(get_language() or "zh"), code=refusal.code)
    return _shown(request, made=made, given={})


def _asked(request: DeskRequest) -> tuple[list[str], int, datetime | None]:
    names = list(dict.fromkeys(re.split(r"[\s,，、;；]+", request.POST.get("names", "").strip())))
    for name in names:
        if not NAME.fullmatch(name):
            raise BadInput(problem=name[:60] or _("a name for each account"))
    if len(names) > AT_ONCE:
        raise BadInput(problem=_("no more than %(n)d at once") % {"n": AT_ONCE})
    area, until = request.POST.get("area", ""), request.POST.get("until", "")
    if not (area.isascii() and area.isdecimal() and len(area) <= 15):
        raise BadInput(problem="area")
    return names, int(area), moment(until, "until") if until else None


@require_POST
@screen
def end(request: DeskRequest, grant: UUID) -> HttpResponse:
    """End a role at once."""
    accounts.take_back(grant=grant, by=request.actor, now=request.now)
    messages.success(
        request,
        _("The role has ended. Phones of this account send on; what they send is judged by its time."),
    )
    return redirect("accounts", incident=request.incident.code)


@require_POST
@screen
def renew(request: DeskRequest, account: UUID) -> HttpResponse:
    """A new password for who forgot theirs, shown once."""
    password = accounts.renew_password(
        account=account, by=request.actor, incident=request.incident.id, now=request.now
    )
    name = Account.objects.values_list("username", flat=True).get(pk=account)
    return _shown(request, made={name: password}, given={})


urlpatterns = [
    path("phones/accounts/", listed, name="accounts"),
    path("phones/accounts/make/", make, name="accounts-make"),
    path("phones/accounts/<uuid:account>/renew/", renew, name="accounts-renew"),
    path("phones/accounts/grants/<uuid:grant>/end/", end, name="accounts-end"),
]
