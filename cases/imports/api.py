"""Uploads over the API: files of arrests, participants or populations as jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.imports import actions as imports
from cases.imports import ndjson
from cases.imports.fields import COLUMNS, REASONS
from cases.imports.models import KINDS_BY_PARTNER, LOAD_CHOICES, DataImport, ImportProblem
from cases.permissions import IMPORTS
from partnership.api.parsers import checked_json
from partnership.api.serializers import Resource
from partnership.api.views import Query, View, WithoutMarks
from partnership.isolation.errors import Invalid
from partnership.members.models import District
from programs.catalogue.models import Programme


class UploadSerializer(Resource):
    percent_done = serializers.IntegerField(read_only=True)

    class Meta:
        model = DataImport
        fields = [
            "id", "kind", "state", "file_name", "size", "columns", "source", "mapping", "unmapped_codes", "consent", "programme",
            "complete_through", "rows_total", "rows_done", "rows_bad", "percent_done", "added", "corrected", "unchanged",
            "loaded_at", "removed", "restored", "kept",
            "error", "created_at", "changed_at",
        ]  # fmt: skip


class Texts(serializers.JSONField):
    """An object of texts, in a form."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            value = checked_json(data) if isinstance(data, str) else data
        except ValueError:
            self.fail("invalid")
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise serializers.ValidationError(_("Send an object of texts."))
        return value


class UploadInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=DataImport.Kind.choices)
    file = serializers.FileField(help_text="CSV (comma, semicolon, tab), NDJSON (one object a line) or XLSX.")
    programme = serializers.PrimaryKeyRelatedField(
        queryset=Programme.objects.all(),
        default=None,
        allow_null=True,
        help_text="For participants: in which they are enrolled.",
    )
    complete_through = serializers.DateField(
        default=None, allow_null=True, help_text="For arrests: all arrests through this day are in it."
    )
    districts = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=2000,
        help_text="For arrests: codes of the districts that it covers, divided by commas.",
    )
    mapping = Texts(default=dict, help_text="Field → heading, where headings don't bear the fields' names.")
    codes = Texts(
        default=dict,
        help_text="Local offence code → ICCS code; a code that ends with * stands for all that begin so, * for all the rest.",
    )
    consent = serializers.ChoiceField(
        choices=DataImport.Consent.choices,
        default=DataImport.Consent.COLUMN,
        help_text="For participants: whether all of the file consent to be counted, nobody does, or a column says so.",
    )
    remember_as = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=60,
        help_text="The system that the file comes from: its columns and codes are remembered under this name.",
    )
    load = serializers.ChoiceField(
        choices=LOAD_CHOICES,
        default="if_clean",
        help_text="Whether rows are loaded at once when every row is right, or only after `confirm`.",
    )


class UploadQuery(Query):
    kind = serializers.ChoiceField(choices=DataImport.Kind.choices, required=False)
    state = serializers.ChoiceField(choices=DataImport.State.choices, required=False)


class ProblemSerializer(Resource):
    reason = serializers.ChoiceField(choices=list(REASONS.items()))
    detail = serializers.SerializerMethodField()

    class Meta:
        model = ImportProblem
        fields = ["id", "row", "column", "reason", "detail"]

    def get_detail(self, problem: ImportProblem) -> str:
        return str(REASONS.get(problem.reason, problem.reason))


class ProblemQuery(Query):
    is_list = True


class UploadView(View):
    """Files of arrests, participants or populations as jobs: checked row by row, then loaded as a whole.

    The same file twice changes nothing; a corrected arrest replaces the old one.
    """

    resource = "uploads"
    sees = IMPORTS
    does = {
        "create": imports.upload,
        "confirm": imports.confirm,
        "discard": imports.discard,
        "take_back": imports.start_taking_back,
    }
    serializer_class = UploadSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": UploadQuery, "problems": ProblemQuery}
    parser_classes = [MultiPartParser, FormParser]

    def get_queryset(self) -> QuerySet[DataImport]:
        return DataImport.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request={"multipart/form-data": UploadInput}, responses={202: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Stores a file and starts its check. Follow `state` and `percent_done` at the address in Location."""
        data = self.checked_body(UploadInput)
        if data["kind"] != KINDS_BY_PARTNER.get(self.acting.partner.kind):
            raise Invalid("kind", _("Your partner does not upload data of this kind."))
        codes = [code.strip() for code in data["districts"].split(",") if code.strip()]
        covered = dict(District.objects.filter(code__in=codes).values_list("code", "pk"))
        if unknown := [code for code in codes if code not in covered]:
            raise Invalid("districts", _("No district has the code %(code)s.") % {"code": unknown[0]})
        if data["complete_through"] and not covered:
            raise Invalid("districts", _("Say which districts are complete through that day."))
        file = ndjson.as_csv(data["file"], [column.name for column in COLUMNS[data["kind"]]])
        data_import = imports.upload(
            by=self.acting,
            kind=data["kind"],
            file=file,
            complete_through=data["complete_through"],
            district_ids=list(covered.values()),
            programme=data["programme"],
            source=data["remember_as"],
            loads_if_clean=data["load"] == "if_clean",
        )
        imports.start_check(
            by=self.acting,
            data_import=data_import,
            mapping=data_import.mapping | data["mapping"],
            codes=data["codes"],
            consent=data["consent"],
        )
        data_import.refresh_from_db()
        location = request.build_absolute_uri(f"/api/v1/uploads/{data_import.pk}")
        return self.answer(data_import, 202, {"Location": location})

    @extend_schema(request=None, responses={202: UploadSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Loads the checked rows; those with problems are left out."""
        imports.confirm(by=self.acting, data_import=self.get_object())
        return self.answer(self.get_object(), 202)

    @extend_schema(request=None, responses={200: UploadSerializer})
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: int) -> Response:
        """Forgets the file; the registers were not touched."""
        imports.discard(by=self.acting, data_import=self.get_object())
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={202: UploadSerializer})
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Removes what a file added and restores what it changed, for 90 days. What a later file holds too stays."""
        imports.start_taking_back(by=self.acting, data_import=self.get_object())
        return self.answer(self.get_object(), 202)

    @extend_schema(responses={200: ProblemSerializer(many=True)})
    @action(detail=True, methods=["get"], serializer_class=ProblemSerializer)
    def problems(self, request: Request, pk: int) -> Response:
        """Rows that can't be taken, and why: number of the row in the file, column, reason. Values are not repeated."""
        if not self.get_queryset().filter(pk=pk).exists():
            raise Http404
        return self.answer_list([ImportProblem.objects.filter(data_import=pk).defer("values").order_by()])
