from django.urls import path

from referrals.stops import pages

urlpatterns = [
    path("diversions/<int:pk>/stop/", pages.stop_raise, name="stop_raise"),
    path("stop-signs/<int:pk>/lift/", pages.stop_lift, name="stop_lift"),
]
