"""The base of all results over the API, of protected counts as on the pages: lists, and the same as CSV with metadata (CSVW)."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.cohorts.models import visible_cohorts
from metrics.permissions import FIGURES, visible_results
from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.runs.releases import latest_release
from partnership.api.views import Number, Query, View, WithoutMarks, Written
from partnership.members.api import PartnerBrief
from partnership.pages.downloads import guard_formula
from programs.catalogue.api import ProgrammeBrief

MOST_ROWS = 100_000


class TableRenderer(Written):
    media_type = "text/csv"
    format = "csv"


class Results(View):
    """The base of all results: the newest finished run's, or a named run's. What is not shown is null, and says why.

    `of_release`: outcomes of people, of the newest release.
    """

    resource = "metrics"
    of_release = False
    sees = FIGURES
    without_marks = WithoutMarks.FIGURES
    orders = ("id", "-id")
    path = ""

    def run(self) -> Run | None:
        """The run that the parameters name, or the newest one of the kind; None before the first. Raises Http404."""
        number = self.parameters.get("run")
        if number is None:
            return latest_release() if self.of_release else runs.latest_run()
        finished_run = Run.objects.filter(pk=number, state=Run.State.DONE).first()
        if finished_run is None:
            raise Http404
        return finished_run

    def get_queryset(self) -> QuerySet[Any]:
        result_model: type[Model] = self.serializer_class.Meta.model  # type: ignore[union-attr]
        run = self.run()
        if run is None:
            return result_model._default_manager.none()
        results = result_model._default_manager.filter(run=run).order_by()
        field_names = {field.name for field in result_model._meta.get_fields()}
        if "cohort" in field_names:
            results = results.filter(Q(cohort=None) | Q(cohort__in=visible_cohorts(self.acting)))
        if "programme" in field_names:
            results = results.filter(visible_results(self.acting))
        return results

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return super().narrowed(queryset, {name: value for name, value in parameters.items() if name != "run"})

    def columns(self) -> list[tuple[str, serializers.Field[Any, Any, Any, Any]]]:
        """(name, field) of each column of the table, in order."""
        serializer_class = self.serializer_for_reading("list")
        assert serializer_class is not None  # noqa: S101
        return [(str(name), field) for name, field in serializer_class().fields.items()]

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="All rows as a table.")})
    @action(detail=False, methods=["get"], url_path="table", renderer_classes=[TableRenderer])
    def table(self, request: Request) -> HttpResponse:
        """All rows as CSV. The metadata (CSVW) that say what each column means are linked in the Link header."""
        rows = self.narrowed(self.get_queryset(), self.parameters).order_by("id")[:MOST_ROWS]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        names = [name for name, _field in self.columns()]
        writer.writerow(names)
        serializer = self.serializer_class(context=self.get_serializer_context())  # type: ignore[misc]
        self.count = 0
        for row in rows:
            values = serializer.to_representation(row)
            writer.writerow([_cell(values[name]) for name in names])
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
        run = latest_release() if self.of_release else runs.latest_run()
        return Response(
            {
                "@context": ["http://www.w3.org/ns/csvw", {"@language": get_language()}],
                "url": request.build_absolute_uri(f"/api/v1/results/{self.path}/table"),
                "dc:title": (self.__doc__ or "").split("\n")[0],
                "dc:conformsTo": f"definition {run.definition}" if run else None,
                "dc:isPartOf": f"release {run.quarter}" if run and run.released_at else None,
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
    for field_class, name in (
        (serializers.BooleanField, "boolean"),
        (serializers.IntegerField, "integer"),
        (serializers.PrimaryKeyRelatedField, "integer"),
        (serializers.FloatField, "number"),
        (serializers.DateTimeField, "dateTime"),
        (serializers.DateField, "date"),
        (serializers.JSONField, "json"),
    ):
        if isinstance(field, field_class):
            return name
    return "string"


class OfRun(Query):
    run = Number(help_text="Number of a run; without it the newest (of outcomes: the newest release).")


class OfPopulation(OfRun):
    programme = Number()
    partner = Number()
    cohort = Number()


POPULATION_PARTS = {
    "programme": ("programme", ProgrammeBrief, "programme"),
    "partner": ("partner", PartnerBrief, "partner"),
}
