"""The product's settings, with the reference's address added."""

from muster.project.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
