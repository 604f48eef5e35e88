from django.urls import path

from partnership.agreements import pages, versions

urlpatterns = [
    path("agreements/", pages.agreement_list, name="agreement_list"),
    path("agreements/new/", pages.agreement_edit, name="agreement_new"),
    path("agreements/approvals/", versions.approvals, name="approvals"),
    path("agreements/<int:pk>/", pages.agreement, name="agreement"),
    path("agreements/<int:pk>/edit/", pages.agreement_edit, name="agreement_edit"),
    path("agreements/<int:pk>/end/", pages.agreement_end, name="agreement_end"),
    path("agreements/<int:agreement>/versions/new/", versions.version_edit, name="agreement_version_new"),
    path("agreements/versions/<int:pk>/", versions.version, name="agreement_version"),
    path("agreements/versions/<int:pk>/edit/", versions.version_edit, name="agreement_version_edit"),
    path("agreements/versions/<int:pk>/flows/", versions.flow_add, name="agreement_flow_add"),
    path("agreements/versions/<int:pk>/files/", versions.file_add, name="agreement_file_add"),
    path("agreements/versions/<int:pk>/steps/", versions.step_add, name="agreement_step_add"),
    path("agreements/versions/<int:pk>/ask/", versions.version_ask, name="agreement_version_ask"),
    path("agreements/versions/<int:pk>/call-back/", versions.version_call_back, name="agreement_version_call_back"),
    path("agreements/versions/<int:pk>/signed/", versions.version_signed, name="agreement_version_signed"),
    path("agreements/versions/<int:pk>/discard/", versions.version_discard, name="agreement_version_discard"),
    path("agreements/flows/<int:pk>/remove/", versions.flow_remove, name="agreement_flow_remove"),
    path("agreements/steps/<int:pk>/remove/", versions.step_remove, name="agreement_step_remove"),
    path("agreements/steps/<int:pk>/decide/", versions.step_decide, name="agreement_step_decide"),
    path("agreements/files/<int:pk>/", versions.agreement_file, name="agreement_file"),
]
