"""Own people over the API, and the search for one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.openings.concern import open_to
from cases.people import actions as people
from cases.people import identity_code
from cases.people.models import Person, Sex
from cases.permissions import PEOPLE
from cases.relations import actions as relation_actions
from cases.relations.models import Kind, Relation
from partnership.api.referenced import ReferencedView
from partnership.api.references import WithReference
from partnership.api.serializers import InPast, OwnReference, Resource, Strict
from partnership.members.api import DistrictSerializer
from partnership.members.models import District
from partnership.pages.guard import pass_door

# --- People ------------------------------------------------------------------------------------------------------------------


class PersonSerializer(Resource):
    sees = PEOPLE
    logged_as = "persons"
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    identity_code = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    external_reference = OwnReference("person")
    expandable = {"district": ("district", DistrictSerializer, "district")}

    class Meta:
        model = Person
        fields = [
            "id", "first_names", "last_name", "born_on", "identity_code", "phone", "email", "sex", "district", "died_on",
            "same_as", "external_reference", "created_at", "changed_at",
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


class NewPersonInput(PersonInput, WithReference):
    is_somebody_else = serializers.BooleanField(
        default=False, help_text="True: not one of those whom `possible-double` named; the person is new."
    )


class LinkInput(Strict):
    person = serializers.PrimaryKeyRelatedField(
        queryset=Person.objects.all(), help_text="Another own record of the same human being."
    )


class RelationInput(Strict):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all(), help_text="Of the own register.")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="What they are to the person of the address.")


class RemovedRelationInput(Strict):
    relation = serializers.PrimaryKeyRelatedField(queryset=Relation.objects.all())


class RelationSerializer(serializers.Serializer[Any]):
    """A relation as the person of the address has it."""

    id = serializers.IntegerField()
    person = serializers.IntegerField(help_text="The other person.")
    kind = serializers.ChoiceField(choices=Kind.choices)


class PersonSearch(Strict):
    """What to find people by; in the body, so that no name or code stands in a log of addresses."""

    text = serializers.CharField(min_length=3, max_length=200, help_text="An identity code, or beginnings of names.")
    born_on = serializers.DateField(default=None, allow_null=True)


class PersonView(ReferencedView):
    """The caller's partner's own people. Nobody else's are found."""

    resource = "persons"
    sees = PEOPLE
    does = {
        "create": people.save_person,
        "external_reference": people.keep_reference,
        "partial_update": people.save_person,
        "link": people.link_person,
        "unlink": people.unlink_person,
        "relate": relation_actions.save_relation,
        "remove_relation": relation_actions.remove_relation,
    }
    serializer_class = PersonSerializer
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_person",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Person]:
        return Person.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return open_to(self.acting, super().narrowed(queryset, parameters))

    @extend_schema(request=NewPersonInput, responses={201: PersonSerializer})
    def create(self, request: Request) -> Response:
        """Adds a person. A second one with the same identity code is refused (`known-person`), one spelled like somebody known too
        (`possible-double`): `records` of the problem says who it may be."""
        fields = self.checked_body(NewPersonInput)
        is_somebody_else, reference = fields.pop("is_somebody_else"), fields.pop("external_reference", None)
        person = people.save_person(by=self.acting, person=Person(**fields), is_somebody_else=is_somebody_else)
        if reference:
            self.refer(person, reference)
        location = request.build_absolute_uri(f"/api/v1/persons/{person.pk}")
        return self.answer(person, 201, {"Location": location})

    @extend_schema(request=PersonInput, responses={200: PersonSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Changes the fields that are given."""
        person = self.get_object()
        self.check_unchanged(person)
        before = {str(name): getattr(person, str(name)) for name in PersonInput().fields}
        whole = self.checked_body(PersonInput, self._whole(before, request.data))
        for name, value in whole.items():
            setattr(person, name, value)
        return self.answer(people.save_person(by=self.acting, person=person))

    @staticmethod
    def _whole(before: dict[str, Any], data: Any) -> dict[str, Any]:
        """The record with the changes, as it would be sent in full: the rules look at all of it."""
        if not isinstance(data, dict):
            raise serializers.ValidationError({"non_field_errors": [_("Send an object.")]})
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

    @extend_schema(request=LinkInput, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: int) -> Response:
        """Says that another own record is of the same human being. Nothing is merged; `same_as` names the oldest record."""
        person = self.get_object()
        self.check_unchanged(person)
        other = self.checked_body(LinkInput)["person"]
        pass_door(self.acting, other)
        people.link_person(by=self.acting, person=person, other=other)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={200: PersonSerializer})
    @action(detail=True, methods=["post"])
    def unlink(self, request: Request, pk: int) -> Response:
        """Takes the record out of those with which it is linked."""
        person = self.get_object()
        self.check_unchanged(person)
        people.unlink_person(by=self.acting, person=person)
        return self.answer(self.get_object())

    @extend_schema(responses={200: RelationSerializer(many=True)})
    @action(detail=True, methods=["get"])
    def relations(self, request: Request, pk: int) -> Response:
        """Family, guardian and other close people of the own register."""
        return Response({"results": self.related(self.get_object()), "next": None})

    @extend_schema(request=RelationInput, responses={201: RelationSerializer})
    @relations.mapping.post
    def relate(self, request: Request, pk: int) -> Response:
        """Says what another own person is to this one; said again, the newer one counts."""
        person, fields = self.get_object(), self.checked_body(RelationInput)
        relation = relation_actions.save_relation(
            by=self.acting, person=person, other=fields["person"], kind=fields["kind"]
        )
        return Response(next(row for row in self.related(person) if row["id"] == relation.pk), status=201)

    @extend_schema(request=RemovedRelationInput, responses={204: None})
    @action(detail=True, methods=["post"], url_path="remove-relation")
    def remove_relation(self, request: Request, pk: int) -> Response:
        """Takes a relation of the person away."""
        numbers = {record.pk for record in self.get_object().records()}
        relation = self.checked_body(RemovedRelationInput)["relation"]
        if not numbers & {relation.person_id, relation.other_id}:
            raise Http404
        relation_actions.remove_relation(by=self.acting, relation=relation)
        return Response(status=204)

    def related(self, person: Person) -> list[dict[str, Any]]:
        records = list(person.records())
        numbers = {record.pk for record in records}
        return [relation.row_seen_from(numbers) for relation in relation_actions.relations_of(records)]

    @extend_schema(request=PersonSearch, responses={200: PersonSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Finds own people by identity code, or by names (with a date of birth: last name and that date). At most 50."""
        query = self.checked_body(PersonSearch)
        matches = open_to(self.acting, self.get_queryset()).found_by(  # type: ignore[attr-defined]
            self.acting.partner.pk, query["text"], query["born_on"]
        )
        rows = list(matches.order_by("-id")[:50])
        self.count = len(rows)
        return Response({"results": self.representation(rows, many=True), "next": None})
