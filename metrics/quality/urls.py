from django.urls import path

from metrics.quality import pages

urlpatterns = [
    path("figures/quality/", pages.data_quality, name="data_quality"),
]
