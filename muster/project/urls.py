"""All addresses: phones, desk, accounts."""

from django.conf import settings
from django.urls import include, path

handler500 = "muster.project.faults.server_error"
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("muster.fieldapp.urls")),
    path("", include("muster.reports.urls")),
    path("", include("muster.interop.openrosa.urls")),
    path("p/", include("muster.public.urls")),
]
if (settings.SOURCE / "commandpost" / "urls.py").exists():
    urlpatterns.append(path("", include("muster.commandpost.urls")))
