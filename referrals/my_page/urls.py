from django.urls import path

from referrals.my_page import pages

urlpatterns = [
    path("my/consents/<int:pk>/withdraw/", pages.my_consent_withdraw, name="my_consent_withdraw"),
    path("my/first-appointments/<int:pk>/", pages.my_first_appointment, name="my_first_appointment"),
]
