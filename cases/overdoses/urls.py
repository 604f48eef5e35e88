from django.urls import path

from cases.overdoses import pages

urlpatterns = [
    path("overdoses/", pages.overdose_list, name="overdose_list"),
]
