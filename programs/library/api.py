"""The library over the API: what partners share, and its versions. A second look at a version is a person's, on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource as Record
from partnership.api.serializers import Strict
from partnership.api.views import Flag, Number, Query, View, WithoutMarks, Written
from programs.catalogue.models import LANGUAGES, Programme
from programs.library import actions as library
from programs.library.files import MOST_BYTES, SUFFIXES
from programs.library.licences import LICENCES
from programs.library.models import Resource, ResourceVersion
from programs.permissions import RESOURCES
from programs.standards.practices import Verdict


class ResourceSerializer(Record):
    partner_name = serializers.CharField(source="partner.name", read_only=True, help_text="Name of that partner.")
    about = serializers.CharField(help_text="What it is for, and how it is used.")
    audiences = serializers.ListField(
        child=serializers.ChoiceField(choices=Resource.Audience.choices), read_only=True, help_text="For whom it is."
    )
    language = serializers.ChoiceField(choices=list(LANGUAGES.items()), help_text="In which language it is.")
    evidence_source = serializers.CharField(help_text="Where the evidence can be read.")
    part_of = serializers.PrimaryKeyRelatedField[Programme](
        read_only=True, help_text="Number of the programme to which it belongs; null: to none."
    )
    is_public = serializers.BooleanField(help_text="Whether anybody reads it without signing in.")
    latest = serializers.PrimaryKeyRelatedField[ResourceVersion](
        read_only=True, help_text="Number of its newest checked version; null: there is none."
    )
    latest_at = serializers.DateTimeField(help_text="When that version was checked; before that, when it was begun.")

    class Meta:
        model = Resource
        fields = [
            "id", "partner", "partner_name", "kind", "title", "about", "audiences", "language", "licence", "evidence",
            "evidence_source", "part_of", "is_public", "latest", "latest_at", "withdrawn_why",
        ]  # fmt: skip


class ResourceQuery(Query):
    partner = Number()
    kind = serializers.ChoiceField(choices=Resource.Kind.choices, required=False)
    audience = serializers.ChoiceField(
        choices=Resource.Audience.choices, required=False, source="audiences__contains", help_text="For whom it is."
    )
    language = serializers.ChoiceField(
        choices=list(LANGUAGES.items()), required=False, help_text="In which language it is."
    )
    is_public = Flag(help_text="Whether anybody reads it without signing in.")


class ResourceInput(Strict):
    kind = serializers.ChoiceField(choices=Resource.Kind.choices)
    title = serializers.CharField(max_length=150)
    about = serializers.CharField(max_length=2000, help_text="What it is for, and how it is used.")
    audiences = serializers.ListField(
        child=serializers.ChoiceField(choices=Resource.Audience.choices),
        allow_empty=False,
        max_length=20,
        help_text="For whom it is.",
    )
    language = serializers.ChoiceField(choices=list(LANGUAGES.items()), help_text="In which language it is.")
    licence = serializers.ChoiceField(choices=[(code, licence.label) for code, licence in LICENCES.items()])
    evidence = serializers.ChoiceField(choices=Verdict.choices, default=Verdict.UNKNOWN)
    evidence_source = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="Where the evidence can be read; needed unless unknown."
    )
    part_of = serializers.PrimaryKeyRelatedField(
        queryset=Programme.objects.all(),
        default=None,
        allow_null=True,
        help_text="Number of an own programme to which it belongs; a lesson always belongs to one.",
    )
    is_public = serializers.BooleanField(default=False, help_text="Whether anybody reads it without signing in.")


class WithdrawalInput(Strict):
    because = serializers.CharField(max_length=300, help_text="Why, as everybody reads it.")


class ResourceView(View):
    """What partners share: each with a version that two looked at. A partner sees its own before that, and changes them."""

    resource = "resources"
    sees = RESOURCES
    does = {
        "create": library.save_resource,
        "update": library.save_resource,
        "withdraw": library.withdraw_resource,
    }
    serializer_class = ResourceSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": ResourceQuery}

    def get_queryset(self) -> QuerySet[Resource]:
        return Resource.objects.seen_by(self.acting).select_related("partner").order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        audience = parameters.get("audiences__contains")
        return super().narrowed(queryset, parameters | ({"audiences__contains": [audience]} if audience else {}))

    @extend_schema(request=ResourceInput, responses={201: ResourceSerializer})
    def create(self, request: Request) -> Response:
        """Says what a material of the caller's partner is. Others see it once a version of it was checked."""
        resource = self._save(Resource(partner=self.acting.partner))
        return self.answer(resource, 201, {"Location": request.build_absolute_uri(f"/api/v1/resources/{resource.pk}")})

    @extend_schema(request=ResourceInput, responses={200: ResourceSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Says of an own material anew what it is."""
        resource = self.get_object()
        self.check_unchanged(resource)
        return self.answer(self._save(resource))

    @extend_schema(request=WithdrawalInput, responses={200: ResourceSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """Takes an own material out of the library."""
        fields = self.checked_body(WithdrawalInput)
        library.withdraw_resource(by=self.acting, resource=self.get_object(), **fields)
        return self.answer(self.get_object())

    def _save(self, resource: Resource) -> Resource:
        for name, value in self.checked_body(ResourceInput).items():
            setattr(resource, name, value)
        saved = library.save_resource(by=self.acting, resource=resource)
        return self.get_queryset().get(pk=saved.pk)


class VersionSerializer(Record):
    resource = serializers.PrimaryKeyRelatedField[Resource](read_only=True, help_text="Number of the resource.")
    number = serializers.IntegerField(help_text="The first is 1.")
    published_on = serializers.DateField(help_text="The day that the material itself bears.")
    changes = serializers.CharField(help_text="What is new in it.")
    link = serializers.CharField(help_text="Where it is; empty: it is a file.")
    media_type = serializers.CharField(help_text="Of the file, by its first bytes; empty: it is a link.")
    sha256 = serializers.CharField(help_text="Of the file, to compare a copy with; empty: it is a link.")
    checked_at = serializers.DateTimeField(
        allow_null=True, help_text="When a colleague of who added it said that it may be shared; null: not yet."
    )

    class Meta:
        model = ResourceVersion
        fields = [
            "id", "resource", "number", "published_on", "changes", "link", "media_type", "size", "sha256", "checked_at",
        ]  # fmt: skip


class VersionQuery(Query):
    resource = Number(help_text="Number of the resource.")


class VersionInput(serializers.Serializer[Any]):
    resource = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Number of an own resource.")
    published_on = serializers.DateField(help_text="The day that the material itself bears.")
    changes = serializers.CharField(max_length=300, default="", allow_blank=True, help_text="What is new in it.")
    link = serializers.URLField(max_length=500, default="", allow_blank=True, help_text="Where it is; or send a file.")
    file = serializers.FileField(
        default=None, allow_null=True, help_text="A PDF, PNG, JPEG or OpenDocument file of at most 4 MB."
    )


class ResourceVersionView(View):
    """Versions of what partners share: never changed, the next takes its place. Own ones that wait for a second look are among them."""

    resource = "resource-versions"
    sees = RESOURCES
    does = {"create": library.add_version, "file": library.open_version}
    serializer_class = VersionSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": VersionQuery}
    parser_classes = [MultiPartParser, FormParser]

    def get_queryset(self) -> QuerySet[ResourceVersion]:
        return ResourceVersion.objects.select_related("resource").order_by()

    @extend_schema(request={"multipart/form-data": VersionInput}, responses={201: VersionSerializer})
    def create(self, request: Request) -> Response:
        """Adds the next version of an own resource: a link or a file. A colleague has a second look at it on its page."""
        fields = self.checked_body(VersionInput)
        resource = Resource.objects.seen_by(self.acting).filter(pk=fields.pop("resource")).first()
        if resource is None:
            raise Http404
        file = fields.pop("file")
        content = file.read(MOST_BYTES + 1) if file else b""
        version = library.add_version(by=self.acting, resource=resource, content=content, **fields)
        location = request.build_absolute_uri(f"/api/v1/resource-versions/{version.pk}")
        return self.answer(version, 201, {"Location": location})

    @extend_schema(responses={(200, media_type): OpenApiResponse(OpenApiTypes.BINARY) for media_type in SUFFIXES})
    @action(detail=True, methods=["get"], renderer_classes=[Written])
    def file(self, request: Request, pk: int) -> Response:
        """The file of a version. That a partner opened another's is counted once a month."""
        version = self.get_object()
        content = library.open_version(by=self.acting, version=version)
        if not content:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{version.file_name}"'}
        return Response(content, content_type=version.media_type, headers=headers)
