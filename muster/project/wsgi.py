"""The WSGI application that granian serves."""

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# what was loaded by now stays: the collector need not walk it at every batch
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)

# a thread that opens a day's records gives way sooner to one that only says "come back later" or writes a page
sys.setswitchinterval(0.001)
