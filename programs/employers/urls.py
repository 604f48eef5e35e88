from django.urls import path

from programs.employers import pages

urlpatterns = [
    path("employers/", pages.work_offer_list, name="work_offer_list"),
    path("employers/export/", pages.work_offer_export, name="work_offer_export"),
    path("employers/new/", pages.employer_edit, name="employer_new"),
    path("employers/<int:pk>/", pages.employer, name="employer"),
    path("employers/<int:pk>/edit/", pages.employer_edit, name="employer_edit"),
    path("employers/<int:pk>/offer/", pages.work_offer_new, name="work_offer_new"),
    path("work-offers/<int:pk>/edit/", pages.work_offer_edit, name="work_offer_edit"),
    path("work-offers/<int:pk>/open/", pages.work_offer_open, name="work_offer_open"),
]
