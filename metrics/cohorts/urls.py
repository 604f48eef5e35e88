from django.urls import path

from metrics.cohorts import pages

urlpatterns = [
    path("figures/cohorts/", pages.cohort_list, name="cohort_list"),
    path("figures/cohorts/new/", pages.cohort_edit, name="cohort_new"),
    path("figures/cohorts/people/", pages.cohort_people, name="cohort_people"),
    path("figures/cohorts/<int:pk>/", pages.cohort_edit, name="cohort_edit"),
    path("figures/cohorts/<int:pk>/allow/", pages.cohort_allow, name="cohort_allow"),
    path("figures/cohorts/<int:pk>/archive/", pages.cohort_archive, name="cohort_archive"),
]
