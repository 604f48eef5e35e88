"""Breaking the glass: with whom somebody has to do, and what it takes to open the record of somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.enrolments import actions as enrolments
from cases.openings import actions as openings
from cases.openings.models import RecordOpening
from cases.planning import actions as planning
from cases.rights import actions as rights
from partnership.audit_trail.models import ReadLog
from partnership.events.models import Notification, OutboxEvent
from partnership.isolation.errors import Invalid
from partnership.members.models import Role
from tests.partnership.test_events import relay
from tests.shared_worlds import shared
from tests.world import run_as

REASON = {"purpose": "casework", "words": "She called; her caseworker is away."}


@shared
def house(world):
    """An NGO in which a colleague helps somebody with whom the caseworker has nothing to do."""
    world.colleague = world.member(world.ngo, Role.CASEWORKER)
    world.theirs = world.enrolment(
        started_on=world.today - timedelta(days=40), responsible=world.colleague.user, last_contact_on=world.today
    )
    return world


def opens(house, acting=None, page="person") -> bool:
    """Whether the page comes without asking why."""
    number = house.theirs.person_id if page == "person" else house.theirs.pk
    response = house.client(acting or house.caseworker).get(reverse(page, args=[number]))
    if response.status_code == 200:
        return True
    assert response.status_code == 302
    assert response.url.startswith(reverse("person_open", args=[house.theirs.person_id]))
    return False


class TestWithWhomOneHasToDo:
    def test_not_with_somebody_whom_a_colleague_helps(self, house):
        assert not opens(house)
        assert not opens(house, page="enrolment")

    def test_who_is_responsible(self, house):
        assert opens(house, house.colleague)
        assert opens(house, house.colleague, "enrolment")

    def test_everybody_where_nobody_is_responsible(self, house):
        house.theirs.responsible = None
        house.theirs.save()
        assert opens(house)

    def test_everybody_with_somebody_new_with_whom_nothing_has_begun(self, house):
        person = house.person(house.ngo)
        assert house.client(house.caseworker).get(reverse("person", args=[person.pk])).status_code == 200

    @pytest.mark.parametrize(("days", "expected"), [(89, True), (91, False)])
    def test_who_met_them_in_the_last_90_days(self, house, days, expected):
        house.theirs.started_on = house.today - timedelta(days=200)
        house.theirs.save()
        session = run_as(
            house.caseworker, enrolments.record_session, enrolment=house.theirs, held_on=house.today - timedelta(days=days),
            method="group", attendance="attended",
        )  # fmt: skip
        assert session.recorded_by == house.caseworker.user
        assert opens(house) is expected

    def test_who_has_an_appointment_with_them(self, house):
        run_as(
            house.colleague, planning.make_appointment, enrolment=house.theirs, responsible=house.caseworker.user,
            starts_at=timezone.now() + timedelta(days=3), minutes=60, method="counselling", place="",
        )  # fmt: skip
        assert opens(house)

    def test_who_was_given_a_task_and_not_who_gave_it_to_themself(self, house):
        task = {"text": "Call", "due_on": None, "assigned_to": house.caseworker.user, "person": house.theirs.person}
        run_as(house.caseworker, planning.add_task, **task)
        assert not opens(house)
        run_as(house.colleague, planning.add_task, **task)
        assert opens(house)

    def test_who_answers_what_the_person_asks_about_their_data(self, house):
        run_as(
            house.colleague, rights.record_request, person=house.theirs.person, kind="access", received_on=house.today
        )
        assert opens(house)

    @pytest.mark.parametrize(("days", "expected"), [(80, True), (100, False)])
    def test_who_was_responsible_until_lately(self, house, days, expected):
        house.theirs.started_on = house.today - timedelta(days=300)
        house.theirs.ended_on, house.theirs.end_reason = house.today - timedelta(days=days), "completed"
        house.theirs.save()
        assert opens(house, house.colleague) is expected

    def test_whichever_of_the_linked_records_it_is(self, house):
        other = house.person(house.ngo, same_as=house.theirs.person)
        assert house.client(house.colleague).get(reverse("person", args=[other.pk])).status_code == 200
        assert house.client(house.caseworker).get(reverse("person", args=[other.pk])).status_code == 302

    def test_the_receiver_until_somebody_is_responsible(self, house):
        referral = house.sent()
        page = reverse("referral", args=[referral.pk])
        assert house.client(house.caseworker).get(page).status_code == 200
        enrolled = house.enrolled()
        enrolled.enrolment.responsible = house.colleague.user
        enrolled.enrolment.save()
        assert house.client(house.caseworker).get(reverse("referral", args=[enrolled.pk])).status_code == 302
        assert house.client(house.colleague).get(reverse("referral", args=[enrolled.pk])).status_code == 200

    def test_the_whole_unit_with_whom_it_referred_until_90_days_after_the_end(self, house):
        referral = house.enrolled()
        partner = house.member(house.police, Role.POLICE_LIAISON)
        for page, number in (
            ("referral", referral.pk),
            ("person", referral.person_id),
            ("diversion", referral.diversion.pk),
        ):
            assert house.client(partner).get(reverse(page, args=[number])).status_code == 200, page

    def test_not_the_police_with_somebody_whom_they_arrested_and_nothing_else(self, house):
        person = house.person(house.police)
        house.arrest(person, house.today - timedelta(days=400))
        assert house.client(house.liaison).get(reverse("person", args=[person.pk])).status_code == 302

    @pytest.mark.parametrize("who", ["case_manager"])
    def test_who_oversees_the_work_and_the_log_says_that_it_is_that(self, house, who):
        assert opens(house, getattr(house, who))
        assert ReadLog.objects.latest("id").purpose == "quality"

    def test_a_case_is_not_taken_over_to_look_at_it(self, house):
        sent = {"pk": house.theirs.pk, "to": house.caseworker.user.pk}
        house.client(house.caseworker).post(reverse("caseload_hand_over"), sent)
        house.theirs.refresh_from_db()
        assert house.theirs.responsible == house.colleague.user
        house.client(house.case_manager).post(reverse("caseload_hand_over"), sent)
        house.theirs.refresh_from_db()
        assert house.theirs.responsible == house.caseworker.user


class TestWithAReason:
    def ask(self, house, client=None, **reason):
        client = client or house.client(house.caseworker)
        address = client.get(reverse("person", args=[house.theirs.person_id])).url
        return client, client.post(address, reason)

    def test_the_page_that_asks_names_nobody(self, house):
        client = house.client(house.caseworker)
        page = client.get(client.get(reverse("enrolment", args=[house.theirs.pk])).url).text
        assert "Meikäläinen" not in page
        assert f"person {house.theirs.person_id}" in page

    def test_it_opens_leads_on_and_the_log_has_the_reason_on_every_line(self, house):
        client, response = self.ask(house, **REASON)
        assert response.url == reverse("person", args=[house.theirs.person_id])
        assert client.get(response.url).status_code == 200
        assert opens(house, page="enrolment")
        lines = ReadLog.objects.filter(is_refused=False, user=house.caseworker.user)
        assert lines
        assert {(line.purpose, line.words) for line in lines} == {("casework", REASON["words"])}

    def test_for_three_hours(self, house):
        self.ask(house, **REASON)
        assert opens(house)
        RecordOpening.objects.update(opened_at=timezone.now() - timedelta(hours=2, minutes=59))
        assert opens(house)
        RecordOpening.objects.update(opened_at=timezone.now() - timedelta(hours=3, minutes=1))
        assert not opens(house)

    def test_for_who_gave_it_and_nobody_else(self, house):
        other = house.member(house.ngo, Role.CASEWORKER)
        self.ask(house, **REASON)
        assert not opens(house, other)

    @pytest.mark.parametrize(
        "reason", [{}, {"purpose": "casework"}, {"purpose": "casework", "words": "  "}, {"purpose": "x", "words": "y"}]
    )
    def test_without_code_and_words_it_stays_shut(self, house, reason):
        _client, response = self.ask(house, **reason)
        assert response.status_code == 422
        assert not RecordOpening.objects.exists()

    def test_the_action_wants_words_too(self, house):
        with pytest.raises(Invalid):
            run_as(house.caseworker, openings.open_record, person=house.theirs.person, purpose="other", words=" ")

    def test_what_was_typed_meanwhile_is_not_thrown_away(self, house):
        """The three hours end while somebody types: the form asks why, and what was typed is still kept."""
        client = house.client(house.caseworker)
        address = reverse("note_add", args=[house.theirs.pk])
        response = client.post(
            address, {"note-text": "A long note"}, headers={"referer": "http://testserver/enrolments/1/"}
        )
        assert response.status_code == 302
        assert response.url.startswith(reverse("person_open", args=[house.theirs.person_id]))
        assert not house.theirs.notes.exists()

    def test_an_attempt_without_a_reason_stands_in_the_log(self, house):
        assert not opens(house)
        line = ReadLog.objects.get()
        assert (line.what, line.object_id, line.is_refused, line.people) == (
            "person",
            house.theirs.person_id,
            True,
            [house.theirs.person_id],
        )

    def test_it_leads_nowhere_else(self, house):
        client = house.client(house.caseworker)
        address = reverse("person_open", args=[house.theirs.person_id])
        response = client.post(address + "?next=https://evil.example/", REASON)
        assert response.url == reverse("person", args=[house.theirs.person_id])


class TestWhoIsShownIt:
    @pytest.fixture
    def opened(self, house):
        return run_as(house.caseworker, openings.open_record, person=house.theirs.person, **REASON)

    def test_the_manager_is_told_and_the_reader_is_not(self, house, opened):
        relay()
        relay()
        told = Notification.objects.filter(kind="record.opened")
        assert {notification.user for notification in told} == {house.case_manager.user}
        assert OutboxEvent.objects.filter(kind="record.opened").count() == 1

    def test_the_managers_and_the_auditors_list_show_it_and_the_readers_own(self, house, opened):
        for acting in (house.case_manager, house.auditor, house.caseworker):
            page = house.client(acting).get(reverse("opening_list")).text
            assert "She called; her caseworker is away." in page
        for acting in (house.colleague, house.other_caseworker, house.liaison):
            assert "She called" not in house.client(acting).get(reverse("opening_list")).text

    def test_the_auditor_has_it_on_the_first_page_until_it_is_checked(self, house, opened):
        client = house.client(house.auditor)
        assert client.get("/").context["openings_to_check"] == 1
        client.post(reverse("opening_checked", args=[opened.pk]))
        assert client.get("/").context["openings_to_check"] == 0
        assert "She called" not in client.get(reverse("opening_list")).text
        assert "She called" in client.get(reverse("opening_list") + "?show=all").text

    def test_nobody_else_marks_it_as_checked(self, house, opened):
        for acting in (house.case_manager, house.caseworker):
            assert house.client(acting).post(reverse("opening_checked", args=[opened.pk])).status_code == 403


class TestInAHurry:
    def test_a_caseworkers_main_jobs_ask_for_no_reason(self, house):
        """Answering a referral, recording a session, opening one's own caseload: never."""
        client = house.client(house.caseworker)
        referral = house.sent()
        mine = house.enrolment(responsible=house.caseworker.user, started_on=house.today - timedelta(days=3))
        session = {
            "meeting-held_on": house.today.isoformat(), "meeting-method": "counselling", "meeting-attendance": "attended",
            "meeting-minutes": "45",
        }  # fmt: skip
        steps = [
            ("get", "/", {}),
            ("get", reverse("referral_list"), {}),
            ("get", reverse("referral", args=[referral.pk]), {}),
            ("post", reverse("referral_do", args=[referral.pk, "accept"]), {"version": referral.version}),
            ("get", reverse("referral", args=[referral.pk]), {}),
            ("get", reverse("caseload"), {}),
            ("get", reverse("enrolment", args=[mine.pk]), {}),
            ("post", reverse("meeting_record", args=[mine.pk]), session),
            ("get", reverse("person", args=[mine.person_id]), {}),
            ("get", reverse("calendar"), {}),
        ]
        asked = 0
        for method, address, data in steps:
            response = getattr(client, method)(address, data)
            assert response.status_code in {200, 302}, address
            asked += response.status_code == 302 and "/open/" in response.url
        assert asked == 0
        assert mine.sessions.count() == 1

    def test_a_liaisons_neither(self, house):
        client = house.client(house.liaison)
        referral = house.enrolled()
        known = house.person(house.police)
        house.arrest(known, house.today)
        for address in (
            "/",
            reverse("divert"),
            reverse("divert") + f"?person={known.pk}",
            reverse("referral_new") + f"?person={known.pk}",
            reverse("referral", args=[referral.pk]),
            reverse("diversion", args=[referral.diversion.pk]),
        ):
            assert client.get(address).status_code == 200, address
