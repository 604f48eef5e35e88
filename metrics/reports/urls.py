from django.urls import path

from metrics.reports import pages

urlpatterns = [
    path("figures/recidivism/report.pdf", pages.report, name="report"),
    path("figures/report/partnership.pdf", pages.partnership_report, name="partnership_report"),
]
