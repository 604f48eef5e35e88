from django.urls import path

from programs.events import pages

urlpatterns = [
    path("events/", pages.event_list, name="community_event_list"),
    path("events/new/", pages.event_edit, name="community_event_new"),
    path("events/promises/", pages.promise_list, name="promise_list"),
    path("events/<int:pk>/", pages.event, name="community_event"),
    path("events/<int:pk>/edit/", pages.event_edit, name="community_event_edit"),
    path("events/<int:pk>/minutes/", pages.event_minutes, name="event_minutes"),
    path("events/<int:pk>/cancel/", pages.event_cancel, name="event_cancel"),
    path("events/<int:pk>/promises/new/", pages.promise_new, name="promise_new"),
    path("events/promises/<int:pk>/close/", pages.promise_close, name="promise_close"),
    path("events/promises/<int:pk>/show/", pages.promise_show, name="promise_show"),
    path("community/", pages.community, name="community"),
]
