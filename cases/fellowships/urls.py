from django.urls import path

from cases.fellowships import pages

urlpatterns = [
    path("fellowships/", pages.fellowship_board, name="fellowship_board"),
    path("fellowships/payments/", pages.payment_run, name="payment_run"),
    path("fellowships/rules/", pages.stipend_rules, name="stipend_rules"),
    path("fellowships/rules/<int:pk>/remove/", pages.stipend_rule_remove, name="stipend_rule_remove"),
    path("enrolments/<int:pk>/fellowship/", pages.fellowship_new, name="fellowship_new"),
    path("fellowships/<int:pk>/", pages.fellowship, name="fellowship"),
    path("fellowships/<int:pk>/milestone/", pages.milestone_add, name="milestone_add"),
    path("fellowships/<int:pk>/touchpoint/", pages.touchpoint_add, name="touchpoint_add"),
    path("fellowships/<int:pk>/stipend/", pages.stipend_ask, name="stipend_ask"),
    path("milestones/<int:pk>/mark/", pages.milestone_mark, name="milestone_mark"),
    path("stipends/<int:pk>/approve/", pages.stipend_approve, name="stipend_approve"),
    path("stipends/<int:pk>/drop/", pages.stipend_drop, name="stipend_drop"),
    path("stipends/<int:pk>/paid/", pages.stipend_paid, name="stipend_paid"),
]
