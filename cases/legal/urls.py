from django.urls import path

from cases.legal import pages

urlpatterns = [
    path("matters/", pages.matter_list, name="matter_list"),
    path("enrolments/<int:pk>/matter/", pages.matter_new, name="matter_new"),
    path("matters/<int:pk>/", pages.matter, name="matter"),
    path("matters/<int:pk>/edit/", pages.matter_edit, name="matter_edit"),
    path("matters/<int:pk>/close/", pages.matter_close, name="matter_close"),
    path("matters/<int:pk>/reopen/", pages.matter_reopen, name="matter_reopen"),
    path("matters/<int:pk>/hearing/", pages.hearing_add, name="hearing_add"),
    path("matters/<int:pk>/decision/", pages.disposal_add, name="disposal_add"),
    path("matters/<int:pk>/note/", pages.matter_note_write, name="matter_note_write"),
    path("hearings/<int:pk>/mark/", pages.hearing_mark, name="hearing_mark"),
    path("matter-notes/<int:pk>/remove/", pages.matter_note_remove, name="matter_note_remove"),
]
