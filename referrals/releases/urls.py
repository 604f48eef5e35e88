from django.urls import path

from referrals.releases import pages

urlpatterns = [
    path("release-notices/", pages.release_notice_list, name="release_notice_list"),
    path("release-notices/export/", pages.release_notice_export, name="release_notice_export"),
    path("referrals/<int:pk>/release/", pages.release_say, name="release_say"),
    path("referrals/<int:pk>/released/", pages.release_happened, name="release_happened"),
]
