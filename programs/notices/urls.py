from django.urls import path

from programs.notices import pages

urlpatterns = [
    path("notices/", pages.notice_list, name="notice_list"),
    path("notices/new/", pages.notice_new, name="notice_new"),
    path("notices/paper/", pages.notice_paper, name="notice_paper"),
    path("notices/<int:pk>/", pages.notice, name="notice"),
    path("notices/<int:pk>/edit/", pages.notice_edit, name="notice_edit"),
    path("notices/<int:pk>/check/", pages.notice_check, name="notice_check"),
    path("notices/<int:pk>/share/", pages.notice_share, name="notice_share"),
    path("notices/<int:pk>/withdraw/", pages.notice_withdraw, name="notice_withdraw"),
    path("notices/<int:pk>/discard/", pages.notice_discard, name="notice_discard"),
    path("notices/<int:pk>/reply/", pages.notice_reply, name="notice_reply"),
    path("warnings/", pages.warnings, name="warnings"),
]
