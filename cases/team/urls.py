from django.urls import path

from cases.team import pages

urlpatterns = [
    path("enrolments/<int:pk>/team/", pages.care_team, name="care_team"),
    path("enrolments/<int:pk>/team/add/", pages.team_add, name="team_add"),
    path("enrolments/<int:pk>/team/share/", pages.team_share, name="team_share"),
    path("enrolments/<int:pk>/team/write/", pages.team_write, name="team_write"),
    path("care-teams/", pages.care_team_list, name="care_team_list"),
    path("care-teams/<int:pk>/", pages.care_team_part, name="care_team_part"),
    path("care-teams/<int:pk>/write/", pages.team_reply, name="team_reply"),
    path("care-teams/<int:pk>/end/", pages.team_end, name="team_end"),
    path("care-team-items/<int:pk>/mark/", pages.team_mark, name="team_mark"),
]
