from django.urls import path

from cases.families import pages

urlpatterns = [
    path("families/", pages.family_board, name="family_board"),
    path("enrolments/<int:pk>/family/", pages.family, name="family"),
    path("enrolments/<int:pk>/family/consent/", pages.family_consent_add, name="family_consent_add"),
    path("family-consents/<int:pk>/withdraw/", pages.family_consent_withdraw, name="family_consent_withdraw"),
    path("enrolments/<int:pk>/family/session/", pages.family_session_add, name="family_session_add"),
    path("families/groups/new/", pages.parenting_group_new, name="parenting_group_new"),
    path("families/groups/<int:pk>/", pages.parenting_group, name="parenting_group"),
    path("families/groups/<int:pk>/meeting/", pages.group_meeting_add, name="group_meeting_add"),
    path("families/groups/<int:pk>/close/", pages.parenting_group_close, name="parenting_group_close"),
    path("families/meetings/<int:pk>/remove/", pages.group_meeting_remove, name="group_meeting_remove"),
]
