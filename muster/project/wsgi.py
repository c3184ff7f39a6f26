"""The WSGI application that granian serves."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# what was loaded by now stays: the collector need not walk it at every batch
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
