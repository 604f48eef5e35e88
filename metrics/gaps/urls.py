from django.urls import path

from metrics.gaps import overlaps, pages

urlpatterns = [
    path("figures/gaps/", pages.gaps, name="gaps"),
    path("figures/gaps/overlaps/", overlaps.overlaps, name="overlaps"),
]
