from django.urls import path

from partnership.notifications import pages

urlpatterns = [
    path("notifications/", pages.notification_list, name="notification_list"),
    path("notifications/read/", pages.notifications_read, name="notifications_read"),
    path("notifications/<int:pk>/", pages.notification, name="notification"),
]
