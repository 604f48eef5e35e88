from django.urls import path

from referrals.mediation import pages

urlpatterns = [
    path("mediations/", pages.mediation_list, name="mediation_list"),
    path("enrolments/<int:pk>/mediation/", pages.mediation_offer, name="mediation_offer"),
    path("mediations/<int:pk>/", pages.mediation, name="mediation"),
    path("mediations/<int:pk>/answer/", pages.mediation_answer, name="mediation_answer"),
    path("mediations/<int:pk>/hold/", pages.mediation_hold, name="mediation_hold"),
    path("mediations/<int:pk>/kept/", pages.mediation_kept, name="mediation_kept"),
    path("mediations/<int:pk>/report/", pages.mediation_tell, name="mediation_tell"),
    path("mediation-reports/<int:pk>/", pages.mediation_report, name="mediation_report"),
]
