from django.urls import path

from partnership.agreements import pages

urlpatterns = [
    path("agreements/", pages.agreement_list, name="agreement_list"),
    path("agreements/new/", pages.agreement_edit, name="agreement_new"),
    path("agreements/<int:pk>/", pages.agreement, name="agreement"),
    path("agreements/<int:pk>/edit/", pages.agreement_edit, name="agreement_edit"),
    path("agreements/<int:pk>/end/", pages.agreement_end, name="agreement_end"),
]
