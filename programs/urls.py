from django.urls import path

from programs import public_views, views

urlpatterns = [
    path("find-help/", public_views.find_help, name="find_help"),
    path("programmes/", views.programme_list, name="programme_list"),
    path("programmes/new/", views.programme_edit, name="programme_new"),
    path("programmes/<int:pk>/", views.programme, name="programme"),
    path("programmes/<int:pk>/edit/", views.programme_edit, name="programme_edit"),
    path("programmes/<int:pk>/capacity/", views.programme_capacity, name="programme_capacity"),
]
