from django.urls import path

from cases.consents import pages

urlpatterns = [
    path("consents/<int:pk>/paper/", pages.consent_paper, name="consent_paper"),
]
