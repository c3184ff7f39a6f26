"""The people domain."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Residents and their identities."""

    name = "muster.domain.people"
    label = "people"
