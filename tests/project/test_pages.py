"""Pages: a constant number of queries, forms that lose nothing, words for errors, what each role finds."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.enrolments.models import Enrolment
from cases.people.models import Person
from cases.placements import actions as placements
from partnership.pages.paging import page_by_key
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.handover.transitions import State
from tests.programs.community import campaign_action, closed, community_event, event_promise, open_wave
from tests.programs.money import allocated, grant_of, spent
from tests.programs.sharing import funding_call, interest, shared_resource
from tests.programs.work import offer_of
from tests.project.test_matrix import MATRIX, full  # noqa: F401 — the fixture with something of everything
from tests.shared_worlds import shared
from tests.world import World, run_as

# Number of queries of each page with the role that uses it: those of the test's own role changes not counted, the
# transaction's (2) and those that find out and tell who acts (3) included. A change here is a change of speed: look at it twice.
QUERIES = {
    ("home", "caseworker"): 21,
    ("home", "liaison"): 19,
    ("home", "court_officer"): 17,
    ("home", "professional"): 13,
    ("home", "data_officer"): 11,
    ("home", "coordinator"): 25,
    ("home", "auditor"): 17,
    ("referral_list", "caseworker"): 10,
    ("referral_list", "coordinator"): 9,
    ("referral_export", "caseworker"): 11,
    ("diversion_export", "liaison"): 12,
    ("person_export", "caseworker"): 11,
    ("caseload_export", "caseworker"): 11,
    ("referral", "caseworker"): 16,
    ("referral", "coordinator"): 9,
    ("referral_new", "liaison"): 8,
    ("referral_edit", "liaison"): 14,
    ("diversion_list", "liaison"): 10,
    ("diversion", "liaison"): 13,
    ("divert", "liaison"): 12,
    ("divert_tell", "liaison"): 11,
    ("diversion_outcomes", "liaison"): 7,
    ("diversion_letter", "liaison"): 10,
    ("statement_list", "court_officer"): 9,
    ("statement", "court_officer"): 9,
    ("statement_new", "caseworker"): 12,
    ("welfare_list", "liaison"): 9,
    ("welfare_notice", "professional"): 9,
    ("person_list", "caseworker"): 9,
    ("person", "caseworker"): 24,
    ("person_edit", "caseworker"): 10,
    ("caseload", "caseworker"): 11,
    ("group_attendance", "caseworker"): 9,
    ("enrolment", "caseworker"): 17,
    ("care_team", "caseworker"): 12,
    ("care_team_list", "other_caseworker"): 8,
    ("care_team_part", "other_caseworker"): 10,
    ("phase_board", "caseworker"): 13,
    ("phase_sheet", "caseworker"): 12,
    ("bed_board", "caseworker"): 11,
    ("stays", "caseworker"): 11,
    ("occupancy", "caseworker"): 10,
    ("matter_list", "caseworker"): 9,
    ("matter", "caseworker"): 13,
    ("plan", "caseworker"): 12,
    ("end_report", "caseworker"): 11,
    ("assessment_list", "caseworker"): 10,
    ("assess", "caseworker"): 9,
    ("session_correct", "caseworker"): 9,
    ("note_correct", "caseworker"): 9,
    ("enrolment_correct", "caseworker"): 9,
    ("walk_in", "caseworker"): 9,
    ("calendar", "caseworker"): 10,
    ("task_list", "caseworker"): 9,
    ("appointment_new", "caseworker"): 10,
    ("import_list", "data_officer"): 7,
    ("import_new", "data_officer"): 8,
    ("data_import", "data_officer"): 9,
    ("import_progress", "data_officer"): 6,
    ("programme_list", "caseworker"): 9,
    ("programme", "caseworker"): 11,
    ("partner_list", "coordinator"): 8,
    ("partner", "coordinator"): 11,
    ("agreement_list", "coordinator"): 8,
    ("agreement", "coordinator"): 11,
    ("agreement_version", "case_manager"): 11,
    ("approvals", "case_manager"): 8,
    ("agreement_new", "coordinator"): 7,
    ("member_list", "case_manager"): 9,
    ("notification_list", "caseworker"): 7,
    ("profile", "caseworker"): 6,
    ("read_log", "auditor"): 8,
    ("opening_list", "auditor"): 7,
    ("opening_list", "case_manager"): 7,
    ("inquiry_list", "auditor"): 8,
    ("inquiry", "auditor"): 9,
    ("privacy_notice", "case_manager"): 7,
    ("effects", "coordinator"): 8,
    ("evidence", "coordinator"): 21,
    ("claim_list", "coordinator"): 10,
    ("recidivism", "coordinator"): 8,
    ("population_figures", "coordinator"): 12,
    ("arrest_trends", "coordinator"): 12,
    ("intervention", "coordinator"): 13,
    ("referral_figures", "coordinator"): 8,
    ("score_changes", "coordinator"): 8,
    ("anchor_figures", "coordinator"): 8,
    ("uptake", "coordinator"): 9,
    ("gaps", "coordinator"): 11,
    ("tip_list", "caseworker"): 9,
    ("tip", "caseworker"): 12,
    ("end_report_send", "caseworker"): 11,
    ("end_report_sent", "liaison"): 9,
    ("protection", "caseworker"): 10,
    ("protection", "liaison"): 8,
    ("person_protection", "caseworker"): 14,
    ("protected_record", "caseworker"): 14,
    ("protection_members", "auditor"): 7,
    ("protection_years", "caseworker"): 9,
    ("fellowship_board", "caseworker"): 8,
    ("fellowship", "caseworker"): 14,
    ("payment_run", "case_manager"): 11,
    ("mentoring_board", "caseworker"): 12,
    ("mentor_pair", "caseworker"): 11,
    ("call_in_list", "liaison"): 7,
    ("call_in", "liaison"): 11,
    ("call_in", "caseworker"): 8,
    ("family_board", "caseworker"): 8,
    ("family", "caseworker"): 14,
    ("parenting_group", "caseworker"): 8,
    ("release_list", "caseworker"): 9,
    ("release_export", "caseworker"): 11,
    ("release", "caseworker"): 13,
    ("release_notice_list", "court_officer"): 8,
    ("work_offer_list", "caseworker"): 10,
    ("employer", "caseworker"): 8,
    ("placement_list", "caseworker"): 9,
    ("placement_export", "caseworker"): 11,
    ("placements_of", "caseworker"): 12,
    ("placement", "caseworker"): 9,
    ("placement_figures", "coordinator"): 8,
    ("overlaps", "coordinator"): 11,
    ("custody_figures", "coordinator"): 8,
    ("mediation_list", "caseworker"): 8,
    ("mediation_list", "court_officer"): 8,
    ("mediation_offer", "caseworker"): 10,
    ("mediation", "caseworker"): 11,
    ("mediation_report", "court_officer"): 9,
    ("anchor_list", "liaison"): 10,
    ("anchor_case", "liaison"): 19,
    ("anchor_case", "professional"): 13,
    ("anchor_team_list", "professional"): 8,
    ("anchor_team", "liaison"): 9,
    ("data_quality", "coordinator"): 11,
    ("cohort_list", "caseworker"): 10,
    ("cohort_new", "coordinator"): 12,
    ("overdose_list", "caseworker"): 8,
    ("contact_counter", "case_manager"): 12,
    ("contact_months", "case_manager"): 9,
    ("point_list", "case_manager"): 7,
    ("prevention_list", "coordinator"): 8,
    ("prevention_list", "caseworker"): 8,
    ("prevention_plan", "coordinator"): 8,
    ("practice_list", "caseworker"): 6,
    ("course_list", "liaison"): 9,
    ("lesson_list", "liaison"): 9,
    ("lesson_plan_list", "liaison"): 8,
    ("notice_list", "liaison"): 9,
    ("notice", "case_manager"): 9,
    ("lesson", "liaison"): 8,
    ("lesson_plan", "case_manager"): 8,
    ("community_event_list", "liaison"): 8,
    ("community_event", "liaison"): 9,
    ("promise_list", "liaison"): 9,
    ("survey_list", "liaison"): 7,
    ("survey", "caseworker"): 10,
    ("survey_results", "caseworker"): 11,
    ("survey_texts", "caseworker"): 9,
    ("grant_list", "case_manager"): 8,
    ("grant", "case_manager"): 10,
    ("grants_ahead", "case_manager"): 10,
    ("spending_list", "case_manager"): 8,
    ("cost_keys", "case_manager"): 10,
    ("costs", "case_manager"): 16,
    ("resource_list", "liaison"): 10,
    ("resource", "caseworker"): 9,
    ("funding_call_list", "liaison"): 10,
    ("funding_call", "caseworker"): 9,
    ("joint_application", "liaison"): 9,
    ("campaign_list", "liaison"): 8,
    ("campaign", "liaison"): 14,
    ("course", "case_manager"): 11,
    ("course_sheet", "case_manager"): 9,
    ("my_certificates", "liaison"): 7,
    ("who_may_deliver", "liaison"): 10,
    ("announcement_list", "coordinator"): 7,
    ("workload", "case_manager"): 13,
    ("request_list", "caseworker"): 8,
    ("request_list", "auditor"): 7,
    ("subject_request", "caseworker"): 9,
    ("retention", "case_manager"): 8,
    ("unusual_reading", "auditor"): 7,
    ("run_list", "coordinator"): 7,
    ("run", "coordinator"): 9,
}
LISTS_AT_MOST = 10


def queries(world: World, name: str, role: str) -> int:
    client = world.client(getattr(world, role))
    address = reverse(name, args=MATRIX[name].args(world)) + MATRIX[name].query(world)
    client.get(address)  # the first request of a session writes it
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return sum(not q["sql"].startswith(("SET ROLE", "RESET ROLE")) for q in captured)


@shared
def grown(full: World) -> World:  # noqa: F811
    """More of everything, so that a query per row would show."""
    for number in range(3):
        referral = full.enrolled(person=full.person(full.police, first_names=f"Extra {number}"))
        run_as(full.caseworker, handover.write_message, referral=referral, text="hello")
        full.sent(person=full.person(full.police, first_names=f"Waiting {number}"))
        full.draft(person=full.person(full.police, first_names=f"Draft {number}"))
        full.partner(f"Extra partner {number}", "ngo").districts.set([full.city, full.hill])
        full.arrest(referral.person, full.today)
        event_promise(full, community_event(full))
        closed(full, open_wave(full, full.survey))
        campaign_action(full, full.campaign)
        spent(full, allocated(full, grant_of(full)), 100, full.grant.starts_on)
        shared_resource(full)
        interest(full.application.call, full.other_caseworker)
        interest(funding_call(full), full.caseworker)
        another = offer_of(full, full.caseworker, full.bakery)
        run_as(full.caseworker, placements.offer_placement, enrolment=referral.enrolment, offer=another)
    return full


@pytest.mark.parametrize(("name", "role"), sorted(QUERIES))
def test_number_of_queries(full, name, role):  # noqa: F811
    assert queries(full, name, role) == QUERIES[name, role]


@pytest.mark.parametrize(("name", "role"), sorted(QUERIES))
def test_more_of_everything_takes_no_more_queries(grown, name, role):
    number = queries(grown, name, role)
    assert number == QUERIES[name, role]
    if name.endswith("list"):
        assert number <= LISTS_AT_MOST


class TestPagingByKey:
    def test_every_row_comes_once_in_order_even_while_rows_arrive(self, world):
        same_moment = timezone.now()
        for number in range(12):
            person = world.person(world.ngo, first_names=f"P{number:02}")
            Person.objects.filter(pk=person.pk).update(changed_at=same_moment - timedelta(days=number // 3))
        expected = list(Person.objects.order_by("-changed_at", "-id").values_list("pk", flat=True))
        seen, after = [], ""
        while True:
            page = page_by_key(Person.objects.filter(partner=world.ngo), ["-changed_at", "-id"], after, size=5)
            seen += [p.pk for p in page.rows]
            world.person(world.ngo, first_names="Newcomer")
            if not page.next_after:
                break
            after = page.next_after
        assert seen == expected

    @pytest.mark.parametrize("after", ["nonsense", "bm9uc2Vuc2U", "W10", "WzEsMiwzXQ", "eyJhIjoxfQ", "%00"])
    def test_a_key_that_the_list_did_not_make_is_not_found(self, world, after):
        assert world.client(world.caseworker).get("/people/", {"after": after}).status_code == 404


class TestDrafts:
    def form(self, world: World, **changes: object) -> dict[str, object]:
        return {
            "person-identity_code": "",
            "person-last_name": "Korhonen",
            "person-first_names": "Matti",
            "person-born_on": "1990-05-17",
            "person-sex": "male",
            "kind": "arrest_diversion",
            "programme": world.programme.pk,
            "summary": "Wants help.",
            "diversion-deadline": str(world.today + timedelta(days=60)),
            "diversion-sessions": "4",
            "consent-is_given": "on",
            "consent-scope": "identity_and_situation",
            "consent-purpose": "Help",
            "consent-reports_back": "on",
            "consent-signed_on": str(world.today),
            "consent-signed_how": "paper",
            "consent-expires_on": str(world.today + timedelta(days=300)),
            "consent-told_right_to_withdraw": "on",
        } | changes

    def test_a_roadside_diversion_is_one_form(self, world):
        client = world.client(world.liaison)
        response = client.post("/referrals/new/", self.form(world) | {"send": "1"})
        referral = Referral.objects.get()
        assert response.url == f"/referrals/{referral.pk}/"
        assert referral.state == State.SENT
        assert referral.diversion.conditions.get().target == 4
        receiver = world.client(world.caseworker)
        assert "Korhonen" not in receiver.get(response.url).content.decode()
        run_as(world.caseworker, handover.accept, referral=referral, started_on=world.today)
        assert "Korhonen" in receiver.get(response.url).content.decode()

    def test_a_draft_needs_no_consent_and_is_gone_on_with(self, world):
        client = world.client(world.liaison)
        form = self.form(world)
        del form["consent-is_given"]
        address = client.post("/referrals/new/", form | {"save": "1"}).url
        page = client.get(address).content.decode()
        assert "Wants help." in page
        assert client.post(address, self.form(world) | {"send": "1"}).status_code == 302
        assert Referral.objects.get().state == State.SENT

    def test_sending_without_consent_says_so_and_keeps_what_was_typed(self, world):
        form = self.form(world)
        del form["consent-is_given"]
        response = world.client(world.liaison).post("/referrals/new/", form | {"send": "1"})
        assert response.status_code == 422
        body = response.content.decode()
        assert "consent before you send" in body
        assert "Korhonen" in body
        assert not Referral.objects.exists()
        assert not Person.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("person-identity_code", "131052-308X", "typing error"),
            ("person-first_names", "", "required"),
            ("diversion-deadline", "2020-01-01", "future"),
            ("consent-told_right_to_withdraw", "", "right to withdraw"),
            ("programme", "", "required"),
        ],
    )
    def test_bad_input_gives_an_error_in_words_and_writes_nothing(self, world, field, value, words):
        response = world.client(world.liaison).post(
            "/referrals/new/", self.form(world, **{field: value}) | {"send": "1"}
        )
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Referral.objects.exists()

    def test_a_known_identity_code_means_the_known_person(self, world):
        known = world.person(world.police, identity_code="131052-308T", born_on=None)
        form = self.form(world, **{"person-identity_code": "131052-308T", "person-born_on": ""})
        world.client(world.liaison).post("/referrals/new/", form | {"send": "1"})
        assert Referral.objects.get().person == known

    def test_the_second_of_two_presses_finds_it_sent(self, world):
        referral = world.draft()
        client = world.client(world.liaison)
        for _ in range(2):
            client.post(f"/referrals/{referral.pk}/do/send/")
        assert handover.Change.objects.filter(referral=referral).count() == 1


class TestAnswering:
    def test_an_old_page_is_told_what_happened_meanwhile(self, world):
        referral = world.sent()
        run_as(world.case_manager, handover.acknowledge, referral=referral)
        response = world.client(world.caseworker).post(
            f"/referrals/{referral.pk}/do/decline/",
            {"version": referral.version, "decline-reason": "no_capacity"},
            follow=True,
        )
        assert f"Meanwhile {world.case_manager.user.full_name}" in response.content.decode()
        assert Referral.objects.get().state == State.ACKNOWLEDGED

    def test_declining_without_a_reason_shows_the_page_again(self, world):
        referral = world.sent()
        response = world.client(world.caseworker).post(
            f"/referrals/{referral.pk}/do/decline/", {"decline-note": "Sorry"}
        )
        assert response.status_code == 422
        assert "Sorry" in response.content.decode()

    def test_the_buttons_are_those_of_the_table(self, world):
        referral = world.sent()
        receiver = world.client(world.caseworker).get(f"/referrals/{referral.pk}/").content.decode()
        sender = world.client(world.liaison).get(f"/referrals/{referral.pk}/").content.decode()
        offered = lambda body: {v for v in handover.TRANSITIONS if f"/do/{v}/" in body}
        assert offered(receiver) == {"acknowledge", "accept", "waitlist", "decline"}
        assert offered(sender) == {"withdraw"}

    def test_pages_with_disclosed_data_carry_the_notice(self, world):
        referral = world.enrolled()
        client = world.client(world.caseworker)
        for address in (f"/referrals/{referral.pk}/", f"/diversions/{referral.diversion.pk}/"):
            assert "may not be disclosed further" in client.get(address).content.decode()
        export = client.get("/referrals/export/?box=incoming").body.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(export), delimiter=";"))
        assert rows[1][0].startswith("Meikäläinen")
        assert "may not be disclosed further" in rows[-1][0]

    def test_sessions_are_recorded_and_dates_out_of_range_refused(self, world):
        referral = world.enrolled()
        client = world.client(world.caseworker)
        address = f"/enrolments/{referral.enrolment_id}/meeting/"
        good = {"meeting-held_on": str(world.today), "meeting-method": "counselling", "meeting-attendance": "attended"}
        assert client.post(address, good).status_code == 302
        late = good | {"meeting-held_on": str(world.today + timedelta(days=1))}
        assert client.post(address, late).status_code == 422
        assert Enrolment.objects.get().sessions.count() == 1

    def test_lists_filter_by_state(self, world):
        run_as(world.caseworker, handover.decline, referral=world.sent(), reason="no_capacity")
        waiting = world.sent(person=world.person(world.police, last_name="Waiting"))
        client = world.client(world.liaison)
        assert b"Waiting" in client.get("/referrals/?state=open").content
        assert b"Waiting" not in client.get("/referrals/?state=declined").content
        Referral.objects.filter(pk=waiting.pk).update(due_acknowledge_at=timezone.now() - timedelta(days=1))
        assert b"Waiting" in client.get("/referrals/?state=overdue").content


class TestErrorPages:
    def test_not_found_and_forbidden_in_words(self, world):
        client = world.client(world.caseworker)
        assert "Nothing here" in client.get("/nowhere/").content.decode()
        assert "Your role at Anchor" in client.get("/imports/").content.decode()

    def test_a_server_error_has_a_page_and_rolls_back(self, world, monkeypatch):
        from cases.people import pages as people_pages

        def breaks(*args: object, **kwargs: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(people_pages, "log_read", breaks)
        client = world.client(world.caseworker)
        client.raise_request_exception = False
        response = client.get("/people/")
        assert response.status_code == 500
        assert "Something went wrong" in response.content.decode()


class TestEmptyStates:
    @pytest.mark.parametrize(
        "address",
        [
            "/",
            "/referrals/",
            "/diversions/",
            "/people/",
            "/caseload/",
            "/notifications/",
            "/figures/recidivism/",
            "/figures/arrests/",
        ],
    )
    def test_a_new_ngo_finds_pages_that_say_what_comes(self, world, address):
        assert "empty-state" in world.client(world.caseworker).get(address).content.decode()


class TestPeopleSearch:
    def test_while_typing_the_list_alone_is_sent(self, world):
        world.person(world.ngo)
        client = world.client(world.caseworker)
        response = client.post("/people/", {"q": "meik"}, headers={"HX-Request": "true"})
        assert "Meikäläinen" in response.content.decode()
        assert "<html" not in response.content.decode()

    def test_what_was_searched_for_stands_in_no_address_and_unreadable_in_the_session(self, world):
        world.person(world.ngo)
        world.person(world.ngo, last_name="Other")
        client = world.client(world.caseworker)
        response = client.post("/people/", {"q": "Meikäläinen", "born_on": "1990-05-17"})
        assert "eik" not in response.url
        assert "Meik" not in str(dict(client.session))
        page = client.get(response.url).content.decode()
        assert "Meikäläinen" in page
        assert "Other" not in page
        assert "Other" in client.get("/people/").content.decode()
