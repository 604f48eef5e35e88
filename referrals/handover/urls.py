from django.urls import path

from referrals.handover import pages, workload

urlpatterns = [
    path("workload/", workload.workload, name="workload"),
    path("referrals/", pages.referral_list, name="referral_list"),
    path("referrals/new/", pages.referral_new, name="referral_new"),
    path("referrals/known/", pages.known_people, name="known_people"),
    path("referrals/export/", pages.referral_export, name="referral_export"),
    path("referrals/acknowledge/", pages.referral_acknowledge_all, name="referral_acknowledge_all"),
    path("referrals/<int:pk>/", pages.referral, name="referral"),
    path("referrals/<int:pk>/edit/", pages.referral_edit, name="referral_edit"),
    path("referrals/<int:pk>/discard/", pages.referral_discard, name="referral_discard"),
    path("referrals/<int:pk>/message/", pages.message_add, name="message_add"),
    path("referrals/<int:pk>/refer-on/", pages.refer_on, name="refer_on"),
    path("referrals/<int:pk>/do/<slug:verb>/", pages.referral_do, name="referral_do"),
]
