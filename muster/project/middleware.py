"""Every request runs in one transaction with exactly its user's scope; errors roll it back."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, cast
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from muster.commandpost.frame import refused
from muster.core import accounts, clock
from muster.core.access import Actor, scope
from muster.core.errors import Refusal
from muster.core.vault import is_destroyed
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.actions import Closed, Erased
from muster.domain.incidents.models import Incident

Answer = Callable[[HttpRequest], HttpResponse]
OPEN = {
    "sync",
    "join",
    "bundle",
    "field",
    "field-worker",
    "field-page",
    "field-file",
    "healthz",
    "set_language",
}
READ_BY_POST = {
    "people",
    "people-unmask",
    "line-list",
    "journal",
    "case-notes-read",
    "request-words",
    "call-words",
}
UNSCOPED = (
    settings.STATIC_URL,
    "/accounts/",
    "/p/",
    "/key/",
    "/openrosa/",
)  # public pages open the narrow scope they need themselves


class ScopeMiddleware:
    """Opens the transaction, finds the actor and the incident of the address, sets the scope.

    Not ATOMIC_REQUESTS and not process_view: pages rendered late would come out silently empty.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = _incident_code(request)
        if code is None:
            return self.get_response(request)
        with transaction.atomic():
            actor = accounts.actor(cast(UUID, request.user.pk))
            with scope(actor):
                found = incidents.by_code(code) if code else None
            with scope(actor, found.id if found else None):
                response = self._answer(request, actor, found)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    def _answer(self, request: Any, actor: Actor, incident: Incident | None) -> HttpResponse:
        request.actor, request.incident, request.now = actor, incident, clock.now()
        refusal = _ended(request, incident)
        response = refused(request, refusal) if refusal else self.get_response(request)
        if hasattr(response, "render") and not getattr(response, "is_rendered", True):
            response = response.render()
        return response


def _ended(request: HttpRequest, incident: Incident | None) -> Refusal | None:
    """Why a page of an incident that has ended is not given: closed ones are read, erased ones are no more."""
    if incident is None or incident.closed_at is None:
        return None
    if is_destroyed(incident.id):
        return Erased(incident=incident.code)
    is_read = request.method in ("GET", "HEAD") or resolve(request.path_info).url_name in READ_BY_POST
    return None if is_read else Closed()


def _incident_code(request: HttpRequest) -> str | None:
    """The incident code of the address, "" for pages without one, None for requests that need no scope."""
    if not request.user.is_authenticated or request.path_info.startswith(UNSCOPED):
        return None
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return None if match.url_name in OPEN else str(match.kwargs.get("incident", ""))


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: incident, clock, training ribbon."""
    return {
        "incident": getattr(request, "incident", None),
        "now": getattr(request, "now", None),
        "training": settings.TRAINING,
    }


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by a commander, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that tries are counted for; of IPv6 its network, for whoever has one address has all of it."""
        found = ip_address(super().get_client_ip(request))
        if isinstance(found, IPv4Address):
            return str(found)
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count for a name at an address: who guesses from elsewhere locks nobody out."""
        counted: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{counted}@{self.get_client_ip(request)}"
