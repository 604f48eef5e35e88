from django.urls import path

from programs.lessons import pages

urlpatterns = [
    path("lessons/", pages.lesson_list, name="lesson_list"),
    path("lessons/plans/", pages.lesson_plan_list, name="lesson_plan_list"),
    path("lessons/plans/new/", pages.lesson_plan_edit, name="lesson_plan_new"),
    path("lessons/plans/<int:pk>/", pages.lesson_plan, name="lesson_plan"),
    path("lessons/plans/<int:pk>/edit/", pages.lesson_plan_edit, name="lesson_plan_edit"),
    path("lessons/plans/<int:pk>/ask/", pages.lesson_ask, name="lesson_ask"),
    path("lessons/<int:pk>/", pages.lesson, name="lesson"),
    path("lessons/<int:pk>/assign/", pages.lesson_assign, name="lesson_assign"),
    path("lessons/<int:pk>/hold/", pages.lesson_hold, name="lesson_hold"),
    path("lessons/<int:pk>/cancel/", pages.lesson_cancel, name="lesson_cancel"),
    path("lesson/<slug:token>/<slug:moment>/", pages.lesson_feedback, name="lesson_feedback"),
]
