from django.urls import path

from cases.openings import pages

urlpatterns = [
    path("people/<int:pk>/open/", pages.person_open, name="person_open"),
    path("openings/", pages.opening_list, name="opening_list"),
    path("openings/<int:pk>/checked/", pages.opening_checked, name="opening_checked"),
]
