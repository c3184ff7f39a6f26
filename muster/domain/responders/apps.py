"""The responders domain."""

from django.apps import AppConfig


class RespondersConfig(AppConfig):
    """Organisations, responders, fitness and teams."""

    name = "muster.domain.responders"
    label = "responders"
