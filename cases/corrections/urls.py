from django.urls import path

from cases.corrections import pages

urlpatterns = [
    path("sessions/<int:pk>/", pages.session_correct, name="session_correct"),
    path("assessments/<int:pk>/", pages.assessment_correct, name="assessment_correct"),
    path("goals/<int:pk>/", pages.goal_correct, name="goal_correct"),
    path("notes/<int:pk>/", pages.note_correct, name="note_correct"),
    path("entries/<slug:noun>/<int:pk>/take-back/", pages.entry_take_back, name="entry_take_back"),
    path("entries/<slug:noun>/<int:pk>/restore/", pages.entry_restore, name="entry_restore"),
    path("enrolments/<int:pk>/correct/", pages.enrolment_correct, name="enrolment_correct"),
    path("enrolments/<int:pk>/reopen/", pages.enrolment_reopen, name="enrolment_reopen"),
]
