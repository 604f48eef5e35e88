from django.urls import path

from partnership.events import pages

urlpatterns = [
    path("service/events/", pages.failed_events, name="failed_events"),
    path("service/events/send-again/", pages.events_send_again, name="events_send_again"),
    path("service/events/<int:pk>/send-again/", pages.event_send_again, name="event_send_again"),
]
