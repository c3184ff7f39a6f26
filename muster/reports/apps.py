"""The reports package."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Figures and editions."""

    name = "muster.reports"
    label = "reports"
