"""The supplies domain."""

from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    """Stores, movements, needs, offers and donations."""

    name = "muster.domain.supplies"
    label = "supplies"
