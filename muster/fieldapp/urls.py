"""Addresses of telephones and of the training clock."""

from django.conf import settings
from django.urls import path

from muster.fieldapp import views

urlpatterns = [
    path("sync", views.sync, name="sync"),
    path("sync/enrol", views.enrol, name="enrol"),
    path("healthz", views.healthz, name="healthz"),
]
if settings.TRAINING:
    urlpatterns.append(path("training/clock", views.training_clock, name="training_clock"))
