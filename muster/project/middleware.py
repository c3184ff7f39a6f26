"""Every request runs in one transaction with exactly its user's scope; errors roll it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from muster.core import accounts, clock
from muster.core.access import enter
from muster.domain.incidents import queries as incidents

Answer = Callable[[HttpRequest], HttpResponse]
OPEN = {"account_login", "account_logout", "mfa_authenticate", "sync", "enrol", "set_language", "jsi18n"}


class ScopeMiddleware:
    """Opens the transaction, finds the actor and the incident of the address, sets the scope.

    Not ATOMIC_REQUESTS and not process_view: pages rendered late would come out silently empty.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        match = resolve(request.path_info) if not request.path_info.startswith("/accounts/") else None
        if match is not None and match.url_name == "sync":
            return self.get_response(request)
        with transaction.atomic():
            self._enter(request, (match.kwargs.get("incident") if match else None))
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    @staticmethod
    def _enter(request: Any, code: str | None) -> None:
        actor = accounts.actor(request.user.pk)
        enter(actor, None)
        request.now = clock.now()
        request.incident = incidents.by_code(code) if code else None
        if request.incident is not None:
            enter(actor, request.incident.id)
        request.actor = actor


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: incident, clock, training ribbon."""
    return {
        "incident": getattr(request, "incident", None),
        "now": getattr(request, "now", None),
        "training": settings.TRAINING,
    }


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are made by a commander, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False
