from django.urls import path

from metrics.reports import pages

urlpatterns = [
    path("figures/recidivism/report.pdf", pages.report, name="report"),
    path("grants/<int:pk>/report.pdf", pages.grant_report, name="grant_report"),
    path("figures/report/partnership.pdf", pages.partnership_report, name="partnership_report"),
]
