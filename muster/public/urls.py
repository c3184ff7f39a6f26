"""The addresses of the public pages: each module brings its own."""

from muster.public import calls, home

PAGES = (home, calls)

urlpatterns = [pattern for page in PAGES for pattern in page.urlpatterns]
