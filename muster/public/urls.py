"""The addresses of the public pages: each module brings its own."""

from muster.public import calls, home, self_report

PAGES = (home, calls, self_report)

urlpatterns = [pattern for page in PAGES for pattern in page.urlpatterns]
