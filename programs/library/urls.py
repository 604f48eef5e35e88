from django.urls import path

from programs.library import pages

urlpatterns = [
    path("library/", pages.resource_list, name="resource_list"),
    path("library/export/", pages.resource_export, name="resource_export"),
    path("library/new/", pages.resource_edit, name="resource_new"),
    path("library/<int:pk>/", pages.resource, name="resource"),
    path("library/<int:pk>/edit/", pages.resource_edit, name="resource_edit"),
    path("library/<int:pk>/versions/new/", pages.resource_version_new, name="resource_version_new"),
    path("library/<int:pk>/withdraw/", pages.resource_withdraw, name="resource_withdraw"),
    path("library/versions/<int:pk>/open/", pages.resource_version_open, name="resource_version_open"),
    path("library/versions/<int:pk>/check/", pages.resource_version_check, name="resource_version_check"),
    path("library/versions/<int:pk>/discard/", pages.resource_version_discard, name="resource_version_discard"),
    path("materials/", pages.materials, name="materials"),
    path("materials/<int:pk>/file/", pages.material_file, name="material_file"),
]
