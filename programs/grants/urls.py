from django.urls import path

from programs.grants import pages

urlpatterns = [
    path("grants/", pages.grant_list, name="grant_list"),
    path("grants/export/", pages.grant_export, name="grant_export"),
    path("grants/360giving/", pages.grant_360giving, name="grant_360giving"),
    path("grants/ahead/", pages.grants_ahead, name="grants_ahead"),
    path("grants/keys/", pages.cost_keys, name="cost_keys"),
    path("grants/keys/<int:pk>/remove/", pages.cost_key_remove, name="cost_key_remove"),
    path("grants/new/", pages.grant_edit, name="grant_new"),
    path("grants/<int:pk>/", pages.grant, name="grant"),
    path("grants/<int:pk>/edit/", pages.grant_edit, name="grant_edit"),
    path("grants/<int:pk>/remove/", pages.grant_remove, name="grant_remove"),
    path("grants/<int:pk>/reports/", pages.report_day_add, name="report_day_add"),
    path("grants/reports/<int:pk>/mark/", pages.report_day_mark, name="report_day_mark"),
    path("grants/reports/<int:pk>/remove/", pages.report_day_remove, name="report_day_remove"),
    path("grants/<int:grant_pk>/allocations/new/", pages.allocation_edit, name="allocation_new"),
    path("grants/<int:grant_pk>/allocations/<int:pk>/", pages.allocation_edit, name="allocation_edit"),
    path("grants/allocations/<int:pk>/remove/", pages.allocation_remove, name="allocation_remove"),
    path("grants/<int:pk>/spending/", pages.spending_list, name="spending_list"),
    path("grants/<int:pk>/spending/new/", pages.spending_new, name="spending_new"),
    path("grants/<int:pk>/spending/import/", pages.spending_import, name="spending_import"),
    path("grants/spending/<int:pk>/remove/", pages.spending_remove, name="spending_remove"),
]
