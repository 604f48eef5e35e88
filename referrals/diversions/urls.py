from django.urls import path

from referrals.diversions import outcomes, pages

urlpatterns = [
    path("diversions/", pages.diversion_list, name="diversion_list"),
    path("diversions/outcomes/", outcomes.diversion_outcomes, name="diversion_outcomes"),
    path("diversions/<int:pk>/letter.pdf", pages.letter, name="diversion_letter"),
    path("diversions/export/", pages.diversion_export, name="diversion_export"),
    path("diversions/<int:pk>/", pages.diversion, name="diversion"),
    path("diversions/<int:pk>/breach/", pages.breach, name="diversion_breach"),
    path("diversions/<int:pk>/outcome/", pages.outcome, name="diversion_outcome"),
    path("diversions/<int:pk>/address/", pages.address, name="diversion_address"),
    path("diversions/<int:pk>/decide/", pages.decide, name="diversion_decide"),
    path("conditions/<int:pk>/progress/", pages.progress, name="condition_progress"),
]
