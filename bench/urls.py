"""The product's addresses and the reference's, in one server."""

from django.urls import include, path

from bench.reference.copy_rows import copy_rows

urlpatterns = [path("bench/copy", copy_rows, name="sync"), path("", include("muster.project.urls"))]
