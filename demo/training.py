"""The demo's training: courses to sign up for, a day whose sheet is to be filled, certificates of which one runs out soon."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from demo.work import moment
from partnership.isolation.acting import Acting
from programs.training import actions as training
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession, Qualification

PREVENTION = "prevention-basics"
POINTS = ((35, 70), (50, 65), (40, 80), (60, 75))
"""Before and after, of those who took the course of the past."""


def courses(coordinator: Acting, host: Acting, liaison: Acting, learners: list[Acting]) -> None:
    """`host` and `liaison` hold courses; of the last one the sheet waits for `host`, and the first of `learners` has a certificate that
    runs out in three weeks."""
    today = timezone.localdate()
    basics = training.save_qualification(
        by=coordinator,
        qualification=Qualification(code=PREVENTION, name="Prevention basics", valid_months=24),
        activities=["prevention", "lesson"],
        givers=[host.partner],
    )
    course = training.save_course(
        by=host,
        course=Course(
            partner=host.partner,
            title="Prevention basics, two days",
            topic="prevention_science",
            hours=12,
            summary="What works, what does not, and how one sees it. Police and organisations learn together.",
            gives=basics,
        ),
    )
    law = training.save_course(
        by=liaison,
        course=Course(
            partner=liaison.partner,
            title="Meeting people who use drugs",
            topic="working_together",
            hours=3,
            summary="An evening at the station: how we meet people, and whom we can call.",
        ),
    )
    for by, taught, days, seats in ((host, course, 20, 16), (liaison, law, 9, 12), (liaison, law, 40, 12)):
        day = CourseSession(
            starts_at=moment(today + timedelta(days=days), 9),
            place="Esimerkkikatu 1",
            places=seats,
            trainers="Two trainers",
        )
        training.hold_course(by=by, course=taught, session=day)
    older, recent = CourseSession.objects.bulk_create(
        CourseSession(
            partner=host.partner, course=course, starts_at=moment(today - timedelta(days=days), 9), place="Esimerkkikatu 1", places=16,
            trainers="Two trainers",
        )
        for days in (709, 6)
    )  # fmt: skip
    places = CourseAttendance.objects.bulk_create(
        CourseAttendance(
            partner=host.partner, session=day, user=learner.user, from_partner=learner.partner, state=state
        )
        for day, group, state in ((older, learners[:1], "passed"), (recent, learners[1:], "signed_up"))
        for learner in group
    )
    CourseAttendance.objects.bulk_create(
        [
            CourseAttendance(
                partner=host.partner, session=recent, outside_name="A teacher", outside_organisation="A school"
            )
        ]
    )
    Certificate.objects.bulk_create(
        [
            Certificate(
                partner=learners[0].partner,
                issuer=host.partner,
                attendance=places[0],
                user=learners[0].user,
                qualification=basics,
                issued_on=today - timedelta(days=709),
                expires_on=today + timedelta(days=21),
            )
        ]
    )
    for place, (before, after) in zip(places[1:-1], POINTS, strict=False):
        training.mark_attendance(by=host, attendance=place, state="passed", before=before, after=after)
    training.remind_of_certificates()
