from django.urls import path

from programs.catalogue import find_help, pages

urlpatterns = [
    path("find-help/", find_help.find_help, name="find_help"),
    path("programmes/", pages.programme_list, name="programme_list"),
    path("programmes/new/", pages.programme_edit, name="programme_new"),
    path("programmes/<int:pk>/", pages.programme, name="programme"),
    path("programmes/<int:pk>/edit/", pages.programme_edit, name="programme_edit"),
    path("programmes/<int:pk>/capacity/", pages.programme_capacity, name="programme_capacity"),
]
