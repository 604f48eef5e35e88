"""Training: police and organisations learn together; a certificate decides who may lead, and its number tells yes or no."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import Invalid, NotAParty
from programs.standards.advice import rules_for
from programs.training import actions as training
from programs.training import certificates
from programs.training.actions import (
    CertificateIssued,
    CertificateNeeded,
    CourseAhead,
    CourseFull,
    CourseOver,
    RevokedAlready,
    SignedUpAlready,
)
from programs.training.delivering import matrix_of, missing_for
from programs.training.gain import figures_of, gain_of, is_mixed
from programs.training.models import (
    Activity,
    Certificate,
    Course,
    CourseAttendance,
    CourseSession,
    Qualification,
)
from programs.training.topics import TOPICS
from tests.programs.courses import begin, course_day, passed, qualification, signed_up
from tests.programs.plans import advised_plan
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as

ON_A_BUSY_MACHINE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@shared
def offered(world: World) -> World:
    """A course that gives what leading a prevention plan needs, held tomorrow."""
    world.qualification = qualification(world, activities=("prevention",))
    world.day = course_day(world, gives=world.qualification)
    return world


@shared
def certified(offered: World) -> World:
    """A police officer and a caseworker took it; the officer has the certificate."""
    offered.place = signed_up(offered.day, offered.caseworker)
    offered.certificate = passed(offered, offered.day, offered.liaison)
    offered.day.refresh_from_db()
    return offered


def mark(world: World, place: CourseAttendance, state: str, **points: int | None) -> CourseAttendance:
    marked: CourseAttendance = run_as(
        world.case_manager,
        training.mark_attendance,
        attendance=CourseAttendance.objects.get(pk=place.pk),
        state=state,
        **points,
    )
    return marked


class TestSigningUp:
    def test_anybody_of_any_partner_takes_a_place_and_gives_it_back(self, offered):
        client = offered.client(offered.data_officer)
        assert "20 of 20 places are free" in client.get(reverse("course", args=[offered.day.course_id])).text
        client.post(reverse("course_sign_up", args=[offered.day.pk]))
        assert "19 of 20 places are free" in client.get(reverse("course", args=[offered.day.course_id])).text
        client.post(reverse("course_leave", args=[offered.day.pk]))
        offered.day.refresh_from_db()
        assert (offered.day.taken, CourseAttendance.objects.count()) == (0, 0)

    def test_nobody_takes_two_places_or_one_of_a_full_day(self, world):
        day = course_day(world, places=1)
        signed_up(day, world.liaison)
        with pytest.raises(SignedUpAlready):
            signed_up(day, world.liaison)
        with pytest.raises(CourseFull):
            signed_up(day, world.caseworker)
        with pytest.raises(CourseFull):
            run_as(world.case_manager, training.add_guest, session=day, name="Guest", organisation="School")

    def test_the_database_holds_the_last_place_too(self, world):
        day = course_day(world, places=1)
        signed_up(day, world.liaison)
        with on_web(world.caseworker), pytest.raises(IntegrityError), transaction.atomic():
            CourseAttendance.objects.create(
                partner_id=day.partner_id, session=day, user=world.caseworker.user, from_partner=world.ngo
            )

    def test_a_day_that_has_begun_takes_nobody_and_lets_nobody_go(self, offered):
        signed_up(offered.day, offered.caseworker)
        begin(offered.day)
        with pytest.raises(CourseOver):
            signed_up(offered.day, offered.liaison)
        with pytest.raises(CourseOver):
            run_as(offered.caseworker, training.leave_course, session=CourseSession.objects.get())

    def test_what_a_course_needs_is_asked_for(self, certified):
        more = course_day(certified, title="More", needs=certified.qualification)
        assert signed_up(more, certified.liaison).pk
        with pytest.raises(CertificateNeeded):
            signed_up(more, certified.caseworker)

    def test_a_day_lies_ahead(self, offered):
        day = CourseSession(starts_at=timezone.now() - timedelta(hours=1), place="x", trainers="y")
        with pytest.raises(Invalid):
            run_as(offered.case_manager, training.hold_course, course=offered.day.course, session=day)


class TestTheSheet:
    def test_who_passes_gets_a_certificate_and_is_told(self, certified):
        certificate = certified.certificate
        assert (certificate.user, certificate.partner) == (certified.liaison.user, certified.police)
        assert certificate.expires_on == training.months_later(certified.today, 24)
        with database_role("worker"):
            outbox.relay()
        assert Notification.objects.get().user == certified.liaison.user

    def test_who_only_attended_and_a_guest_who_passed_get_none(self, certified):
        mark(certified, certified.place, "attended", before=40, after=60)
        run_as(certified.case_manager, training.add_guest, session=certified.day, name="Guest", organisation="School")
        mark(certified, CourseAttendance.objects.get(outside_name="Guest"), "passed")
        assert Certificate.objects.count() == 1

    def test_is_written_once_the_course_has_begun(self, offered):
        place = signed_up(offered.day, offered.caseworker)
        with pytest.raises(CourseAhead):
            mark(offered, place, "passed")

    def test_a_certificate_is_revoked_before_the_sheet_says_otherwise(self, certified):
        place = certified.certificate.attendance
        with pytest.raises(CertificateIssued):
            mark(certified, place, "missed")
        client = certified.client(certified.case_manager)
        client.post(reverse("certificate_revoke", args=[certified.certificate.pk]), {"because": "Was not there."})
        assert not Certificate.objects.get().is_valid
        assert mark(certified, place, "missed").state == "missed"
        with pytest.raises(RevokedAlready):
            run_as(certified.case_manager, training.revoke_certificate, certificate=certified.certificate, because="x")

    def test_points_above_a_hundred_keep_the_page_with_words(self, certified):
        address = reverse("course_mark", args=[certified.place.pk])
        response = certified.client(certified.case_manager).post(address, {"state": "attended", "before": 101})
        assert response.status_code == 422
        assert 'value="101"' in response.text

    def test_is_its_partners_own(self, certified):
        with pytest.raises(NotAParty), on_web(certified.other_caseworker):
            training.mark_attendance(by=certified.other_caseworker, attendance=certified.place, state="passed")


class TestWhoMayLead:
    def test_the_matrix_shows_each_member_what_they_hold_and_may(self, certified):
        with on_web(certified.liaison):
            qualifications, rows = matrix_of(certified.liaison)
        assert [each.name for each in qualifications] == ["Prevention"]
        by_user = {row.member.user_id: row for row in rows}
        assert by_user[certified.liaison.user.pk].may == ["Lead a prevention plan"]
        assert by_user[certified.data_officer.user.pk].may == []
        assert "until" in certified.client(certified.liaison).get(reverse("who_may_deliver")).text

    def test_a_certificate_holds_on_its_last_day_and_not_the_day_after(self, certified):
        user, police, last = certified.liaison.user.pk, certified.police.pk, certified.certificate.expires_on
        assert missing_for(user, police, Activity.PREVENTION, last) == []
        assert missing_for(user, police, Activity.PREVENTION, last + timedelta(days=1)) == ["Prevention"]

    def test_nobody_lacks_all_and_another_partners_certificate_does_not_count(self, certified):
        assert missing_for(None, certified.police.pk, Activity.PREVENTION) == ["Prevention"]
        assert missing_for(certified.liaison.user.pk, certified.ngo.pk, Activity.PREVENTION) == ["Prevention"]

    def test_a_prevention_plan_is_stopped_until_its_leader_has_one(self, certified):
        plan = advised_plan(certified, leader=certified.caseworker.user)
        assert [rule.code for rule in rules_for(plan)] == ["leader_without_certificate"]
        mark(certified, certified.place, "passed")
        assert rules_for(plan) == []

    def test_what_no_activity_needs_any_more_stops_nobody(self, certified):
        run_as(
            certified.coordinator,
            training.save_qualification,
            qualification=certified.qualification,
            activities=[],
            givers=[certified.ngo],
        )
        assert missing_for(None, certified.police.pk, Activity.PREVENTION) == []


class TestReminders:
    def ending(self, world: World, days: int) -> Certificate:
        """The officer's certificate, as if it had been issued long ago and ran out in so many days."""
        place = world.certificate.attendance
        Certificate.objects.filter(attendance=place).delete()
        return Certificate.objects.create(
            partner=world.police, issuer=world.ngo, attendance=place, user=world.liaison.user,
            qualification=world.qualification, issued_on=world.today - timedelta(days=600),
            expires_on=world.today + timedelta(days=days),
        )  # fmt: skip

    def told(self) -> set[tuple[int, str]]:
        """Whom a job tells, however often it runs."""
        with database_role("worker"):
            training.remind_of_certificates()
            training.remind_of_certificates()
            outbox.relay()
        return set(Notification.objects.filter(kind="certificate.expiring").values_list("user", "url"))

    @pytest.mark.parametrize(("days", "is_told"), [(91, False), (90, True), (30, True)])
    def test_the_holder_is_told_in_steps(self, certified, days, is_told):
        self.ending(certified, days)
        assert self.told() == ({(certified.liaison.user.pk, reverse("my_certificates"))} if is_told else set())
        assert Notification.objects.filter(kind="certificate.expiring").count() == is_told

    def test_in_the_last_week_the_managers_are_too(self, certified):
        manager = certified.member(certified.police, "police_liaison", is_manager=True)
        self.ending(certified, 7)
        assert (manager.user.pk, reverse("who_may_deliver")) in self.told()

    def test_whoever_renewed_it_is_left_alone(self, certified):
        self.ending(certified, 20)
        passed(certified, course_day(certified, gives=certified.qualification, title="Again"), certified.liaison)
        assert self.told() == set()

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [(date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2026, 1, 31), 24, date(2028, 1, 31)), (date(2026, 12, 1), 1, date(2027, 1, 1))],
    )  # fmt: skip
    def test_months_are_counted_by_the_calendar(self, day, months, later):
        assert training.months_later(day, months) == later


