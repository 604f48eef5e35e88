from django.urls import path

from partnership.practices import pages

urlpatterns = [path("partners/practices/", pages.practices, name="practices")]
