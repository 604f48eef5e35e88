from django.urls import path

from programs.training import certificates, pages

urlpatterns = [
    path("training/", pages.course_list, name="course_list"),
    path("training/courses/new/", pages.course_edit, name="course_new"),
    path("training/courses/<int:pk>/", pages.course, name="course"),
    path("training/courses/<int:pk>/edit/", pages.course_edit, name="course_edit"),
    path("training/courses/<int:pk>/day/", pages.course_day_new, name="course_day_new"),
    path("training/days/<int:pk>/", pages.course_sheet, name="course_sheet"),
    path("training/days/<int:pk>/sign-up/", pages.course_sign_up, name="course_sign_up"),
    path("training/days/<int:pk>/leave/", pages.course_leave, name="course_leave"),
    path("training/days/<int:pk>/guest/", pages.course_guest, name="course_guest"),
    path("training/places/<int:pk>/mark/", pages.course_mark, name="course_mark"),
    path("training/certificates/", certificates.my_certificates, name="my_certificates"),
    path("training/certificates/<int:pk>/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path("training/certificates/<int:pk>/revoke/", certificates.certificate_revoke, name="certificate_revoke"),
    path("training/who/", certificates.who_may_deliver, name="who_may_deliver"),
    path("training/qualifications/new/", certificates.qualification_edit, name="qualification_new"),
    path("training/qualifications/<int:pk>/edit/", certificates.qualification_edit, name="qualification_edit"),
    path("certificates/check/", certificates.certificate_check, name="certificate_check"),
]