class TestTheCheck:
    def check(self, number: str) -> str:
        return WebClient().get(reverse("certificate_check"), {"number": number}).text

    def test_says_yes_or_no_to_anybody_and_nothing_of_the_holder(self, certified):
        page = self.check(certified.certificate.number.lower()[:4] + " " + certified.certificate.number[4:])
        assert ">Valid" in page.replace("\n", "").replace("  ", "")
        assert certified.liaison.user.full_name not in page
        assert "Harbour" not in page
        assert "Not valid" in self.check("ABCD")

    def test_says_no_once_it_is_revoked(self, certified):
        run_as(certified.case_manager, training.revoke_certificate, certificate=certified.certificate, because="x")
        assert "Not valid" in self.check(certified.certificate.number)

    def test_sets_no_cookie_and_is_limited_in_rate(self, world, monkeypatch):
        cache.clear()
        monkeypatch.setattr(certificates, "MOST_CHECKS_A_MINUTE", 2)
        visitor = WebClient()
        address = reverse("certificate_check") + "?number=X"
        responses = [visitor.get(address, REMOTE_ADDR="192.0.2.77") for _try in range(3)]
        assert [response.status_code for response in responses] == [200, 200, 429]
        assert not visitor.cookies

    def test_the_document_is_its_holders(self, certified):
        address = reverse("certificate_pdf", args=[certified.certificate.pk])
        response = certified.client(certified.liaison).get(address)
        assert response.content.startswith(b"%PDF")
        assert certified.client(certified.case_manager).get(address).status_code == 404
        assert "PDF" in certified.client(certified.liaison).get(reverse("my_certificates")).text


