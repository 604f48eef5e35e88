"""Training over the API: courses and their days, certificates; and the sheet, by which the system of who trains issues them."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource, Strict
from partnership.api.views import Flag, Number, Query, View, WithoutMarks
from programs.permissions import CERTIFICATES, COURSE_SHEETS, COURSES
from programs.training import actions as training
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession, Qualification


class QualificationSerializer(Resource):
    valid_months = serializers.IntegerField(help_text="For so many months a certificate of it is valid.")

    class Meta:
        model = Qualification
        fields = ["id", "code", "name", "valid_months"]


class QualificationView(View):
    """What certificates say of somebody."""

    resource = "qualifications"
    sees = CERTIFICATES
    serializer_class = QualificationSerializer
    without_marks = WithoutMarks.SHORT

    def get_queryset(self) -> QuerySet[Qualification]:
        return Qualification.objects.order_by()


class CourseSerializer(Resource):
    topic = serializers.CharField(help_text="What it is about.")
    hours = serializers.DecimalField(max_digits=4, decimal_places=1, help_text="How many hours it takes, as a text.")
    summary = serializers.CharField(help_text="What one learns.")
    gives = serializers.PrimaryKeyRelatedField[Qualification](
        read_only=True,
        allow_null=True,
        help_text="Number of the qualification that whoever passes is certified; null: none.",
    )
    needs = serializers.PrimaryKeyRelatedField[Qualification](
        read_only=True, allow_null=True, help_text="Number of the qualification that is needed before; null: none."
    )
    is_offered = serializers.BooleanField(help_text="Whether one can sign up.")

    class Meta:
        model = Course
        fields = ["id", "partner", "title", "audience", "topic", "hours", "summary", "gives", "needs", "is_offered"]


class CourseQuery(Query):
    partner = Number()
    is_offered = Flag(help_text="Whether one can sign up.")


class CourseView(View):
    """Courses of all partners."""

    resource = "courses"
    sees = COURSES
    serializer_class = CourseSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": CourseQuery}

    def get_queryset(self) -> QuerySet[Course]:
        return Course.objects.order_by()


class CourseDaySerializer(Resource):
    course = serializers.PrimaryKeyRelatedField[Course](read_only=True, help_text="Number of the course.")
    place = serializers.CharField(help_text="Where it is, or a link.")
    places = serializers.IntegerField(help_text="Places in all.")
    free = serializers.IntegerField(help_text="Places that nobody has taken.")
    trainers = serializers.CharField(help_text="Who teaches.")

    class Meta:
        model = CourseSession
        fields = ["id", "partner", "course", "starts_at", "place", "places", "free", "trainers"]


class CourseDayQuery(Query):
    course = Number(help_text="Number of the course.")


class CourseDayView(View):
    """Days of courses that are still to come; of own courses also those that are over."""

    resource = "course-days"
    sees = COURSES
    serializer_class = CourseDaySerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": CourseDayQuery}

    def get_queryset(self) -> QuerySet[CourseSession]:
        seen = Q(starts_at__gt=timezone.now())
        if COURSE_SHEETS.allows(self.acting):
            seen |= Q(partner=self.acting.partner)
        return CourseSession.objects.filter(seen).order_by()


class CoursePlaceSerializer(Resource):
    course_day = serializers.PrimaryKeyRelatedField[CourseSession](
        source="session", read_only=True, help_text="Number of the day."
    )
    name = serializers.CharField(source="__str__", help_text="Who has the place, a member or a guest.")
    organisation = serializers.CharField(help_text="Where they come from.")
    from_partner = serializers.IntegerField(
        source="from_partner_id",
        allow_null=True,
        help_text="Number of a member's partner; null: a guest, who gets no certificate.",
    )
    before = serializers.IntegerField(allow_null=True, help_text="Points before, of 100; null: not said.")
    after = serializers.IntegerField(allow_null=True, help_text="Points after, of 100; null: not said.")
    certificate = serializers.SerializerMethodField(
        help_text="Number of the certificate that was issued for it and is not revoked; null: none."
    )

    class Meta:
        model = CourseAttendance
        fields = ["id", "course_day", "name", "organisation", "from_partner", "state", "before", "after", "certificate"]

    def get_certificate(self, place: CourseAttendance) -> int | None:
        return next((certificate.pk for certificate in place.certificates.all()), None)


class CoursePlaceQuery(Query):
    course_day = Number(source="session", help_text="Number of the day.")


class MarkInput(Strict):
    state = serializers.ChoiceField(choices=CourseAttendance.State.choices)
    before = serializers.IntegerField(
        min_value=0,
        max_value=CourseAttendance.MOST_POINTS,
        default=None,
        allow_null=True,
        help_text="Points before, of 100.",
    )
    after = serializers.IntegerField(
        min_value=0,
        max_value=CourseAttendance.MOST_POINTS,
        default=None,
        allow_null=True,
        help_text="Points after, of 100.",
    )


class CoursePlaceView(View):
    """The sheets of own courses: who comes, who came and passed."""

    resource = "course-places"
    sees = COURSE_SHEETS
    does = {"mark": training.mark_attendance}
    serializer_class = CoursePlaceSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": CoursePlaceQuery}

    def get_queryset(self) -> QuerySet[CourseAttendance]:
        holding = Certificate.objects.filter(issuer=self.acting.partner, revoked_on=None)
        own = CourseAttendance.objects.filter(partner=self.acting.partner).select_related("user", "from_partner")
        return own.prefetch_related(Prefetch("certificates", queryset=holding)).order_by()

    @extend_schema(request=MarkInput, responses={200: CoursePlaceSerializer})
    @action(detail=True, methods=["post"])
    def mark(self, request: Request, pk: int) -> Response:
        """Writes down whether somebody came and passed. A member who passes a course that gives a certificate gets it at once."""
        fields = self.checked_body(MarkInput)
        training.mark_attendance(by=self.acting, attendance=self.get_object(), **fields)
        return self.answer(self.get_object())


class CertificateSerializer(Resource):
    issuer = serializers.IntegerField(source="issuer_id", help_text="Number of the partner whose course it was.")
    holder = serializers.CharField(source="user.full_name", help_text="Whose it is, by name.")
    qualification = serializers.PrimaryKeyRelatedField[Qualification](
        read_only=True, help_text="Number of the qualification."
    )
    issued_on = serializers.DateField(help_text="The day on which it was issued.")
    expires_on = serializers.DateField(help_text="The last day on which it is valid.")
    revoked_on = serializers.DateField(allow_null=True, help_text="The day on which it was revoked; null: it was not.")

    class Meta:
        model = Certificate
        fields = ["id", "partner", "issuer", "holder", "qualification", "issued_on", "expires_on", "revoked_on"]


class CertificateQuery(Query):
    qualification = Number(help_text="Number of the qualification.")


class RevocationInput(Strict):
    because = serializers.CharField(max_length=300, help_text="Why.")


class CertificateView(View):
    """Certificates of the own partner's people; for who reads the sheets of own courses also those that were issued by them. The number
    by which anybody checks a certificate is its holder's to give."""

    resource = "certificates"
    sees = CERTIFICATES
    does = {"revoke": training.revoke_certificate}
    serializer_class = CertificateSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": CertificateQuery}

    def get_queryset(self) -> QuerySet[Certificate]:
        seen = Q(partner=self.acting.partner)
        if COURSE_SHEETS.allows(self.acting):
            seen |= Q(issuer=self.acting.partner)
        return Certificate.objects.filter(seen).select_related("user").order_by()

    @extend_schema(request=RevocationInput, responses={200: CertificateSerializer})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: int) -> Response:
        """Takes back a certificate that the own partner issued."""
        fields = self.checked_body(RevocationInput)
        training.revoke_certificate(by=self.acting, certificate=self.get_object(), **fields)
        return self.answer(self.get_object())
