from django.urls import path

from partnership.integrations import pages

urlpatterns = [
    path("api-clients/", pages.client_list, name="client_list"),
    path("api-clients/new/", pages.client_new, name="client_new"),
    path("api-clients/<int:pk>/", pages.client, name="client"),
    path("api-clients/<int:pk>/rotate/", pages.client_rotate, name="client_rotate"),
    path("api-clients/<int:pk>/keys/", pages.client_keys, name="client_keys"),
    path("api-clients/<int:pk>/revoke/", pages.client_revoke, name="client_revoke"),
    path("credentials/<int:pk>/end/", pages.credential_end, name="credential_end"),
    path("webhooks/", pages.webhook_list, name="webhook_list"),
    path("webhooks/new/", pages.webhook_edit, name="webhook_new"),
    path("webhooks/<int:pk>/", pages.webhook, name="webhook"),
    path("webhooks/<int:pk>/edit/", pages.webhook_edit, name="webhook_edit"),
    path("webhooks/<int:pk>/rotate/", pages.webhook_rotate, name="webhook_rotate"),
    path("webhooks/<int:pk>/test/", pages.webhook_test, name="webhook_test"),
    path("webhooks/<int:pk>/delete/", pages.webhook_delete, name="webhook_delete"),
    path("deliveries/<int:pk>/replay/", pages.delivery_replay, name="delivery_replay"),
]
