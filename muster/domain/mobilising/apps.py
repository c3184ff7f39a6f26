"""The mobilising domain."""

from django.apps import AppConfig


class MobilisingConfig(AppConfig):
    """Call-outs, batches, posts and shifts."""

    name = "muster.domain.mobilising"
    label = "mobilising"
