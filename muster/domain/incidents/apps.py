"""The incidents domain."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Incidents, zones and works."""

    name = "muster.domain.incidents"
    label = "incidents"
