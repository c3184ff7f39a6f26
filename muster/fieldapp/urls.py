"""Addresses of telephones and of the training clock."""

from django.conf import settings
from django.urls import path

from muster.fieldapp import bundle, exported, pages, views

urlpatterns = [
    path("sync", views.sync, name="sync"),
    path("sync/enrol", views.enrol, name="enrol"),
    path("sync/join", views.join, name="join"),
    path("sync/bundle", bundle.bundle, name="bundle"),
    path("f/", pages.entrance, name="field"),
    path("f/worker.js", pages.service_worker, name="field-worker"),
    path("f/<slug:build>/", pages.file, {"path": ""}, name="field-page"),
    path("f/<slug:build>/<path:path>", pages.file, name="field-file"),
    path("i/<slug:incident>/phones/import/", exported.import_outbox, name="phones-import"),
    path("healthz", views.healthz, name="healthz"),
]
if settings.TRAINING:
    urlpatterns.append(path("training/clock", views.training_clock, name="training_clock"))
