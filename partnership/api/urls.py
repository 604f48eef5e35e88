"""All addresses of the API, version 1. Each app lists its own."""

from django.urls import include, path

from partnership.api import about, resources

urlpatterns = [
    path("", about.IndexView.as_view({"get": "show"}), name="api-index"),
    path("openapi.json", about.openapi, name="openapi"),
    path("docs", about.reader, name="api-docs"),
    path("problems", about.ProblemsView.as_view({"get": "show"}), name="api-problems"),
    path("problems/<slug:name>", about.ProblemsView.as_view({"get": "one"}), name="api-problem"),
    path("codes", about.CodesView.as_view({"get": "show"}), name="api-codes"),
    path("oauth/token", about.token, name="oauth-token"),
    path("", include(resources.urlpatterns)),
    path("", include("programs.api")),
    path("", include("programs.hsds")),
    path("", include("cases.api")),
    path("", include("cases.upload_api")),
    path("", include("cases.exports")),
    path("", include("referrals.api")),
    path("", include("referrals.diversion_api")),
    path("", include("referrals.fhir")),
    path("", include("metrics.api")),
]
