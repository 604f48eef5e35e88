from django.urls import path

from cases.placements import pages

urlpatterns = [
    path("placements/", pages.placement_list, name="placement_list"),
    path("placements/export/", pages.placement_export, name="placement_export"),
    path("enrolments/<int:pk>/placements/", pages.placements_of, name="placements_of"),
    path("enrolments/<int:pk>/placements/offer/", pages.placement_offer, name="placement_offer"),
    path("placements/<int:pk>/", pages.placement, name="placement"),
    path("placements/<int:pk>/consent/", pages.placement_consent, name="placement_consent"),
    path("placements/<int:pk>/consent/withdraw/", pages.placement_withdraw, name="placement_withdraw"),
    path("placements/<int:pk>/agree/", pages.placement_agree, name="placement_agree"),
    path("placements/<int:pk>/start/", pages.placement_start, name="placement_start"),
    path("placements/<int:pk>/confirm/", pages.placement_confirm, name="placement_confirm"),
    path("placements/<int:pk>/end/", pages.placement_end, name="placement_end"),
    path("placements/<int:pk>/take-back/", pages.placement_take_back, name="placement_take_back"),
]
