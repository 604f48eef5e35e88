from django.urls import path

from referrals.welfare import pages

urlpatterns = [
    path("welfare-notices/", pages.welfare_list, name="welfare_list"),
    path("welfare-notices/new/", pages.welfare_new, name="welfare_new"),
    path("welfare-notices/<int:pk>/", pages.welfare_notice, name="welfare_notice"),
    path("welfare-notices/<int:pk>/acknowledge/", pages.welfare_acknowledge, name="welfare_acknowledge"),
]
