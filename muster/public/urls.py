"""The addresses of the public pages: each module brings its own."""

from muster.public import bookings, calls, home, notices, queues, results, self_report

PAGES = (home, calls, self_report, results, queues, bookings, notices)

urlpatterns = [pattern for page in PAGES for pattern in page.urlpatterns]
