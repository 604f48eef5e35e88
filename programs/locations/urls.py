from django.urls import path

from programs.locations import pages

urlpatterns = [
    path("programmes/<int:pk>/place/", pages.location_new, name="location_new"),
    path("programmes/<int:pk>/check/", pages.programme_check, name="programme_check"),
    path("places/<int:pk>/", pages.location_edit, name="location_edit"),
    path("places/<int:pk>/remove/", pages.location_remove, name="location_remove"),
]
