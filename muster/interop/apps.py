"""Django application of the exchange with other systems."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """Imports of files."""

    name = "muster.interop"
    label = "interop"
