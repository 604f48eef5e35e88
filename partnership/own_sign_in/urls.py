from django.urls import path

from partnership.own_sign_in import pages

urlpatterns = [
    path("sign-in/", pages.own_sign_in, name="own_sign_in"),
    path("sign-in/<int:pk>/", pages.own_sign_in_go, name="own_sign_in_go"),
    path("sign-in/back/", pages.own_sign_in_back, name="own_sign_in_back"),
    path("members/sign-in/", pages.provider, name="provider"),
    path("members/sign-in/<int:pk>/remove/", pages.provider_remove, name="provider_remove"),
]
