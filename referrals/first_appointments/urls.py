from django.urls import path

from referrals.first_appointments import pages

urlpatterns = [
    path("referrals/<int:pk>/appointment/", pages.appointment_offer, name="first_appointment_offer"),
    path("referrals/<int:pk>/appointment/outcome/", pages.appointment_record, name="first_appointment_record"),
    path("referrals/<int:pk>/concern/", pages.concern_tell, name="concern_tell"),
]
