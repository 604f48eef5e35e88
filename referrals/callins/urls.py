from django.urls import path

from referrals.callins import pages

urlpatterns = [
    path("call-ins/", pages.call_in_list, name="call_in_list"),
    path("call-ins/new/", pages.call_in_new, name="call_in_new"),
    path("call-ins/<int:pk>/", pages.call_in, name="call_in"),
    path("call-ins/<int:pk>/edit/", pages.call_in_edit, name="call_in_edit"),
    path("call-ins/<int:pk>/go-on/", pages.call_in_go_on, name="call_in_go_on"),
    path("people/<int:pk>/call-in/", pages.call_in_invite, name="call_in_invite"),
    path("invitees/<int:pk>/note/", pages.invitee_note, name="invitee_note"),
    path("invitees/<int:pk>/offer/", pages.call_in_offer, name="call_in_offer"),
    path("call-in-offers/<int:pk>/accept/", pages.call_in_accept, name="call_in_accept"),
    path("call-in-offers/<int:pk>/decline/", pages.call_in_decline, name="call_in_decline"),
]
