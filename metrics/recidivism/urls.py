from django.urls import path

from metrics.recidivism import pages

urlpatterns = [
    path("figures/recidivism/", pages.recidivism, name="recidivism"),
    path("figures/recidivism/in-full/", pages.population_figures, name="population_figures"),
]
