from django.urls import path

from metrics.figures import files

urlpatterns = [
    path("figures/download/<slug:name>.<slug:kind>", files.figure_file, name="figure"),
]
