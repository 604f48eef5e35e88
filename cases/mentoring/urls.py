from django.urls import path

from cases.mentoring import pages

urlpatterns = [
    path("mentoring/", pages.mentoring_board, name="mentoring_board"),
    path("mentors/new/", pages.mentor_edit, name="mentor_new"),
    path("mentors/<int:pk>/", pages.mentor_edit, name="mentor_edit"),
    path("mentors/<int:pk>/end/", pages.mentor_end, name="mentor_end"),
    path("enrolments/<int:pk>/mentor/", pages.pair_new, name="pair_new"),
    path("mentor-pairs/<int:pk>/", pages.pair, name="mentor_pair"),
    path("mentor-pairs/<int:pk>/contact/", pages.contact_add, name="mentor_contact_add"),
    path("mentor-pairs/<int:pk>/end/", pages.pair_end, name="mentor_pair_end"),
]
