"""The addresses of the public pages: each module brings its own."""

from muster.public import calls, home, queues, results, self_report

PAGES = (home, calls, self_report, results, queues)

urlpatterns = [pattern for page in PAGES for pattern in page.urlpatterns]
