from django.urls import path

from cases.imports import pages

urlpatterns = [
    path("imports/", pages.import_list, name="import_list"),
    path("imports/new/", pages.import_new, name="import_new"),
    path("imports/sample.csv", pages.import_sample, name="import_sample"),
    path("imports/<int:pk>/", pages.data_import, name="data_import"),
    path("imports/<int:pk>/progress/", pages.import_progress, name="import_progress"),
    path("imports/<int:pk>/confirm/", pages.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/discard/", pages.import_discard, name="import_discard"),
    path("imports/<int:pk>/take-back/", pages.import_take_back, name="import_take_back"),
    path("imports/<int:pk>/problems.csv", pages.import_problems, name="import_problems"),
]
