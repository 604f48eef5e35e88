from django.urls import path

from metrics.gaps import pages

urlpatterns = [
    path("figures/gaps/", pages.gaps, name="gaps"),
]
