from django.urls import path

from metrics.comparison import pages

urlpatterns = [
    path("figures/effects/", pages.effects, name="effects"),
]
