from django.urls import path

from metrics.runs import pages, public_results

urlpatterns = [
    path("results/", public_results.public_results, name="public_results"),
    path("figures/runs/", pages.run_list, name="run_list"),
    path("figures/runs/<int:pk>/", pages.run_page, name="run"),
    path("figures/runs/<int:pk>/again/", pages.run_again, name="run_again"),
    path("figures/runs/<int:pk>/release/", pages.run_release, name="run_release"),
    path("figures/runs/<int:pk>/public/", public_results.run_public, name="run_public"),
    path("figures/runs/<int:pk>/publish/", pages.run_publish, name="run_publish"),
    path("figures/runs/<int:pk>/withdraw/", pages.run_withdraw, name="run_withdraw"),
    path("figures/recompute/", pages.recompute, name="recompute"),
]
