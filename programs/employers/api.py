"""What employers offer, over the API: for the system of whoever finds people work."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from partnership.api.serializers import Resource
from partnership.api.views import Number, Query, View, WithoutMarks
from programs.employers.models import WorkOffer
from programs.permissions import EMPLOYERS


class WorkOfferSerializer(Resource):
    employer = serializers.CharField(source="employer.name", read_only=True, help_text="Name of the employer.")
    contact = serializers.CharField(source="employer.contact", read_only=True, help_text="Who to call there.")
    asks = serializers.ListField(
        child=serializers.ChoiceField(choices=WorkOffer.Asks.choices), read_only=True, help_text="What it takes."
    )
    more = serializers.CharField(read_only=True, help_text="More about it, in words.")
    places = serializers.IntegerField(read_only=True, help_text="How many people the employer takes in all.")
    is_open = serializers.BooleanField(
        source="takes_somebody", read_only=True, help_text="Whether it takes somebody now, as the employer last said."
    )
    checked_on = serializers.DateField(read_only=True, help_text="The day on which the employer last said so.")

    class Meta:
        model = WorkOffer
        fields = [
            "id", "partner", "employer", "contact", "kind", "work", "hours_a_week", "district", "asks", "more", "places", "is_open",
            "checked_on",
        ]  # fmt: skip
        extra_kwargs = {
            "kind": {"help_text": "Work trial, apprenticeship or job."},
            "work": {"help_text": "What is done there."},
            "hours_a_week": {"help_text": "Hours a week."},
        }


class WorkOfferQuery(Query):
    district = Number()
    kind = serializers.ChoiceField(choices=WorkOffer.Kind.choices, required=False)


class WorkOfferView(View):
    """What employers offer to people of the partnership, whichever partner keeps them. Employers themselves are kept on pages."""

    resource = "work-offers"
    without_marks = WithoutMarks.SHORT
    sees = EMPLOYERS
    serializer_class = WorkOfferSerializer
    queries = {"list": WorkOfferQuery}

    def get_queryset(self) -> QuerySet[WorkOffer]:
        return WorkOffer.objects.select_related("employer").order_by()
