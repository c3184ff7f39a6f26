"""The places domain."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Areas, buildings, dwellings and points."""

    name = "muster.domain.places"
    label = "places"
