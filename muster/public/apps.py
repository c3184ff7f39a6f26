"""The public application."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Pages, templates and static files for residents."""

    name = "muster.public"
    label = "public"
