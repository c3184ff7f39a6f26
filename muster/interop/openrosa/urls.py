"""Addresses for telephones: below `/key/<token>/`, or below `/openrosa/` with HTTP Digest."""

from django.urls import include, path

from muster.interop.openrosa import views

DOORS = [
    path("formList", views.form_list, name="openrosa-list"),
    path("forms/<uuid:version>.xml", views.form_download, name="openrosa-form"),
    path("forms/<uuid:form>/manifest", views.manifest, name="openrosa-manifest"),
    path("forms/<uuid:form>/media/<str:name>", views.media, name="openrosa-media"),
    path("forms/<uuid:form>/rows/<str:name>", views.integrity, name="openrosa-rows"),
    path("submission", views.submission, name="openrosa-submission"),
]
urlpatterns = [path("key/<str:token>/", include(DOORS)), path("openrosa/", include(DOORS))]
