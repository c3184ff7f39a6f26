"""The addresses of the desk: each screen brings its own."""

from django.urls import include, path

from muster.commandpost import gallery, home, imports, work

SCREENS = (work, imports)

urlpatterns = [
    *home.urlpatterns,
    *gallery.urlpatterns,
    path("i/<slug:incident>/", include([pattern for screen in SCREENS for pattern in screen.urlpatterns])),
]
