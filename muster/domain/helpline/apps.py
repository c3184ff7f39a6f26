"""The helpline domain."""

from django.apps import AppConfig


class HelplineConfig(AppConfig):
    """Lines, calls, requests and support."""

    name = "muster.domain.helpline"
    label = "helpline"
