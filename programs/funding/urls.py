from django.urls import path

from programs.funding import pages

urlpatterns = [
    path("funding/", pages.funding_call_list, name="funding_call_list"),
    path("funding/export/", pages.funding_call_export, name="funding_call_export"),
    path("funding/new/", pages.funding_call_edit, name="funding_call_new"),
    path("funding/<int:pk>/", pages.funding_call, name="funding_call"),
    path("funding/<int:pk>/edit/", pages.funding_call_edit, name="funding_call_edit"),
    path("funding/<int:pk>/withdraw/", pages.funding_call_withdraw, name="funding_call_withdraw"),
    path("funding/<int:pk>/interest/", pages.funding_call_interest, name="funding_call_interest"),
    path("funding/<int:pk>/no-interest/", pages.funding_call_no_interest, name="funding_call_no_interest"),
    path("funding/<int:pk>/apply/", pages.joint_application_new, name="joint_application_new"),
    path("funding/applications/<int:pk>/", pages.joint_application, name="joint_application"),
    path("funding/applications/<int:pk>/edit/", pages.joint_application_edit, name="joint_application_edit"),
    path("funding/applications/<int:pk>/drop/", pages.joint_application_drop, name="joint_application_drop"),
]
