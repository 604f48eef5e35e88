from django.urls import path

from cases.people import pages

urlpatterns = [
    path("people/", pages.person_list, name="person_list"),
    path("people/export/", pages.person_export, name="person_export"),
    path("people/new/", pages.person_edit, name="person_new"),
    path("people/<int:pk>/", pages.person, name="person"),
    path("people/<int:pk>/edit/", pages.person_edit, name="person_edit"),
    path("people/<int:pk>/doubles/", pages.person_doubles, name="person_doubles"),
    path("people/<int:pk>/link/", pages.person_link, name="person_link"),
    path("people/<int:pk>/unlink/", pages.person_unlink, name="person_unlink"),
]
