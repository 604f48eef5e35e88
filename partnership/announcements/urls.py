from django.urls import path

from partnership.announcements import pages

urlpatterns = [
    path("announcements/", pages.announcement_list, name="announcement_list"),
    path("announcements/new/", pages.announcement_edit, name="announcement_new"),
    path("announcements/<int:pk>/", pages.announcement_edit, name="announcement_edit"),
    path("announcements/<int:pk>/delete/", pages.announcement_delete, name="announcement_delete"),
]
