"""The field application."""

from django.apps import AppConfig


class FieldAppConfig(AppConfig):
    """Synchronisation with telephones."""

    name = "muster.fieldapp"
    label = "fieldapp"