class TestFigures:
    @ON_A_BUSY_MACHINE
    @given(
        st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=30).filter(
            lambda pairs: len({after - before for before, after in pairs}) > 1
        )
    )
    def test_the_interval_is_students_for_pairs(self, pairs):
        """Against SciPy's own paired test."""
        gain = gain_of(pairs)
        before, after = zip(*pairs, strict=True)
        interval = stats.ttest_rel(after, before).confidence_interval(0.95)
        assert gain is not None
        assert (gain.lower, gain.upper) == pytest.approx((interval.low, interval.high))

    def test_of_one_person_no_interval_is_told(self):
        assert gain_of([(10, 20)]) is None

    def test_mixed_is_police_and_somebody_else(self):
        assert is_mixed(["police", None])
        assert not is_mixed(["police", "police"])
        assert not is_mixed(["ngo", "health"])

    def test_a_courses_page_shows_them_to_who_holds_it_alone(self, certified):
        mark(certified, certified.place, "attended", before=40, after=60)
        mark(certified, certified.certificate.attendance, "passed", before=50, after=60)
        figures = figures_of(Course.objects.get())
        assert (figures.days, figures.mixed, figures.people) == (1, 1, 2)
        assert figures.gain is not None
        assert figures.gain.mean == 15
        address = reverse("course", args=[certified.day.course_id])
        assert "How it went" in certified.client(certified.caseworker).get(address).text
        assert "How it went" not in certified.client(certified.liaison).get(address).text

    def test_each_topic_says_where_it_was_read(self):
        assert all(topic.source for topic in TOPICS.values() if not topic.verified)


