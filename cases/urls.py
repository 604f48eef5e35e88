from django.urls import path

from cases import import_views, views

urlpatterns = [
    path("people/", views.person_list, name="person_list"),
    path("people/export/", views.person_export, name="person_export"),
    path("people/new/", views.person_edit, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/edit/", views.person_edit, name="person_edit"),
    path("people/<int:pk>/enrol/", views.person_enrol, name="person_enrol"),
    path("consents/<int:pk>/paper/", views.consent_paper, name="consent_paper"),
    path("caseload/", views.caseload, name="caseload"),
    path("caseload/export/", views.caseload_export, name="caseload_export"),
    path("caseload/hand-over/", views.caseload_hand_over, name="caseload_hand_over"),
    path("programmes/<int:pk>/attendance/", views.group_attendance, name="group_attendance"),
    path("enrolments/<int:pk>/", views.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/session/", views.session_add, name="session_add"),
    path("enrolments/<int:pk>/goal/", views.goal_add, name="goal_add"),
    path("enrolments/<int:pk>/note/", views.note_add, name="note_add"),
    path("enrolments/<int:pk>/end/", views.enrolment_end, name="enrolment_end"),
    path("enrolments/<int:pk>/measurement-consent/", views.measurement_consent, name="measurement_consent"),
    path("enrolments/<int:pk>/primary-drug/", views.primary_drug, name="primary_drug"),
    path("goals/<int:pk>/mark/", views.goal_mark, name="goal_mark"),
    path("overdoses/", views.overdose_list, name="overdose_list"),
    path("imports/", import_views.import_list, name="import_list"),
    path("imports/new/", import_views.import_new, name="import_new"),
    path("imports/<int:pk>/", import_views.data_import, name="data_import"),
    path("imports/<int:pk>/progress/", import_views.import_progress, name="import_progress"),
    path("imports/<int:pk>/confirm/", import_views.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/discard/", import_views.import_discard, name="import_discard"),
    path("imports/<int:pk>/problems.csv", import_views.import_problems, name="import_problems"),
]
