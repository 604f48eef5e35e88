from django.urls import path

from metrics.publication import pages

urlpatterns = [
    path("results/", pages.public_page, name="public_results"),
    path("results/<slug:name>.<slug:kind>", pages.public_file, name="public_file"),
    path("figures/runs/<int:pk>/public/", pages.run_public, name="run_public"),
    path("figures/runs/<int:pk>/public/<slug:name>.<slug:kind>", pages.run_public_file, name="run_public_file"),
    path("figures/runs/<int:pk>/publish/", pages.run_publish, name="run_publish"),
    path("figures/runs/<int:pk>/withdraw/", pages.run_withdraw, name="run_withdraw"),
]
