"""Metric results over the API, suppressed as on the pages; saved cohorts; results as CSV with metadata (CSVW)."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from cases.models import OffenceGroup, Sex, Substance
from metrics import services
from metrics.cohorts import AgeBand, History, Selection
from metrics.models import (
    ArrestTrendResult,
    CareResult,
    Cohort,
    ComparisonResult,
    FeedQuality,
    Offences,
    RecidivismResult,
    ReferralResult,
    Run,
    SurvivalResult,
    TrendChange,
)
from metrics.views.shared import own_cohorts, visible_cohorts
from partnership.api.resources import DistrictSerializer, PartnerBrief
from partnership.api.serializers import Resource, Strict
from partnership.api.views import Number, Query, View, Written
from partnership.downloads import guard_formula
from partnership.models import Role
from programs.api import ProgrammeBrief
from programs.models import Programme, ReferralKind

MOST_ROWS = 100_000

# --- Runs --------------------------------------------------------------------------------------------------------------------


class RunSerializer(Resource):
    class Meta:
        model = Run
        fields = [
            "id", "state", "reason", "definition", "data_cut_off", "requested_at", "started_at", "finished_at", "published_at",
            "enrolments_in", "arrests_in", "results_out",
        ]  # fmt: skip


class RunQuery(Query):
    state = serializers.ChoiceField(choices=Run.State.choices, required=False)


class RunView(View):
    """Computations: what went in and came out, under which definition, up to which day."""

    resource, operation = "metrics", "runs"
    serializer_class = RunSerializer
    queries = {"list": RunQuery}

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.order_by()


# --- Results -----------------------------------------------------------------------------------------------------------------


class TableRenderer(Written):
    media_type = "text/csv"
    format = "csv"


class Results(View):
    """The base of all results: the newest finished run's, or a named run's. What is withheld is null, and says why."""

    resource = "metrics"
    orders = ("id", "-id")
    path = ""

    def run(self) -> Run | None:
        number = self.parameters.get("run")
        if number is None:
            return services.latest_run()
        found = Run.objects.filter(pk=number, state=Run.State.DONE).first()
        if found is None:
            raise Http404
        return found

    def get_queryset(self) -> QuerySet[Any]:
        kind = self.serializer_class.Meta.model  # type: ignore[union-attr]
        run = self.run()
        if run is None:
            return kind.objects.none()
        found = kind.objects.filter(run=run).order_by()
        names = {field.name for field in kind._meta.get_fields()}
        if "cohort" in names:
            found = found.filter(Q(cohort=None) | Q(cohort__in=visible_cohorts(self.acting)))
        if "programme" in names and self.acting.role != Role.COORDINATOR:
            # The database says the same: own results and the partnership's.
            found = found.filter(Q(partner=self.acting.partner) | Q(partner=None))
        return found

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return super().narrowed(queryset, {name: value for name, value in parameters.items() if name != "run"})

    def columns(self) -> list[tuple[str, serializers.Field[Any, Any, Any, Any]]]:
        kind = self.serializer_for_reading("list")
        assert kind is not None  # noqa: S101
        return [(str(name), field) for name, field in kind().fields.items()]

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="All rows as a table.")})
    @action(detail=False, methods=["get"], url_path="table", renderer_classes=[TableRenderer])
    def table(self, request: Request) -> HttpResponse:
        """All rows as CSV. The metadata (CSVW) that say what each column means are linked in the Link header."""
        rows = self.narrowed(self.get_queryset(), self.parameters).order_by("id")[:MOST_ROWS]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        names = [name for name, _field in self.columns()]
        writer.writerow(names)
        kind = self.serializer_class(context=self.get_serializer_context())  # type: ignore[misc]
        self.count = 0
        for row in rows:
            shown = kind.to_representation(row)
            writer.writerow([_cell(shown[name]) for name in names])
            self.count += 1
        response = Response(text.getvalue().encode(), content_type="text/csv; charset=utf-8; header=present")
        response["Link"] = (
            f'<{request.build_absolute_uri(f"/api/v1/results/{self.path}/metadata")}>; rel="describedby";'
            ' type="application/csvm+json"'
        )
        return response

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @action(detail=False, methods=["get"], url_path="metadata")
    def metadata(self, request: Request) -> Response:
        """What the table's columns mean: W3C Metadata Vocabulary for Tabular Data (CSVW)."""
        run = services.latest_run()
        return Response(
            {
                "@context": ["http://www.w3.org/ns/csvw", {"@language": get_language()}],
                "url": request.build_absolute_uri(f"/api/v1/results/{self.path}/table"),
                "dc:title": (self.__doc__ or "").split("\n")[0],
                "dc:conformsTo": f"definition {run.definition}" if run else None,
                "dc:temporal": run.data_cut_off if run else None,
                "dc:modified": run.finished_at if run else None,
                "tableSchema": {
                    "primaryKey": "id",
                    "columns": [
                        {
                            "name": name,
                            "titles": name,
                            "datatype": _datatype(field),
                            "required": name == "id",
                            **({"dc:description": str(field.help_text)} if field.help_text else {}),
                        }
                        for name, field in self.columns()
                    ],
                },
            }
        )

    def query_class(self, action: str | None) -> type[Query]:
        if action == "table":
            return self.queries.get("list", Query)
        return super().query_class(action)


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        import orjson

        return orjson.dumps(value).decode()
    return "" if value is None else guard_formula(value) if isinstance(value, str) else value


