"""A browser without a screen, as the tests of this folder use it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client

from muster.core.models import Account


def signed_in(account: UUID | None, **defaults: Any) -> Client:
    """A browser of this account (None: nobody signed in) that shows faults as the server would."""
    client = Client(raise_request_exception=False, **defaults)
    if account is not None:
        client.force_login(Account.objects.get(pk=account))
    return client
