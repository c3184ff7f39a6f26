"""The product's addresses and the reference's, in one server."""

from django.urls import include, path

from bench.reference.claim_rows import claim_row
from bench.reference.copy_rows import copy_rows
from bench.reference.decide_rows import decide_rows

# named as addresses that need no scope
urlpatterns = [
    path("bench/copy", copy_rows, name="sync"),
    path("bench/claim", claim_row, name="sync"),
    path("bench/decide", decide_rows, name="sync"),
    path("", include("muster.project.urls")),
]
