from django.urls import path

from metrics.costs import pages

urlpatterns = [
    path("figures/costs/", pages.costs, name="costs"),
]
