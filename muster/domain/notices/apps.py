"""The notices domain."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices and broadcasts."""

    name = "muster.domain.notices"
    label = "notices"
