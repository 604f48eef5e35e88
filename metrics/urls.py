from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from metrics import api, views
from programs.api import ProgrammeViewSet
from referrals.api import ReferralViewSet

router = SimpleRouter()
router.register("programmes", ProgrammeViewSet, basename="api-programme")
router.register("referrals", ReferralViewSet, basename="api-referral")
router.register("recidivism", api.RecidivismViewSet, basename="api-recidivism")
router.register("arrest-trends", api.TrendViewSet, basename="api-trend")

urlpatterns = [
    path("figures/recidivism/", views.recidivism, name="recidivism"),
    path("figures/recidivism.csv", views.recidivism_csv, name="recidivism_csv"),
    path("figures/recidivism.svg", views.recidivism_svg, name="recidivism_svg"),
    path("figures/arrests/", views.arrest_trends, name="arrest_trends"),
    path("figures/arrests.csv", views.arrest_trends_csv, name="arrest_trends_csv"),
    path("figures/arrests.svg", views.arrest_trends_svg, name="arrest_trends_svg"),
    path("figures/runs/<int:pk>/", views.run_page, name="run"),
    path("figures/recompute/", views.recompute, name="recompute"),
    path("api/v1/", include(router.urls)),
    path("api/v1/openapi/", SpectacularAPIView.as_view(), name="openapi"),
]
