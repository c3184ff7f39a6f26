"""The worklists domain."""

from django.apps import AppConfig


class WorklistsConfig(AppConfig):
    """Work items, lists, attempts and visits."""

    name = "muster.domain.worklists"
    label = "worklists"
