"""People, enrolments with attendance, arrests, and uploads over the API: each partner its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from cases import services
from cases.models import Arrest, Enrolment, Feed, Offence, Person, Session, Sex, Substance
from partnership import identity_code
from partnership.api.resources import DistrictSerializer
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Flag, Number, Query, View
from partnership.models import District
from programs.api import ProgrammeBrief
from programs.models import Programme

# --- People ------------------------------------------------------------------------------------------------------------------


class PersonSerializer(Resource):
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    identity_code = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    expandable = {"district": ("district", DistrictSerializer, "district")}

    class Meta:
        model = Person
        fields = [
            "id", "first_names", "last_name", "born_on", "identity_code", "phone", "email", "sex", "district", "died_on",
            "created_at", "changed_at",
        ]  # fmt: skip


class PersonInput(Strict):
    first_names = serializers.CharField(max_length=100, default="", allow_blank=True)
    last_name = serializers.CharField(max_length=100, default="", allow_blank=True)
    born_on = InPast(default=None, allow_null=True)
    identity_code = serializers.CharField(max_length=20, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    email = serializers.EmailField(default="", allow_blank=True)
    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)
    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), default=None, allow_null=True)
    died_on = InPast(default=None, allow_null=True)

    def validate_identity_code(self, value: str) -> str:
        if not value:
            return ""
        try:
            return identity_code.parse(value).text
        except Exception:
            raise serializers.ValidationError(_("Not a valid personal identity code.")) from None

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        code = identity_code.parse(data["identity_code"]) if data.get("identity_code") else None
        if code and data.get("born_on") and data["born_on"] != code.born_on:
            raise serializers.ValidationError(
                {"born_on": [_("The date of birth differs from the one in the identity code.")]}
            )
        if code:
            data["born_on"] = code.born_on
            data["sex"] = code.sex if data.get("sex", Sex.UNKNOWN) == Sex.UNKNOWN else data["sex"]
        if not (data.get("last_name") or data.get("first_names") or code):
            raise serializers.ValidationError({"last_name": [_("Give a name or an identity code.")]})
        return data


class PersonSearch(Strict):
    """What to find people by; in the body, so that no name or code stands in a log of addresses."""

    text = serializers.CharField(min_length=3, max_length=200, help_text="An identity code, or beginnings of names.")
    born_on = serializers.DateField(default=None, allow_null=True)


class PersonView(View):
    """The caller's partner's own people. Nobody else's are found."""

    resource = "persons"
    serializer_class = PersonSerializer
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_person",)
    is_personal = True
    scopes = {"search": "persons:read"}

    def get_queryset(self) -> QuerySet[Person]:
        return Person.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=PersonInput, responses={201: PersonSerializer})
    def create(self, request: Request) -> Response:
        """Adds a person. A second one with the same identity code is refused (`known-person`)."""
        given = self.given(PersonInput)
        made = services.save_person(by=self.acting, person=Person(**given))
        location = request.build_absolute_uri(f"/api/v1/persons/{made.pk}")
        return self.answer(made, 201, {"Location": location})

    @extend_schema(request=PersonInput, responses={200: PersonSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Changes the fields that are given."""
        found = self.get_object()
        self.check_unchanged(found)
        before = {str(name): getattr(found, str(name)) for name in PersonInput().fields}
        whole = PersonInput(data=self._whole(before, request.data))
        whole.is_valid(raise_exception=True)
        for name, value in whole.validated_data.items():
            setattr(found, name, value)
        return self.answer(services.save_person(by=self.acting, person=found))

    @staticmethod
    def _whole(before: dict[str, Any], data: Any) -> dict[str, Any]:
        """The record with the changes, as it would be sent in full: the rules look at all of it."""
        if not isinstance(data, dict):
            raise serializers.ValidationError({"": [_("Send an object.")]})
        plain = {
            name: value.isoformat()
            if hasattr(value, "isoformat")
            else value.pk
            if isinstance(value, District)
            else value
            for name, value in before.items()
        }
        if data.get("identity_code") and "born_on" not in data:
            plain["born_on"] = None
        return {
            name: ("" if value is None and name in {"identity_code"} else value)
            for name, value in (plain | data).items()
        }

    @extend_schema(request=PersonSearch, responses={200: PersonSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Finds own people by identity code, or by names (with a date of birth: last name and that date). At most 50."""
        given = self.given(PersonSearch)
        found = self.get_queryset().found_by(  # type: ignore[attr-defined]
            self.acting.partner.pk, given["text"], given["born_on"]
        )
        rows = list(found.order_by("-id")[:50])
        self.count = len(rows)
        return Response({"results": self.shown(rows, many=True), "next": None})


# --- Enrolments and attendance -------------------------------------------------------------------------------------------------


class EnrolmentSerializer(Resource):
    expandable = {
        "person": ("person", PersonSerializer, "person"),
        "programme": ("programme", ProgrammeBrief, "programme"),
    }

    class Meta:
        model = Enrolment
        fields = [
            "id", "person", "programme", "started_on", "ended_on", "end_reason", "referral_kind", "primary_drug",
            "last_contact_on", "measurement_consent", "measurement_consent_ended_on", "created_at", "changed_at",
        ]  # fmt: skip


class EnrolmentQuery(Query):
    person = Number()
    programme = Number()
    is_open = Flag()


class EnrolmentInput(Strict):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.all())
    started_on = serializers.DateField()
    measurement_consent = serializers.BooleanField()
    primary_drug = serializers.ChoiceField(choices=Substance.choices, default="", allow_blank=True)


class EndInput(Strict):
    ended_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=Enrolment.EndReason.choices)


