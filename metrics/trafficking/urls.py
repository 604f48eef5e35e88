from django.urls import path

from metrics.trafficking import pages

urlpatterns = [
    path("figures/protection/", pages.protection_years, name="protection_years"),
]
