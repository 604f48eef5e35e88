"""All addresses. Each app lists its own; this project module alone looks at them all."""

from django.contrib import admin
from django.urls import include, path

from partnership import client_views, guide_views, health, keeping_views, list_views, views

handler400 = "partnership.errorpages.bad_request"
handler403 = "partnership.errorpages.forbidden"
handler404 = "partnership.errorpages.not_found"
handler500 = "partnership.errorpages.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("theme/", views.theme, name="theme"),
    path("choose-partner/", views.choose_partner, name="choose_partner"),
    path("invitation/<str:token>/", views.accept_invitation, name="accept_invitation"),
    path("profile/", views.profile, name="profile"),
    path("views/", list_views.view_save, name="view_save"),
    path("views/<int:pk>/delete/", list_views.view_delete, name="view_delete"),
    path("help/", guide_views.help_page, name="help"),
    path("guide/", guide_views.guide, name="guide"),
    path("styleguide/", guide_views.styleguide, name="styleguide"),
    path("keep/", keeping_views.keep, name="keep"),
    path("unsent/", keeping_views.unsent, name="unsent"),
    path("unsent/drop/", keeping_views.unsent_drop, name="unsent_drop"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/<int:pk>/", views.notification, name="notification"),
    path("partners/", views.partner_list, name="partner_list"),
    path("partners/new/", views.partner_new, name="partner_new"),
    path("partners/<int:pk>/", views.partner, name="partner"),
    path("members/", views.member_list, name="member_list"),
    path("members/<int:pk>/", views.member, name="member"),
    path("invitations/<int:pk>/revoke/", views.invitation_revoke, name="invitation_revoke"),
    path("agreements/", views.agreement_list, name="agreement_list"),
    path("agreements/new/", views.agreement_edit, name="agreement_new"),
    path("agreements/<int:pk>/", views.agreement, name="agreement"),
    path("agreements/<int:pk>/edit/", views.agreement_edit, name="agreement_edit"),
    path("agreements/<int:pk>/end/", views.agreement_end, name="agreement_end"),
    path("announcements/", views.announcement_list, name="announcement_list"),
    path("announcements/new/", views.announcement_edit, name="announcement_new"),
    path("announcements/<int:pk>/", views.announcement_edit, name="announcement_edit"),
    path("announcements/<int:pk>/delete/", views.announcement_delete, name="announcement_delete"),
    path("unusual-reading/", views.unusual_reading, name="unusual_reading"),
    path("unusual-reading/<int:pk>/", views.reading_seen, name="reading_seen"),
    path("read-log/", views.read_log, name="read_log"),
    path("api-clients/", client_views.client_list, name="client_list"),
    path("api-clients/new/", client_views.client_new, name="client_new"),
    path("api-clients/<int:pk>/", client_views.client, name="client"),
    path("api-clients/<int:pk>/rotate/", client_views.client_rotate, name="client_rotate"),
    path("api-clients/<int:pk>/revoke/", client_views.client_revoke, name="client_revoke"),
    path("credentials/<int:pk>/end/", client_views.credential_end, name="credential_end"),
    path("webhooks/", client_views.webhook_list, name="webhook_list"),
    path("webhooks/new/", client_views.webhook_edit, name="webhook_new"),
    path("webhooks/<int:pk>/", client_views.webhook, name="webhook"),
    path("webhooks/<int:pk>/edit/", client_views.webhook_edit, name="webhook_edit"),
    path("webhooks/<int:pk>/test/", client_views.webhook_test, name="webhook_test"),
    path("webhooks/<int:pk>/delete/", client_views.webhook_delete, name="webhook_delete"),
    path("deliveries/<int:pk>/replay/", client_views.delivery_replay, name="delivery_replay"),
    path("api/v1/", include("partnership.api.urls")),
    path("", include("programs.urls")),
    path("", include("cases.urls")),
    path("", include("referrals.urls")),
    path("", include("metrics.urls")),
]
