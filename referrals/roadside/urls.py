from django.urls import path

from referrals.roadside import pages

urlpatterns = [
    path("divert/", pages.divert, name="divert"),
]