class MeasurementConsentInput(Strict):
    consents = serializers.BooleanField()


class SessionSerializer(Resource):
    class Meta:
        model = Session
        fields = ["id", "enrolment", "held_on", "method", "attendance", "minutes", "recorded_at"]


class SessionInput(Strict):
    held_on = serializers.DateField()
    method = serializers.ChoiceField(choices=Session.Method.choices, default=Session.Method.COUNSELLING)
    attendance = serializers.ChoiceField(choices=Session.Attendance.choices, default=Session.Attendance.ATTENDED)
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=None, allow_null=True)


class SessionQuery(Query):
    is_list = True


class EnrolmentView(View):
    """Who takes part in the partner's own programmes; sessions with attendance."""

    resource = "enrolments"
    serializer_class = EnrolmentSerializer
    queries = {"list": EnrolmentQuery, "sessions": SessionQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_enrolment",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        given = dict(parameters)
        is_open = given.pop("is_open", None)
        found = super().narrowed(queryset, given)
        return found if is_open is None else found.filter(ended_on__isnull=is_open)

    @extend_schema(request=EnrolmentInput, responses={201: EnrolmentSerializer})
    def create(self, request: Request) -> Response:
        """Enrols an own person in an own programme."""
        given = self.given(EnrolmentInput)
        made = services.enrol(by=self.acting, **given)
        location = request.build_absolute_uri(f"/api/v1/enrolments/{made.pk}")
        return self.answer(made, 201, {"Location": location})

    @extend_schema(request=EndInput, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """Ends the enrolment; the referral that led to it, if any, is closed as well."""
        found = self.get_object()
        self.check_unchanged(found)
        given = self.given(EndInput)
        services.end_enrolment(by=self.acting, enrolment=found, **given)
        return self.answer(self.get_object())

    @extend_schema(request=MeasurementConsentInput, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["put"], url_path="measurement-consent")
    def measurement_consent(self, request: Request, pk: int) -> Response:
        """Withdraws the consent to be counted in statistics, or gives it again."""
        found = self.get_object()
        self.check_unchanged(found)
        given = self.given(MeasurementConsentInput)
        services.set_measurement_consent(enrolment=found, consents=given["consents"])
        return self.answer(self.get_object())

    @extend_schema(methods=["GET"], responses={200: SessionSerializer(many=True)})
    @extend_schema(methods=["POST"], request=SessionInput, responses={201: SessionSerializer})
    @action(detail=True, methods=["get"], serializer_class=SessionSerializer)
    def sessions(self, request: Request, pk: int) -> Response:
        """Sessions of an enrolment, newest first."""
        return self.answer_list([Session.objects.filter(enrolment=self.enrolment(pk)).order_by()])

    @extend_schema(request=SessionInput, responses={201: SessionSerializer})
    @sessions.mapping.post
    def record(self, request: Request, pk: int) -> Response:
        """Records a session: who came, on which day. What was said is not asked for."""
        enrolment = self.enrolment(pk)
        given = self.given(SessionInput)
        made = services.record_session(by=self.acting, enrolment=enrolment, **given)
        return Response(self.shown(made), status=201)

    def enrolment(self, pk: int) -> Enrolment:
        return get_object_or_404(Enrolment, pk=pk, partner=self.acting.partner)


# --- Arrests -----------------------------------------------------------------------------------------------------------------


class OffenceSerializer(serializers.ModelSerializer[Offence]):
    class Meta:
        model = Offence
        fields = ["iccs", "local_code", "offence_on"]


class ArrestSerializer(Resource):
    offences = OffenceSerializer(many=True, read_only=True)
    expandable = {
        "person": ("person", PersonSerializer, "person"),
        "district": ("district", DistrictSerializer, "district"),
    }

    class Meta:
        model = Arrest
        fields = [
            "id", "arrest_number", "person", "arrested_on", "district", "is_drug", "offence_group", "age_at_offence",
            "offences", "received_at", "changed_at",
        ]  # fmt: skip


class ArrestQuery(Query):
    person = Number()
    district = Number()
    arrested_from = serializers.DateField(required=False, source="arrested_on__gte")
    arrested_to = serializers.DateField(required=False, source="arrested_on__lte")
    is_drug = Flag()
    arrest_number = serializers.CharField(required=False)


class ArrestView(View):
    """The police unit's own arrests, as its uploads wrote them."""

    resource = "arrests"
    serializer_class = ArrestSerializer
    queries = {"list": ArrestQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_arrest",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Arrest]:
        return (
            Arrest.objects.filter(partner=self.acting.partner)
            .prefetch_related(Prefetch("offences", Offence.objects.order_by("id")))
            .order_by()
        )


class FeedSerializer(Resource):
    class Meta:
        model = Feed
        fields = ["id", "district", "complete_through", "changed_at"]


class FeedView(View):
    """Through which day the unit's arrests of each district are known to be complete."""

    resource, operation = "arrests", "feeds"
    serializer_class = FeedSerializer
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Feed]:
        return Feed.objects.filter(partner=self.acting.partner).order_by()


router = SimpleRouter(trailing_slash=False)
router.register("persons", PersonView, basename="api-person")
router.register("enrolments", EnrolmentView, basename="api-enrolment")
router.register("arrests", ArrestView, basename="api-arrest")
router.register("feeds", FeedView, basename="api-feed")
urlpatterns = router.urls
