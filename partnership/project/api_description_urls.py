"""The addresses that the description names: those of the API, the token endpoint with its own shape."""

from __future__ import annotations

from django.urls import include, path

from partnership.api import about

urlpatterns = [
    path("api/v1/oauth/token", about.TokenDescription.as_view({"post": "token"})),
    path("api/v1/oauth/revoke", about.RevocationDescription.as_view({"post": "revoke"})),
    path("api/v1/", include("partnership.project.api_urls")),
]
