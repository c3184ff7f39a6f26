"""The passes domain."""

from django.apps import AppConfig


class PassesConfig(AppConfig):
    """Signed passes, gates, scans and check-ins at places."""

    name = "muster.domain.passes"
    label = "passes"
