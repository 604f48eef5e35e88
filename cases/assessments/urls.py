from django.urls import path

from cases.assessments import pages

urlpatterns = [
    path("enrolments/<int:pk>/assessments/", pages.assessment_list, name="assessment_list"),
    path("enrolments/<int:pk>/assess/<slug:instrument>/", pages.assess, name="assess"),
]
