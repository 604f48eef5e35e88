"""Trend notices over the API: a system reads those that its partner may read, each with how far it may go on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from partnership.api.serializers import Resource
from partnership.api.views import Number, Query, View, WithoutMarks
from programs.notices.models import Notice
from programs.permissions import NOTICES


class NoticeSerializer(Resource):
    kind = serializers.ChoiceField(choices=Notice.Kind.choices, help_text="What it is about.")
    substances = serializers.ListField(
        child=serializers.ChoiceField(choices=Notice.Substance.choices), read_only=True, help_text="Which substances."
    )
    districts = serializers.SerializerMethodField(help_text="Numbers of the districts in which it was seen.")
    seen_from = serializers.DateField(help_text="The first day on which it was seen.")
    seen_to = serializers.DateField(help_text="The last day on which it was seen.")
    text = serializers.CharField(help_text="What was seen, with nobody in it.")
    advice = serializers.CharField(help_text="What to do.")
    severity = serializers.ChoiceField(choices=Notice.Severity.choices, help_text="How serious it is.")
    reliability = serializers.ChoiceField(
        choices=Notice.Reliability.choices,
        help_text="How far the source is relied on: a letter of the Admiralty scale.",
    )
    credibility = serializers.IntegerField(
        help_text="How far it is believed: a number of the Admiralty scale, from 1 to 6."
    )
    tlp = serializers.ChoiceField(
        choices=Notice.Tlp.choices,
        help_text="How far it may go on, in the traffic light protocol 2.0: it holds for copies too.",
    )
    valid_until = serializers.DateField(help_text="The last day on which it is valid.")
    supersedes = serializers.IntegerField(
        source="supersedes_id", allow_null=True, help_text="Number of the notice in whose place it is; null: of none."
    )
    shared_at = serializers.DateTimeField(allow_null=True, help_text="When it was shared; null: not yet.")
    withdrawn_why = serializers.CharField(help_text="Why it was withdrawn; empty: it was not.")

    class Meta:
        model = Notice
        fields = [
            "id", "partner", "kind", "substances", "districts", "seen_from", "seen_to", "text", "advice", "severity", "reliability",
            "credibility", "tlp", "valid_until", "supersedes", "state", "shared_at", "withdrawn_why",
        ]  # fmt: skip

    def get_districts(self, notice: Notice) -> list[int]:
        return sorted(district.pk for district in notice.districts.all())


class NoticeQuery(Query):
    partner = Number()
    kind = serializers.ChoiceField(choices=Notice.Kind.choices, required=False, help_text="What it is about.")
    substance = serializers.ChoiceField(
        choices=Notice.Substance.choices, required=False, source="substances__contains", help_text="Which substance."
    )
    district = Number(source="districts")
    state = serializers.ChoiceField(choices=Notice.State.choices, required=False)
    valid_from = serializers.DateField(
        required=False, source="valid_until__gte", help_text="Only those that are valid on this day or later."
    )


class NoticeView(View):
    """Trend notices of the caller's partner, and those that were shared with it or with everybody. They are written, looked at and
    shared by people, and that a system reads one tells its author nothing."""

    resource = "notices"
    sees = NOTICES
    serializer_class = NoticeSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": NoticeQuery}

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.seen_by(self.acting).prefetch_related("districts").order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        substance = parameters.get("substances__contains")
        return super().narrowed(queryset, parameters | ({"substances__contains": [substance]} if substance else {}))
