from django.urls import path

from cases.messages import pages

urlpatterns = [
    path("people/<int:pk>/contact/", pages.contact, name="contact"),
    path("people/<int:pk>/contact/stop/", pages.contact_stop, name="contact_stop"),
    path("my/stop/<str:token>/", pages.reminders_stop, name="reminders_stop"),
]
