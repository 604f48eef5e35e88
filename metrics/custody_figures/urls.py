from django.urls import path

from metrics.custody_figures import pages

urlpatterns = [
    path("figures/releases/", pages.custody_figures, name="custody_figures"),
]
