"""The command post application."""

from django.apps import AppConfig


class CommandPostConfig(AppConfig):
    """Screens, templates and static files of the desk."""

    name = "muster.commandpost"
    label = "commandpost"
