from django.urls import path

from metrics.referral_figures import pages

urlpatterns = [
    path("figures/referrals/", pages.referral_figures, name="referral_figures"),
]
