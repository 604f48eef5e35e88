from django.urls import path

from cases.plans import pages

urlpatterns = [
    path("enrolments/<int:pk>/plan/", pages.plan, name="plan"),
    path("enrolments/<int:pk>/plan/agree/", pages.plan_agree, name="plan_agree"),
    path("enrolments/<int:pk>/end-report/", pages.end_report, name="end_report"),
    path("plans/<int:pk>/approve/", pages.plan_approve, name="plan_approve"),
    path("goals/<int:pk>/step/", pages.step_add, name="step_add"),
    path("steps/<int:pk>/mark/", pages.step_mark, name="step_mark"),
    path("steps/<int:pk>/remove/", pages.step_remove, name="step_remove"),
]
