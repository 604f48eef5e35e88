from django.urls import path

from referrals import diversion_views, views
from referrals.outcomes import diversion_outcomes
from referrals.roadside import divert
from referrals.search import search

urlpatterns = [
    path("search/", search, name="search"),
    path("referrals/", views.referral_list, name="referral_list"),
    path("referrals/new/", views.referral_new, name="referral_new"),
    path("referrals/known/", views.known_people, name="known_people"),
    path("referrals/export/", views.referral_export, name="referral_export"),
    path("referrals/acknowledge/", views.referral_acknowledge_all, name="referral_acknowledge_all"),
    path("referrals/<int:pk>/", views.referral, name="referral"),
    path("referrals/<int:pk>/edit/", views.referral_edit, name="referral_edit"),
    path("referrals/<int:pk>/discard/", views.referral_discard, name="referral_discard"),
    path("referrals/<int:pk>/message/", views.message_add, name="message_add"),
    path("referrals/<int:pk>/refer-on/", views.refer_on, name="refer_on"),
    path("referrals/<int:pk>/do/<slug:verb>/", views.referral_do, name="referral_do"),
    path("consents/<int:pk>/withdraw/", views.consent_withdraw, name="consent_withdraw"),
    path("diversions/", diversion_views.diversion_list, name="diversion_list"),
    path("divert/", divert, name="divert"),
    path("diversions/outcomes/", diversion_outcomes, name="diversion_outcomes"),
    path("diversions/<int:pk>/letter.pdf", diversion_views.letter, name="diversion_letter"),
    path("diversions/export/", diversion_views.diversion_export, name="diversion_export"),
    path("diversions/<int:pk>/", diversion_views.diversion, name="diversion"),
    path("diversions/<int:pk>/breach/", diversion_views.breach, name="diversion_breach"),
    path("diversions/<int:pk>/outcome/", diversion_views.outcome, name="diversion_outcome"),
    path("diversions/<int:pk>/decide/", diversion_views.decide, name="diversion_decide"),
    path("conditions/<int:pk>/progress/", diversion_views.progress, name="condition_progress"),
]
