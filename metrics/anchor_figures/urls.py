from django.urls import path

from metrics.anchor_figures import pages

urlpatterns = [
    path("figures/anchor/", pages.anchor_figures, name="anchor_figures"),
]
