"""The cases domain."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases and contacts."""

    name = "muster.domain.cases"
    label = "cases"
