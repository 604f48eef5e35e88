"""Plans, goals and steps of the partner's own enrolments over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.corrections import actions as corrections
from cases.corrections.api import EntryView
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.openings.concern import open_to
from cases.permissions import PLANS
from cases.plans import actions as plans
from cases.plans.models import Plan, Step
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View


class PlanSerializer(Resource):
    summary = serializers.CharField(help_text="The end report's summary.")

    class Meta:
        model = Plan
        fields = ["id", "enrolment", "agreed_on", "review_on", "approved_at", "reported_on", "summary"]


class OfEnrolment(Query):
    enrolment = Number()


class PlanInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    agreed_on = InPast(help_text="When the person agreed to the goals and steps as they are now.")
    review_on = serializers.DateField(default=None, allow_null=True)


class GoalResultInput(Strict):
    goal = serializers.IntegerField(min_value=1)
    result = serializers.ChoiceField(choices=Goal.Result.choices)
    because = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="Why it was not achieved, or not all of it."
    )


class EndReportInput(Strict):
    results = GoalResultInput(many=True, help_text="Each goal that counts, once.")
    summary = serializers.CharField(max_length=4000, default="", allow_blank=True)


class PlanView(View):
    """That the goals and steps of an enrolment are agreed and approved, and the end report. No other partner sees it."""

    resource = "plans"
    sees = PLANS
    does = {"create": plans.agree_plan, "approve": plans.approve_plan, "report": plans.write_end_report}
    serializer_class = PlanSerializer
    tombstones = ("cases_plan",)
    queries = {"list": OfEnrolment}
    is_personal = True

    def get_queryset(self) -> QuerySet[Plan]:
        return Plan.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return open_to(self.acting, super().narrowed(queryset, parameters), "enrolment__person")

    @extend_schema(request=PlanInput, responses={201: PlanSerializer})
    def create(self, request: Request) -> Response:
        """Says that the person agrees to goals and steps as they are now. There is one plan an enrolment: agreed anew, it keeps its
        number and is to be approved anew."""
        fields = self.checked_body(PlanInput)
        self.check_door(fields["enrolment"])
        agreed = plans.agree_plan(by=self.acting, **fields)
        agreed.refresh_from_db(fields=["changed_at"])
        return self.answer(agreed, 201, {"Location": request.build_absolute_uri(f"/api/v1/plans/{agreed.pk}")})

    @extend_schema(request=None, responses={200: PlanSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approves the plan."""
        plan = self.get_object()
        self.check_unchanged(plan)
        plans.approve_plan(by=self.acting, plan=plan)
        return self.answer(self.get_object())

    @extend_schema(request=EndReportInput, responses={200: PlanSerializer})
    @action(detail=True, methods=["put"], url_path="end-report")
    def report(self, request: Request, pk: int) -> Response:
        """Says of each goal what became of it, and why."""
        plan = self.get_object()
        self.check_unchanged(plan)
        fields = self.checked_body(EndReportInput)
        results = {each["goal"]: plans.GoalResult(each["result"], each["because"]) for each in fields["results"]}
        plans.write_end_report(by=self.acting, plan=plan, results=results, summary=fields["summary"])
        return self.answer(self.get_object())


class StepSerializer(Resource):
    text = serializers.CharField()

    class Meta:
        model = Step
        fields = ["id", "goal", "text", "whose", "due_on", "done_on"]


class GoalSerializer(Resource):
    text = serializers.CharField()
    result_why = serializers.CharField()
    steps = serializers.SerializerMethodField(help_text="Its steps, in the order in which they were added.")

    class Meta:
        model = Goal
        fields = [
            "id",
            "enrolment",
            "area",
            "text",
            "reached_on",
            "result",
            "result_why",
            "steps",
            "taken_back_at",
            "taken_back_why",
        ]

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, goal: Goal) -> list[dict[str, Any]]:
        steps = sorted(goal.steps.all(), key=lambda step: step.pk)
        return [dict(StepSerializer(step).data) for step in steps]


class GoalInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    area = serializers.ChoiceField(choices=Goal.Area.choices)
    text = serializers.CharField(max_length=300)


class ReachedInput(Strict):
    reached_on = InPast(allow_null=True, help_text="null: it is not reached.")


class StepInput(Strict):
    text = serializers.CharField(max_length=300)
    whose = serializers.ChoiceField(choices=Step.Whose.choices)
    due_on = serializers.DateField(default=None, allow_null=True)


class StepDoneInput(Strict):
    done_on = InPast(allow_null=True, help_text="null: it is to be done.")


class GoalCorrectionInput(Strict):
    area = serializers.ChoiceField(choices=Goal.Area.choices, required=False)
    text = serializers.CharField(max_length=300, required=False)


class GoalView(EntryView):
    """Goals of the partner's own enrolments, with their steps. No other partner sees them."""

    resource = "goals"
    sees = PLANS
    entry = Goal
    tombstones = ("cases_goal",)
    does = {
        "create": enrolments.add_goal,
        "partial_update": corrections.correct_goal,
        "reached": enrolments.mark_goal,
        "steps": plans.add_step,
        "take_back": corrections.take_back,
        "restore": corrections.restore,
    }
    serializer_class = GoalSerializer

    def get_queryset(self) -> QuerySet[Goal]:
        return super().get_queryset().prefetch_related("steps")

    @extend_schema(request=GoalInput, responses={201: GoalSerializer})
    def create(self, request: Request) -> Response:
        """Adds a goal to an own enrolment."""
        fields = self.checked_body(GoalInput)
        self.check_door(fields["enrolment"])
        goal = enrolments.add_goal(by=self.acting, **fields)
        return self.answer(goal, 201, {"Location": request.build_absolute_uri(f"/api/v1/goals/{goal.pk}")})

    @extend_schema(request=GoalCorrectionInput, responses={200: GoalSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Corrects the area or the text of a goal."""
        goal = self.get_object()
        self.check_unchanged(goal)
        fields = {"area": goal.area, "text": goal.text} | self.checked_body(GoalCorrectionInput)
        corrections.correct_goal(by=self.acting, goal=goal, **fields)
        return self.answer(self.get_object())

    @extend_schema(request=ReachedInput, responses={200: GoalSerializer})
    @action(detail=True, methods=["put"])
    def reached(self, request: Request, pk: int) -> Response:
        """Marks the goal as reached, or takes the mark back."""
        goal = self.get_object()
        self.check_unchanged(goal)
        enrolments.mark_goal(by=self.acting, goal=goal, **self.checked_body(ReachedInput))
        return self.answer(self.get_object())

    @extend_schema(request=StepInput, responses={201: GoalSerializer})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, pk: int) -> Response:
        """Adds a step towards the goal."""
        goal = self.get_object()
        plans.add_step(by=self.acting, goal=goal, **self.checked_body(StepInput))
        return self.answer(self.get_object(), 201)


class StepView(View):
    """Steps of goals: done, or removed."""

    resource = "steps"
    sees = PLANS
    tombstones = ("cases_step",)
    does = {"done": plans.mark_step, "destroy": plans.remove_step}
    serializer_class = StepSerializer
    is_personal = True

    def get_queryset(self) -> QuerySet[Step]:
        return Step.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return open_to(self.acting, super().narrowed(queryset, parameters), "goal__enrolment__person")

    @extend_schema(request=StepDoneInput, responses={200: StepSerializer})
    @action(detail=True, methods=["put"])
    def done(self, request: Request, pk: int) -> Response:
        """Marks the step as done, or takes the mark back."""
        step = self.get_object()
        self.check_unchanged(step)
        plans.mark_step(by=self.acting, step=step, **self.checked_body(StepDoneInput))
        return self.answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Removes a step that is not to be done after all."""
        plans.remove_step(by=self.acting, step=self.get_object())
        return Response(status=204)
