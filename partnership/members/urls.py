from django.urls import path

from partnership.members import pages

urlpatterns = [
    path("choose-partner/", pages.choose_partner, name="choose_partner"),
    path("invitation/<str:token>/", pages.accept_invitation, name="accept_invitation"),
    path("language/setlang/", pages.set_language, name="set_language"),
    path("profile/", pages.profile, name="profile"),
    path("partners/", pages.partner_list, name="partner_list"),
    path("partners/new/", pages.partner_new, name="partner_new"),
    path("partners/<int:pk>/", pages.partner, name="partner"),
    path("partners/<int:pk>/invite-again/", pages.partner_invite_again, name="partner_invite_again"),
    path("members/", pages.member_list, name="member_list"),
    path("members/<int:pk>/", pages.member, name="member"),
    path("role-changes/", pages.role_changes, name="role_changes"),
    path("role-changes/<int:pk>/confirm/", pages.role_change_confirm, name="role_change_confirm"),
    path("role-changes/<int:pk>/reject/", pages.role_change_reject, name="role_change_reject"),
    path("invitations/<int:pk>/send-again/", pages.invitation_send_again, name="invitation_send_again"),
    path("invitations/<int:pk>/revoke/", pages.invitation_revoke, name="invitation_revoke"),
]