def _datatype(field: serializers.Field[Any, Any, Any, Any]) -> str:
    for kind, name in (
        (serializers.BooleanField, "boolean"),
        (serializers.IntegerField, "integer"),
        (serializers.PrimaryKeyRelatedField, "integer"),
        (serializers.FloatField, "number"),
        (serializers.DateTimeField, "dateTime"),
        (serializers.DateField, "date"),
        (serializers.JSONField, "json"),
    ):
        if isinstance(field, kind):
            return name
    return "string"


class OfRun(Query):
    run = Number(help_text="Number of a run; without it the newest.")


class OfPopulation(OfRun):
    programme = Number()
    partner = Number()
    cohort = Number()


POPULATION = {
    "programme": ("programme", ProgrammeBrief, "programme"),
    "partner": ("partner", PartnerBrief, "partner"),
}


class RecidivismSerializer(Resource):
    expandable = POPULATION

    class Meta:
        model = RecidivismResult
        fields = [
            "id", "run", "partner", "programme", "cohort", "offences", "window_months", "eligible", "rearrested", "rate",
            "rate_lower", "rate_upper", "mean_rearrests", "programmes", "withheld",
        ]  # fmt: skip


class RecidivismQuery(OfPopulation):
    offences = serializers.ChoiceField(choices=Offences.choices, required=False)
    window_months = serializers.ChoiceField(choices=[(6, 6), (12, 12), (24, 24), (36, 36)], required=False)


class RecidivismView(Results):
    """Rearrested within 6, 12, 24 and 36 months, with the Wilson 95 % interval."""

    operation, path = "recidivism", "recidivism"
    serializer_class = RecidivismSerializer
    queries = {"list": RecidivismQuery}


class SurvivalSerializer(Resource):
    expandable = POPULATION

    class Meta:
        model = SurvivalResult
        fields = ["id", "run", "partner", "programme", "cohort", "offences", "participants", "points"]


class SurvivalView(Results):
    """Kaplan–Meier curves, month by month, with numbers at risk."""

    operation, path = "survival", "survival"
    serializer_class = SurvivalSerializer
    queries = {"list": OfPopulation}


class CareSerializer(Resource):
    expandable = POPULATION

    class Meta:
        model = CareResult
        fields = [
            "id", "run", "partner", "programme", "cohort", "participants", "person_years", "any_per_person_year",
            "drug_per_person_year", "ended", "completed_rate", "completed_lower", "completed_upper", "retained_90_rate",
            "days_to_service_median", "days_to_service_upper_quartile",
        ]  # fmt: skip


class CareView(Results):
    """Frequency of re-arrest, completion, retention, time to service."""

    operation, path = "care", "care"
    serializer_class = CareSerializer
    queries = {"list": OfPopulation}


class ComparisonSerializer(Resource):
    expandable = POPULATION

    class Meta:
        model = ComparisonResult
        fields = [
            "id", "run", "partner", "programme", "group", "offences", "window_months", "refusal", "participants",
            "comparisons", "effective", "rate", "comparison_rate", "difference", "difference_lower", "difference_upper",
            "reduction", "reduction_lower", "reduction_upper", "hazard_ratio", "hazard_lower", "hazard_upper",
            "proportional_p", "log_rank_p", "balance",
        ]  # fmt: skip


class ComparisonQuery(OfRun):
    programme = Number()
    partner = Number()
    group = serializers.ChoiceField(choices=ComparisonResult.Group.choices, required=False)


class ComparisonView(Results):
    """Participants against a named comparison group, or why there is no estimate."""

    operation, path = "comparisons", "comparisons"
    serializer_class = ComparisonSerializer
    queries = {"list": ComparisonQuery}


class TrendSerializer(Resource):
    expandable = {"district": ("district", DistrictSerializer, "district")}

    class Meta:
        model = ArrestTrendResult
        fields = ["id", "run", "district", "month", "group", "arrests", "rate_per_100k", "adjusted"]


class TrendQuery(OfRun):
    district = Number()
    group = serializers.ChoiceField(choices=ArrestTrendResult.Group.choices, required=False)
    month_from = serializers.DateField(required=False, source="month__gte")
    month_to = serializers.DateField(required=False, source="month__lte")


class TrendView(Results):
    """Arrests and overdoses a month, per district and group of offence."""

    operation, path = "trends", "trends"
    serializer_class = TrendSerializer
    queries = {"list": TrendQuery}


class TrendChangeSerializer(Resource):
    expandable = {"district": ("district", DistrictSerializer, "district")}

    class Meta:
        model = TrendChange
        fields = [
            "id", "run", "kind", "district", "intervention", "group", "change", "lower", "upper", "p", "refusal", "family",
        ]  # fmt: skip


