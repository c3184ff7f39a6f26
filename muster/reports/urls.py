"""Addresses of figures, services and editions for machines."""

from django.urls import path

from muster.reports import views

urlpatterns = [
    path("i/<slug:incident>/figures.json", views.figures, name="figures_json"),
    path("i/<slug:incident>/figures/<slug:figure>/rows.json", views.rows, name="figure_rows_json"),
    path("i/<slug:incident>/services.json", views.service_rows, name="services_json"),
    path("i/<slug:incident>/editions.json", views.edition_list, name="editions_json"),
    path("i/<slug:incident>/editions/<int:number>.json", views.edition, name="edition_json"),
]
