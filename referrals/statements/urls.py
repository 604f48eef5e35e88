from django.urls import path

from referrals.statements import pages

urlpatterns = [
    path("statements/", pages.statement_list, name="statement_list"),
    path("statements/<int:pk>/", pages.statement, name="statement"),
    path("statements/<int:pk>/statement.pdf", pages.statement_pdf, name="statement_pdf"),
    path("enrolments/<int:pk>/statement/", pages.statement_new, name="statement_new"),
]
