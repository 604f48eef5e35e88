from django.urls import path

from metrics.score_changes import pages

urlpatterns = [
    path("figures/scores/", pages.score_changes, name="score_changes"),
]
