"""The core application."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Accounts, rights, receipts and the journal."""

    name = "muster.core"
    label = "core"
