"""The sampling domain."""

from django.apps import AppConfig


class SamplingConfig(AppConfig):
    """Rounds, pooled tubes, samples, results and coverage."""

    name = "muster.domain.sampling"
    label = "sampling"
