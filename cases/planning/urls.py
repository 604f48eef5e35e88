from django.urls import path

from cases.planning import pages

urlpatterns = [
    path("enrolments/<int:pk>/appointment/", pages.appointment_new, name="appointment_new"),
    path("appointments/<int:pk>/", pages.appointment_edit, name="appointment_edit"),
    path("appointments/<int:pk>/record/", pages.appointment_record, name="appointment_record"),
    path("appointments/put-back/", pages.appointment_put_back, name="appointment_put_back"),
    path("appointments/<int:pk>/cancel/", pages.appointment_cancel, name="appointment_cancel"),
    path("calendar/", pages.calendar, name="calendar"),
    path("calendar/feed/", pages.feed_make, name="feed_make"),
    path("calendar/<str:token>.ics", pages.calendar_ics, name="calendar_ics"),
    path("tasks/", pages.task_list, name="task_list"),
    path("tasks/<int:pk>/mark/", pages.task_mark, name="task_mark"),
]
