from django.urls import path

from programs.contacts import pages

urlpatterns = [
    path("contacts/", pages.contact_counter, name="contact_counter"),
    path("contacts/<int:pk>/take-back/", pages.contact_take_back, name="contact_take_back"),
    path("contacts/months/", pages.contact_months, name="contact_months"),
    path("contacts/points/", pages.point_list, name="point_list"),
    path("contacts/points/new/", pages.point_edit, name="point_new"),
    path("contacts/points/<int:pk>/edit/", pages.point_edit, name="point_edit"),
]
