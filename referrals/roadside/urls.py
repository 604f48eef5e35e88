from django.urls import path

from referrals.roadside import pages

urlpatterns = [
    path("divert/", pages.divert, name="divert"),
    path("divert/<int:pk>/tell/", pages.tell, name="divert_tell"),
]
