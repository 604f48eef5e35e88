from django.urls import path

from referrals.end_reports import pages

urlpatterns = [
    path("enrolments/<int:pk>/end-report/send/", pages.end_report_send, name="end_report_send"),
    path("end-reports/<int:pk>/", pages.end_report_sent, name="end_report_sent"),
]
