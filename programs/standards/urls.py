from django.urls import path

from programs.standards import pages

urlpatterns = [
    path("prevention/", pages.prevention_list, name="prevention_list"),
    path("prevention/new/", pages.prevention_plan_new, name="prevention_plan_new"),
    path("prevention/practices/", pages.practice_list, name="practice_list"),
    path("prevention/<int:pk>/", pages.prevention_plan, name="prevention_plan"),
    path("prevention/<int:pk>/edit/", pages.prevention_plan_edit, name="prevention_plan_edit"),
    path("prevention/<int:pk>/answer/<slug:rule>/", pages.prevention_plan_answer, name="prevention_plan_answer"),
    path("prevention/<int:pk>/submit/", pages.prevention_plan_submit, name="prevention_plan_submit"),
    path("prevention/<int:pk>/approve/", pages.prevention_plan_approve, name="prevention_plan_approve"),
    path("prevention/<int:pk>/return/", pages.prevention_plan_return, name="prevention_plan_return"),
]
