from django.urls import path

from cases.my_page import pages

urlpatterns = [
    path("people/<int:pk>/card/", pages.card_make, name="card_make"),
    path("people/<int:pk>/card/paper/", pages.card_paper, name="card_paper"),
    path("people/<int:pk>/card/end/", pages.card_end, name="card_end"),
    path("my/", pages.my_page, name="my_page"),
    path("my/leave/", pages.my_leave, name="my_leave"),
    path("my/appointments/<int:pk>/", pages.my_appointment, name="my_appointment"),
    path("my/requests/", pages.my_request, name="my_request"),
    path("my/reminders/", pages.my_reminders_stop, name="my_reminders_stop"),
]
