from django.urls import path

from metrics.placement_figures import pages

urlpatterns = [
    path("figures/placements/", pages.placement_figures, name="placement_figures"),
]
