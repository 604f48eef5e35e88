from django.urls import path

from cases.custody import pages

urlpatterns = [
    path("releases/", pages.release_list, name="release_list"),
    path("releases/export/", pages.release_export, name="release_export"),
    path("enrolments/<int:pk>/release/", pages.release_new, name="release_new"),
    path("releases/<int:pk>/", pages.release, name="release"),
    path("releases/<int:pk>/edit/", pages.release_edit, name="release_edit"),
    path("releases/<int:pk>/released/", pages.release_mark, name="release_mark"),
    path("releases/<int:pk>/take-back/", pages.release_take_back, name="release_take_back"),
    path("releases/<int:pk>/contact/", pages.release_contact_add, name="release_contact_add"),
    path("release-contacts/<int:pk>/mark/", pages.release_contact_mark, name="release_contact_mark"),
    path("release-contacts/<int:pk>/remove/", pages.release_contact_remove, name="release_contact_remove"),
]
