"""What a coordinator, an auditor and a manager see of the whole: announcements, workload, unusual reading."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.planning import actions as planning
from partnership.actions import NotAllowed
from partnership.announcements import actions as announcements
from partnership.announcements.models import Announcement
from partnership.audit_trail.models import ReadLog
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.oversight import actions as oversight
from partnership.oversight.models import ReadDay
from tests.world import database_role, on_web, run_as


class TestAnnouncements:
    def announce(self, world, **more):
        today = world.today
        terms = {"title": "Training", "text": "On Friday", "shown_from": today, "shown_until": today} | more
        return run_as(world.coordinator, announcements.announce, **terms)

    def test_everybody_sees_it_on_the_days_it_is_shown(self, world):
        self.announce(world)
        self.announce(
            world,
            title="Tomorrow",
            shown_from=world.today + timedelta(days=1),
            shown_until=world.today + timedelta(days=2),
        )
        self.announce(
            world, title="Past", shown_from=world.today - timedelta(days=3), shown_until=world.today - timedelta(days=1)
        )
        for acting in (world.caseworker, world.liaison, world.auditor, world.data_officer, world.coordinator):
            page = world.client(acting).get("/").content.decode()
            assert "Training" in page
            assert "Tomorrow" not in page
            assert "Past" not in page

    def test_everybody_is_told_once_but_its_writer(self, world):
        self.announce(world)
        with database_role("worker"):
            outbox.relay()
            outbox.relay()
        told = Notification.objects.filter(kind="announcement.made")
        assert told.count() == told.values("user", "partner").distinct().count() > 5
        assert not told.filter(user=world.coordinator.user).exists()

    def test_only_a_coordinator_announces_in_the_database_too(self, world):
        assert world.client(world.caseworker).get(reverse("announcement_new")).status_code == 403
        terms = {"title": "x", "text": "x", "shown_from": world.today, "shown_until": world.today}
        with pytest.raises(NotAllowed):
            run_as(world.caseworker, announcements.announce, **terms)
        by = {"partner": world.ngo, "announced_by": world.caseworker.user}
        with pytest.raises(DatabaseError), on_web(world.caseworker):
            Announcement.objects.create(**terms, **by)

    def test_the_form_refuses_an_end_before_the_start_and_keeps_the_words(self, world):
        sent = {"title": "Training", "text": "On Friday", "shown_from": "2026-02-02", "shown_until": "2026-02-01"}
        page = world.client(world.coordinator).post(reverse("announcement_new"), sent).content.decode()
        assert "The last day comes before the first." in page
        assert "On Friday" in page
        assert not Announcement.objects.exists()

    def test_it_can_be_changed_and_taken_back(self, world):
        made = self.announce(world)
        client = world.client(world.coordinator)
        sent = {"title": "Changed", "text": "x", "shown_from": made.shown_from, "shown_until": made.shown_until}
        client.post(reverse("announcement_edit", args=[made.pk]), sent)
        assert Announcement.objects.get().title == "Changed"
        client.post(reverse("announcement_delete", args=[made.pk]))
        assert not Announcement.objects.exists()

    def test_what_it_says_is_shown_as_text(self, world):
        self.announce(world, text="<script>alert(1)</script>")
        assert "<script>alert(1)" not in world.client(world.caseworker).get("/").content.decode()


def without_labels(page: str) -> str:
    """Its markup without blanks, and without the names of columns that cells have for phones."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r'\s+data-label="[^"]*"', "", page))


class TestWorkload:
    def test_each_of_the_team_with_what_is_on_them(self, world):
        mine = world.enrolment(responsible=world.caseworker.user, started_on=world.today - timedelta(days=30))
        run_as(
            world.caseworker, planning.make_appointment, enrolment=mine, starts_at=timezone.now() + timedelta(days=2),
            minutes=60, method="counselling", place="", responsible=world.caseworker.user,
        )  # fmt: skip
        for due_on in (world.today - timedelta(days=1), None):
            run_as(world.caseworker, planning.add_task, text="x", due_on=due_on, assigned_to=world.caseworker.user)
        page = without_labels(world.client(world.case_manager).get(reverse("workload")).text)
        name = world.caseworker.user.full_name
        row = "".join(f'<td class="numbers">{n}</td>' for n in (1, 1, 1, 2, 1))
        link = f'<a href="/caseload/?whose={world.caseworker.user.pk}">{name}</a>'
        assert f'<th scope="row">{link}</th>{row}' in page

    def test_another_ngos_work_is_not_counted(self, world):
        world.enrolment(responsible=world.caseworker.user)
        other = type(world.other_caseworker)(world.member(world.other_ngo, "case_manager").membership)
        page = without_labels(world.client(other).get(reverse("workload")).text)
        assert '<td class="numbers">1</td>' not in page
        assert f">{world.caseworker.user.full_name}<" not in page


class TestUnusualReading:
    """Each user is compared with their own other days."""

    @pytest.fixture
    def yesterday(self, world):
        return world.today - timedelta(days=1)

    def read(self, acting, day, records=10, hour=12, what="person"):
        at = datetime.combine(day, time(hour), tzinfo=ZoneInfo("Europe/Helsinki"))
        ReadLog.objects.create(partner=acting.partner, user=acting.user, what=what, object_id=1, count=records, at=at)

    def habit(self, world, records=10):
        for days in range(2, 12):
            ReadDay.objects.create(
                partner=world.ngo, user=world.caseworker.user, day=world.today - timedelta(days=days), records=records
            )

    def reasons(self, day):
        with database_role("worker"):
            oversight.sum_up(day=day)
        return ReadDay.objects.get(day=day).reasons

    def test_as_much_as_ever_is_not_unusual(self, world, yesterday):
        self.habit(world, records=100)
        self.read(world.caseworker, yesterday, 290)
        assert self.reasons(yesterday) == []

    def test_much_more_than_on_other_days_is(self, world, yesterday):
        self.habit(world, records=100)
        self.read(world.caseworker, yesterday, 301)
        assert self.reasons(yesterday) == ["many"]

    def test_a_few_records_are_not_whatever_the_habit(self, world, yesterday):
        self.habit(world, records=1)
        self.read(world.caseworker, yesterday, 99)
        assert self.reasons(yesterday) == []

    def test_somebody_new_has_no_habit_to_compare_with(self, world, yesterday):
        self.read(world.caseworker, yesterday, 5000, hour=23)
        assert self.reasons(yesterday) == []

    @pytest.mark.parametrize(("hour", "found"), [(21, []), (22, ["night"]), (4, ["night"]), (5, [])])
    def test_at_night_by_local_time(self, world, yesterday, hour, found):
        self.habit(world)
        self.read(world.caseworker, yesterday, hour=hour)
        assert self.reasons(yesterday) == found

    def test_who_works_at_night_is_not_unusual_at_night(self, world, yesterday):
        self.habit(world)
        ReadDay.objects.update(at_night=3)
        self.read(world.caseworker, yesterday, hour=23)
        assert self.reasons(yesterday) == []

    def test_a_list_taken_as_a_file_is_always_shown(self, world, yesterday):
        self.read(world.caseworker, yesterday, what="person_export")
        assert self.reasons(yesterday) == ["export"]

    def test_the_day_ends_at_local_midnight_and_a_second_run_changes_nothing(self, world, yesterday):
        self.read(world.caseworker, yesterday, 5, hour=0)
        self.read(world.caseworker, yesterday, 7, hour=23)
        self.read(world.caseworker, world.today, 100, hour=0)
        self.reasons(yesterday)
        self.reasons(yesterday)
        assert ReadDay.objects.get().records == 12

    def test_the_auditor_looks_and_marks_and_nobody_else_does(self, world, yesterday):
        self.read(world.caseworker, yesterday, what="person_export")
        self.reasons(yesterday)
        client = world.client(world.auditor)
        found = ReadDay.objects.get()
        page = client.get(reverse("unusual_reading")).content.decode()
        assert "Took whole lists as files" in page
        assert f"?user={found.user_id}&day={yesterday}" in page
        log = client.get(reverse("read_log"), {"user": found.user_id, "day": str(yesterday)}).content.decode()
        assert "Only what" in log
        assert world.client(world.case_manager).get(reverse("unusual_reading")).status_code == 403
        client.post(reverse("reading_seen", args=[found.pk]))
        assert "Took whole" not in client.get(reverse("unusual_reading")).content.decode()
        assert ReadDay.objects.get().seen_by == world.auditor.user
        with on_web(world.case_manager):
            assert ReadDay.objects.update(seen_at=None) == 0

    @pytest.mark.parametrize("query", ["?user=x", "?day=2026-13-01", f"?number={'9' * 30}", f"?user={'9' * 30}"])
    def test_nonsense_in_the_address_of_the_log_harms_nothing(self, world, query):
        assert world.client(world.auditor).get(reverse("read_log") + query).status_code == 422
