from django.urls import path

from metrics.trends import pages

urlpatterns = [
    path("figures/arrests/", pages.arrest_trends, name="arrest_trends"),
    path("figures/interventions/new/", pages.intervention_edit, name="intervention_new"),
    path("figures/interventions/<int:pk>/", pages.intervention, name="intervention"),
    path("figures/interventions/<int:pk>/edit/", pages.intervention_edit, name="intervention_edit"),
]
