from django.urls import path

from referrals.anchor import pages, team_pages

urlpatterns = [
    path("anchor/", pages.anchor_list, name="anchor_list"),
    path("anchor/new/", pages.anchor_new, name="anchor_new"),
    path("anchor/<int:pk>/", pages.anchor_case, name="anchor_case"),
    path("anchor/<int:pk>/screen/", pages.anchor_screen, name="anchor_screen"),
    path("anchor/<int:pk>/guardian/", pages.anchor_guardian, name="anchor_guardian"),
    path("anchor/<int:pk>/share/", pages.anchor_share, name="anchor_share"),
    path("anchor/<int:pk>/meet/", pages.anchor_meet, name="anchor_meet"),
    path("anchor/<int:pk>/guide/", pages.anchor_guide, name="anchor_guide"),
    path("anchor/<int:pk>/close/", pages.anchor_close, name="anchor_close"),
    path("anchor-exchanges/<int:pk>/end/", pages.anchor_exchange_end, name="anchor_exchange_end"),
    path("anchor-steps/<int:pk>/mark/", pages.anchor_step_mark, name="anchor_step_mark"),
    path("anchor-guidances/<int:pk>/visit/", pages.anchor_visit, name="anchor_visit"),
    path("anchor-checks/<int:pk>/look/", pages.anchor_look, name="anchor_look"),
    path("anchor-teams/", team_pages.anchor_team_list, name="anchor_team_list"),
    path("anchor-teams/new/", team_pages.anchor_team_new, name="anchor_team_new"),
    path("anchor-teams/<int:pk>/", team_pages.anchor_team, name="anchor_team"),
    path("anchor-teams/<int:pk>/seat/", team_pages.anchor_seat_offer, name="anchor_seat_offer"),
    path("anchor-seats/<int:pk>/take/", team_pages.anchor_seat_take, name="anchor_seat_take"),
    path("anchor-seats/<int:pk>/end/", team_pages.anchor_seat_end, name="anchor_seat_end"),
]
