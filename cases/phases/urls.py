from django.urls import path

from cases.phases import pages

urlpatterns = [
    path("phases/", pages.phase_board, name="phase_board"),
    path("enrolments/<int:pk>/phases/", pages.phase_sheet, name="phase_sheet"),
    path("enrolments/<int:pk>/phases/begin/", pages.phase_begin, name="phase_begin"),
    path("enrolments/<int:pk>/phases/review/", pages.review_record, name="review_record"),
    path("enrolments/<int:pk>/phases/response/", pages.response_record, name="response_record"),
    path("responses/<int:pk>/remove/", pages.response_remove, name="response_remove"),
    path("programmes/<int:pk>/phases/", pages.phase_list, name="phase_list"),
    path("programmes/<int:pk>/phases/five/", pages.phase_scheme, name="phase_scheme"),
    path("programmes/<int:pk>/phases/new/", pages.phase_new, name="phase_new"),
    path("phases/<int:pk>/edit/", pages.phase_edit, name="phase_edit"),
    path("phases/<int:pk>/remove/", pages.phase_remove, name="phase_remove"),
]
