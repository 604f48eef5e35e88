from django.urls import path

from referrals.consents import pages

urlpatterns = [
    path("referrals/<int:pk>/consent/", pages.consent_renew, name="consent_renew"),
    path("consents/<int:pk>/event/", pages.consent_event, name="consent_event"),
    path("consents/<int:pk>/withdraw/", pages.consent_withdraw, name="consent_withdraw"),
]