class TrendChangeQuery(OfRun):
    district = Number()
    kind = serializers.ChoiceField(choices=TrendChange.Kind.choices, required=False)


class TrendChangeView(Results):
    """Changes in trends: five years apart, and at interventions."""

    operation, path = "trend_changes", "trend-changes"
    serializer_class = TrendChangeSerializer
    queries = {"list": TrendChangeQuery}


class ReferralResultSerializer(Resource):
    class Meta:
        model = ReferralResult
        fields = [
            "id", "run", "from_partner", "to_partner", "sent", "counts", "acknowledged_days", "answered_days",
            "started_days", "on_time_rate",
        ]  # fmt: skip


class ReferralResultQuery(OfRun):
    from_partner = Number()
    to_partner = Number()


class ReferralResultView(Results):
    """How referrals of the last twelve months went, per partner and pair."""

    operation, path = "referral_results", "referrals"
    serializer_class = ReferralResultSerializer
    queries = {"list": ReferralResultQuery}


class FeedQualitySerializer(Resource):
    class Meta:
        model = FeedQuality
        fields = [
            "id", "run", "partner", "district", "complete_through", "days_late", "missing_months", "sudden_drops",
            "uncoded_share", "problems",
        ]  # fmt: skip


class FeedQualityView(Results):
    """How good the police feeds are that the figures rest on."""

    operation, path = "feed_quality", "feed-quality"
    serializer_class = FeedQualitySerializer
    queries = {"list": OfRun}


# --- Cohorts -----------------------------------------------------------------------------------------------------------------


class CohortSerializer(Resource):
    class Meta:
        model = Cohort
        fields = ["id", "partner", "name", "selection", "is_shared", "is_partnership_wide", "created_at", "archived_at"]


def _choices(choices: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=choices), default=list, max_length=100)


def _numbers() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), default=list, max_length=500
    )


class SelectionInput(Strict):
    programmes = _numbers()
    partners = _numbers()
    kinds = _choices(Programme.Kind.choices)
    districts = _numbers()
    started_from = serializers.DateField(default=None, allow_null=True)
    started_to = serializers.DateField(default=None, allow_null=True)
    sexes = _choices(Sex.choices)
    ages = _choices(AgeBand.choices)
    history = serializers.ChoiceField(choices=History.choices, default="", allow_blank=True)
    substances = _choices(Substance.choices)
    offence_groups = _choices(OffenceGroup.choices)
    referral_kinds = _choices(ReferralKind.choices)
    index = serializers.ChoiceField(choices=["start", "completion"], default="start")


class CohortInput(Strict):
    name = serializers.CharField(max_length=120)
    is_shared = serializers.BooleanField(default=True)
    selection = SelectionInput()


class CohortView(View):
    """Saved selections of participants; the next computation gives each its figures."""

    resource, operation = "cohorts", "cohorts"
    scopes = {"list": "metrics:read", "retrieve": "metrics:read"}
    serializer_class = CohortSerializer

    def get_queryset(self) -> QuerySet[Cohort]:
        found = own_cohorts if self.action in {"update", "archive", "restore"} else visible_cohorts
        return found(self.acting).order_by()

    @extend_schema(request=CohortInput, responses={201: CohortSerializer})
    def create(self, request: Request) -> Response:
        """Saves a cohort and asks for its figures."""
        saved = self._save(Cohort(), request)
        return self.answer(saved, 201, {"Location": request.build_absolute_uri(f"/api/v1/cohorts/{saved.pk}")})

    @extend_schema(request=CohortInput, responses={200: CohortSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes an own cohort."""
        return self.answer(self._save(self.get_object(), request))

    def _save(self, cohort: Cohort, request: Request) -> Cohort:
        given = self.given(CohortInput)
        cohort.name, cohort.is_shared = given["name"], given["is_shared"]
        return services.save_cohort(by=self.acting, cohort=cohort, selection=Selection(**given["selection"]))

    @extend_schema(request=None, responses={200: CohortSerializer})
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: int) -> Response:
        """Takes an own cohort out of later computations."""
        found = self.get_object()
        services.archive_cohort(cohort=found, is_archived=True)
        return self.answer(found)

    @extend_schema(request=None, responses={200: CohortSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Puts an archived cohort back."""
        found = self.get_object()
        services.archive_cohort(cohort=found, is_archived=False)
        return self.answer(found)


router = SimpleRouter(trailing_slash=False)
router.register("runs", RunView, basename="api-run")
router.register("cohorts", CohortView, basename="api-cohort")
RESULTS: tuple[type[Results], ...] = (
    RecidivismView, SurvivalView, CareView, ComparisonView, TrendView, TrendChangeView, ReferralResultView, FeedQualityView,
)  # fmt: skip
for view in RESULTS:
    router.register(f"results/{view.path}", view, basename=f"api-{view.operation}")
urlpatterns = router.urls
