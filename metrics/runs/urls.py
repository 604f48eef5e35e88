from django.urls import path

from metrics.runs import pages

urlpatterns = [
    path("figures/runs/", pages.run_list, name="run_list"),
    path("figures/runs/<int:pk>/", pages.run_page, name="run"),
    path("figures/runs/<int:pk>/again/", pages.run_again, name="run_again"),
    path("figures/runs/<int:pk>/release/", pages.run_release, name="run_release"),
    path("figures/recompute/", pages.recompute, name="recompute"),
]
