from django.urls import path

from metrics.uptake import pages

urlpatterns = [
    path("figures/uptake/", pages.uptake, name="uptake"),
]
