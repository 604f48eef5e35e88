from django.urls import path

from partnership.pages import saved_views, unsent_forms

urlpatterns = [
    path("views/", saved_views.view_save, name="view_save"),
    path("views/<int:pk>/delete/", saved_views.view_delete, name="view_delete"),
    path("keep/", unsent_forms.keep, name="keep"),
    path("unsent/", unsent_forms.unsent, name="unsent"),
    path("unsent/drop/", unsent_forms.unsent_drop, name="unsent_drop"),
]