class TestWalls:
    @pytest.mark.parametrize("who", ["other_caseworker", "data_officer", "coordinator", "auditor"])
    def test_who_comes_is_seen_by_the_host_and_oneself_alone(self, certified, who):
        with on_web(getattr(certified, who)):
            assert not CourseAttendance.objects.exists()

    @pytest.mark.parametrize("who", ["other_caseworker", "coordinator", "auditor", "other_liaison"])
    def test_a_certificate_is_seen_by_its_holders_partner_and_the_issuer_alone(self, certified, who):
        with on_web(getattr(certified, who)):
            assert not Certificate.objects.exists()

    def test_nobody_makes_a_certificate_for_a_course_that_is_not_theirs(self, certified):
        fields = {
            "partner": certified.police, "user": certified.liaison.user, "qualification": certified.qualification,
            "attendance_id": certified.place.pk, "expires_on": certified.today + timedelta(days=9),
        }  # fmt: skip
        for issuer in (certified.police, certified.ngo):
            with on_web(certified.liaison), pytest.raises(DatabaseError), transaction.atomic():
                Certificate.objects.create(issuer=issuer, **fields)

    def test_a_certificate_is_neither_changed_nor_lengthened_by_sql(self, certified):
        for acting in (certified.liaison, certified.case_manager):
            longer = certified.today + timedelta(days=9999)
            with on_web(acting):
                try:
                    with transaction.atomic():
                        assert not Certificate.objects.update(expires_on=longer)
                except DatabaseError:
                    pass
        assert Certificate.objects.get().expires_on == certified.certificate.expires_on

    def test_nobody_signs_up_somebody_else_or_as_passed(self, offered):
        for fields in (
            {"user": offered.caseworker.user, "from_partner": offered.ngo},
            {"user": offered.liaison.user, "from_partner": offered.police, "state": "passed"},
            {"user": offered.liaison.user, "from_partner": offered.ngo},
        ):
            with on_web(offered.liaison), pytest.raises(DatabaseError), transaction.atomic():
                CourseAttendance.objects.create(partner=offered.ngo, session=offered.day, **fields)

    def test_only_the_coordinator_says_what_needs_a_certificate(self, offered):
        with on_web(offered.case_manager), pytest.raises(DatabaseError), transaction.atomic():
            Qualification.objects.create(code="x", name="x")

    def test_the_worker_reads_no_number_and_no_name(self, certified):
        for statement in (
            "SELECT number FROM programs_certificate",
            "SELECT user_id FROM programs_courseattendance",
            "UPDATE programs_certificate SET revoked_on = current_date",
        ):
            with (
                pytest.raises(DatabaseError),
                database_role("worker"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


class TestApi:
    def test_everybodys_system_reads_courses_and_the_days_to_come(self, offered):
        other = System(offered.member(offered.other_ngo, "case_manager", is_manager=True))
        assert [row["gives"] for row in other.get("courses")["results"]] == [offered.qualification.pk]
        assert other.get(f"course-days/{offered.day.pk}")["free"] == 20
        begin(offered.day)
        other.call("get", f"course-days/{offered.day.pk}", status=404)
        assert System(offered.case_manager).get(f"course-days/{offered.day.pk}")["course"] == offered.day.course_id

    def test_the_system_of_who_trains_writes_down_who_passed_and_revokes(self, certified):
        system = System(certified.case_manager)
        address = f"course-places/{certified.place.pk}"
        problem = system.call("post", f"{address}/mark", {"state": "passed", "after": 101}, status=422).found
        assert [error["pointer"] for error in problem["errors"]] == ["/after"]
        place = system.post(f"{address}/mark", {"state": "passed", "before": 40, "after": 80})
        assert (place["state"], place["before"], place["after"]) == ("passed", 40, 80)
        certificate = system.get(f"certificates/{place['certificate']}")
        assert (certificate["holder"], certificate["revoked_on"]) == (certified.caseworker.user.full_name, None)
        system.call("post", f"{address}/mark", {"state": "missed"}, status=409)
        revoked = system.post(f"certificates/{certificate['id']}/revoke", {"because": "By mistake"})
        assert revoked["revoked_on"] == certified.today.isoformat()
        assert system.get(address)["certificate"] is None
        assert len(system.get(f"course-places?course_day={certified.day.pk}")["results"]) == 2

    def test_the_holders_system_reads_the_certificate_without_its_number_and_not_the_sheet(self, certified):
        holder = System(certified.member(certified.police, "police_liaison", is_manager=True))
        found = holder.get(f"certificates/{certified.certificate.pk}")
        assert found["issuer"] == certified.ngo.pk
        assert certified.certificate.number not in str(found)
        assert holder.get("course-places")["results"] == []
        place = certified.certificate.attendance_id
        holder.call("post", f"course-places/{place}/mark", {"state": "missed"}, status=404)
        holder.call("post", f"certificates/{certified.certificate.pk}/revoke", {"because": "x"}, status=409)

    def test_another_partners_system_reads_neither_sheet_nor_certificate(self, certified):
        other = System(certified.member(certified.other_ngo, "case_manager", is_manager=True))
        assert other.get("certificates")["results"] == other.get("course-places")["results"] == []
        other.call("get", f"course-places/{certified.place.pk}", status=404)
        other.call("post", f"certificates/{certified.certificate.pk}/revoke", {"because": "x"}, status=404)

    def test_a_court_has_no_sheets_and_who_only_reads_issues_nothing(self, certified):
        court = System(certified.member(certified.prosecutors, "court_officer", is_manager=True))
        assert court.get("courses")["results"]
        court.call("get", "course-places", status=403)
        reader = System(certified.case_manager, "training:read", name="Reader")
        reader.call("post", f"course-places/{certified.place.pk}/mark", {"state": "passed"}, status=403)
        assert reader.get("certificates")["results"] == []  # issued to the police: of the sheet alone
