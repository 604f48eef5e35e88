from django.urls import path

from cases.rights import pages

urlpatterns = [
    path("people/<int:pk>/request/", pages.request_new, name="request_new"),
    path("people/<int:pk>/file.pdf", pages.person_file, name="person_file"),
    path("people/<int:pk>/erase/", pages.person_erase, name="person_erase"),
    path("requests/", pages.request_list, name="request_list"),
    path("requests/<int:pk>/", pages.subject_request, name="subject_request"),
    path("privacy-notice/", pages.privacy_notice, name="privacy_notice"),
    path("retention/", pages.retention, name="retention"),
]
