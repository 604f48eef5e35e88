from django.urls import path

from cases.places import pages

urlpatterns = [
    path("beds/", pages.bed_board, name="bed_board"),
    path("programmes/<int:pk>/beds/new/", pages.bed_new, name="bed_new"),
    path("programmes/<int:pk>/occupancy/", pages.occupancy, name="occupancy"),
    path("beds/<int:pk>/edit/", pages.bed_edit, name="bed_edit"),
    path("beds/<int:pk>/close/", pages.bed_close, name="bed_close"),
    path("beds/<int:pk>/move-in/", pages.bed_move_in, name="bed_move_in"),
    path("beds/<int:pk>/out/", pages.bed_out, name="bed_out"),
    path("stays/<int:pk>/end/", pages.stay_end, name="stay_end"),
    path("stays/<int:pk>/away/", pages.stay_away, name="stay_away"),
    path("stays/<int:pk>/expect/", pages.stay_expect, name="stay_expect"),
    path("enrolments/<int:pk>/stays/", pages.stays, name="stays"),
    path("enrolments/<int:pk>/situation/<str:moment>/", pages.situation_write, name="situation_write"),
]
