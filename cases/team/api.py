"""Care teams over the API: who is in those one leads, one's own place in others', and what is shared."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.permissions import CARE_TEAMS
from cases.team import actions as team
from cases.team.actions import CARE_KINDS
from cases.team.models import TeamItem, TeamMember
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.members.models import Partner


class TeamMemberSerializer(Resource):
    first_names = serializers.CharField()
    last_name = serializers.CharField()

    class Meta:
        model = TeamMember
        fields = ["id", "from_partner", "to_partner", "part", "first_names", "last_name", "since", "ended_on"]


class TeamMemberInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    to_partner = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.filter(kind__in=CARE_KINDS))
    part = serializers.ChoiceField(choices=TeamMember.Part.choices)
    signed_on = InPast(help_text="When the person consented to just this organisation.")
    signed_how = serializers.ChoiceField(choices=Consent.Signed.choices)
    witness = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Spoken: who heard the person consent."
    )
    expires_on = serializers.DateField()
    told_right_to_withdraw = serializers.BooleanField()
    guardian_name = serializers.CharField(max_length=200, default="", allow_blank=True)
    guardian_missing_reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class TeamMemberView(View):
    """Members of care teams: those of the teams that the partner leads, and its own place in others' while the consent lasts."""

    resource = "team-members"
    sees = CARE_TEAMS
    does = {"create": team.add_member, "end": team.end_member}
    serializer_class = TeamMemberSerializer
    without_marks = WithoutMarks.SHORT
    is_personal = True

    def get_queryset(self) -> QuerySet[TeamMember]:
        return TeamMember.objects.seen_by(self.acting).order_by()

    @extend_schema(request=TeamMemberInput, responses={201: TeamMemberSerializer})
    def create(self, request: Request) -> Response:
        """Takes a partner into the care team of an own enrolment, by the person's consent to it."""
        fields = self.checked_body(TeamMemberInput)
        self.check_door(fields["enrolment"])
        member = team.add_member(by=self.acting, **fields)
        return self.answer(member, 201, {"Location": request.build_absolute_uri(f"/api/v1/team-members/{member.pk}")})

    @extend_schema(request=None, responses={200: TeamMemberSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """Ends the partner's part: it sees nothing of the team any more, and what was shared with it is gone."""
        return self.answer(team.end_member(by=self.acting, member=self.get_object()))


class TeamItemSerializer(Resource):
    text = serializers.CharField()

    class Meta:
        model = TeamItem
        fields = ["id", "member", "kind", "text", "due_on", "done_on", "author_partner", "written_at"]


class TeamItemQuery(Query):
    member = Number()


class TeamItemInput(Strict):
    member = serializers.PrimaryKeyRelatedField(queryset=TeamMember.objects.all())
    kind = serializers.ChoiceField(choices=[(k, k.label) for k in (TeamItem.Kind.TASK, TeamItem.Kind.MESSAGE)])
    text = serializers.CharField(max_length=2000)
    due_on = serializers.DateField(default=None, allow_null=True)


class ItemDoneInput(Strict):
    done_on = InPast(allow_null=True, help_text="null: it is to be done.")


class TeamItemView(View):
    """What is shared in care teams: the plan as the lead shared it, tasks and messages."""

    resource = "team-items"
    sees = CARE_TEAMS
    does = {"create": team.write_item, "done": team.mark_item}
    serializer_class = TeamItemSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": TeamItemQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[TeamItem]:
        mine = self.acting.partner
        return TeamItem.objects.filter(Q(from_partner=mine) | Q(to_partner=mine)).order_by()

    @extend_schema(request=TeamItemInput, responses={201: TeamItemSerializer})
    def create(self, request: Request) -> Response:
        """Writes a task or a message to the other party of a membership."""
        fields = self.checked_body(TeamItemInput)
        self.check_door(fields["member"])
        item = team.write_item(by=self.acting, **fields)
        return self.answer(item, 201, {"Location": request.build_absolute_uri(f"/api/v1/team-items/{item.pk}")})

    @extend_schema(request=ItemDoneInput, responses={200: TeamItemSerializer})
    @action(detail=True, methods=["put"])
    def done(self, request: Request, pk: int) -> Response:
        """Marks a task or step as done, or takes the mark back."""
        item = self.get_object()
        self.check_unchanged(item)
        return self.answer(team.mark_item(by=self.acting, item=item, **self.checked_body(ItemDoneInput)))
