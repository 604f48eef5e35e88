from django.urls import path

from cases.enrolments import pages

urlpatterns = [
    path("walk-in/", pages.walk_in, name="walk_in"),
    path("people/<int:pk>/enrol/", pages.person_enrol, name="person_enrol"),
    path("caseload/", pages.caseload, name="caseload"),
    path("caseload/export/", pages.caseload_export, name="caseload_export"),
    path("caseload/hand-over/", pages.caseload_hand_over, name="caseload_hand_over"),
    path("programmes/<int:pk>/attendance/", pages.group_attendance, name="group_attendance"),
    path("enrolments/<int:pk>/", pages.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/meeting/", pages.meeting_record, name="meeting_record"),
    path("enrolments/<int:pk>/goal/", pages.goal_add, name="goal_add"),
    path("enrolments/<int:pk>/note/", pages.note_add, name="note_add"),
    path("enrolments/<int:pk>/end/", pages.enrolment_end, name="enrolment_end"),
    path("enrolments/<int:pk>/measurement-consent/", pages.measurement_consent, name="measurement_consent"),
    path("enrolments/<int:pk>/primary-drug/", pages.primary_drug, name="primary_drug"),
    path("enrolments/<int:pk>/assessment/", pages.assessment_add, name="assessment_add"),
    path("goals/<int:pk>/mark/", pages.goal_mark, name="goal_mark"),
]
