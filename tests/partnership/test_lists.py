"""Lists: columns and order as the reader chooses, views that are saved, actions on many rows, the same list as a file."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cases.enrolments.lists import CASELOAD
from cases.enrolments.models import Enrolment
from cases.people.lists import PERSON_LIST
from partnership.audit_trail.models import ReadLog
from partnership.pages import lists as pages_lists
from partnership.pages.models import SavedView
from referrals.diversions import actions as diversions
from referrals.diversions.lists import DIVERSION_LIST
from referrals.handover.lists import REFERRAL_LIST
from referrals.handover.models import Referral
from tests.world import on_web, run_as


@pytest.mark.parametrize(
    "listing", [REFERRAL_LIST, DIVERSION_LIST, PERSON_LIST, CASELOAD], ids=lambda listing: listing.page
)
def test_each_order_is_one_direction_and_ends_with_a_unique_field(listing):
    for sort in listing.sorts.values():
        assert sort.order[-1].lstrip("-") == "id"
        assert len({field.startswith("-") for field in sort.order}) == 1


class TestColumns:
    def test_at_first_and_as_chosen(self):
        assert [c.name for c in REFERRAL_LIST.columns_named([])] == [
            "name",
            "state",
            "clock",
            "programme",
            "from",
            "changed",
        ]
        assert [c.name for c in REFERRAL_LIST.columns_named(["reason", "nonsense"])] == ["name", "reason"]

    def test_the_page_shows_the_chosen_ones(self, world):
        world.sent()
        page = world.client(world.caseworker).get("/referrals/?columns=kind").content.decode()
        assert 'data-label="Kind"' in page
        assert 'data-label="State"' not in page

    def test_a_name_is_shown_as_text_whatever_it_holds(self, world):
        world.sent(person=world.person(world.police, last_name="<b>Bold</b>"))
        for address in ("/referrals/", "/diversions/"):
            page = world.client(world.liaison).get(address).content.decode()
            assert "&lt;b&gt;Bold" in page
            assert "<b>Bold" not in page

    def test_a_coordinator_sees_numbers_and_no_names(self, world):
        referral = world.sent()
        for address in ("/referrals/?columns=name", "/diversions/", "/referrals/export/", "/diversions/export/"):
            response = world.client(world.coordinator).get(address)
            content = getattr(response, "body", response.content if not response.streaming else b"").decode()
            assert f"Referral {referral.pk}" in content
            assert "Meikäläinen" not in content


def test_diversions_are_filtered_by_outcome_on_the_page_and_in_the_file(world):
    met, missed = world.enrolled(), world.enrolled(person=world.person(world.police, last_name="Missed"))
    for referral, outcome in ((met, "completed"), (missed, "not_completed")):
        run_as(world.caseworker, diversions.report_outcome, diversion=referral.diversion, outcome=outcome)
    client = world.client(world.liaison)
    for address in ("/diversions/", "/diversions/export/"):
        response = client.get(address, {"outcome": "completed"})
        content = (response.body if response.streaming else response.content).decode()
        assert "Meikäläinen" in content
        assert "Missed" not in content


class TestSavedViews:
    def save(self, client, name="My urgent ones", query="is_urgent=true&columns=kind&after=abc", page="referral_list"):
        return client.post(reverse("view_save"), {"page": page, "name": name, "query": query})

    def test_a_view_is_saved_without_the_place_in_the_list_and_offered(self, world):
        client = world.client(world.caseworker)
        response = self.save(client)
        assert response.url == "/referrals/?is_urgent=true&columns=kind"
        page = client.get(response.url).content.decode()
        assert 'href="?is_urgent=true&amp;columns=kind" aria-current="true">My urgent ones' in page

    def test_it_is_its_users_alone(self, world):
        self.save(world.client(world.caseworker))
        assert "My urgent ones" not in world.client(world.case_manager).get("/referrals/").content.decode()
        with on_web(world.case_manager):
            assert not SavedView.objects.exists()

    def test_the_same_name_again_replaces_it(self, world):
        client = world.client(world.caseworker)
        self.save(client)
        self.save(client, query="kind=ngo_to_ngo")
        assert SavedView.objects.get().query == "kind=ngo_to_ngo"

    def test_there_is_an_end_to_views_but_not_to_changing_one(self, world):
        client = world.client(world.caseworker)
        for number in range(pages_lists.MOST_VIEWS + 1):
            self.save(client, name=f"View {number}")
        self.save(client, name="View 0", query="kind=ngo_to_ngo")
        assert SavedView.objects.count() == pages_lists.MOST_VIEWS
        assert SavedView.objects.get(name="View 0").query == "kind=ngo_to_ngo"

    def test_without_a_name_or_of_no_list_nothing_is_saved(self, world):
        client = world.client(world.caseworker)
        self.save(client, name="  ")
        assert self.save(client, page="https://elsewhere.example").status_code == 400
        assert not SavedView.objects.exists()


class TestFiles:
    def rows(self, response):
        return list(csv.reader(io.StringIO(response.body.decode("utf-8-sig")), delimiter=";"))

    def test_csv_has_the_filters_columns_and_order_of_the_page(self, world):
        world.sent(person=world.person(world.police, last_name="First"))
        world.sent(person=world.person(world.police, last_name="Second"), is_urgent=True)
        client = world.client(world.liaison)
        rows = self.rows(client.get("/referrals/export/?columns=name&columns=kind&sort=oldest"))
        assert [row[0] for row in rows[:3]] == ["Person", "First, Maija Liisa", "Second, Maija Liisa"]
        assert len(rows[0]) == 2
        urgent = self.rows(client.get("/referrals/export/?is_urgent=true"))
        assert [row[0] for row in urgent[1:-1]] == ["Second, Maija Liisa"]
        assert len(urgent[0]) == len(REFERRAL_LIST.columns)

    def test_xlsx_holds_the_same(self, world):
        world.sent()
        response = world.client(world.liaison).get("/referrals/export/?format=xlsx&columns=name")
        sheet = load_workbook(io.BytesIO(response.body)).active
        assert [row[0].value for row in sheet.iter_rows()][:2] == ["Person", "Meikäläinen, Maija Liisa"]

    def test_a_list_too_long_for_xlsx_says_what_to_do(self, world, monkeypatch):
        monkeypatch.setattr(pages_lists, "MOST_ROWS_XLSX", 0)
        world.sent()
        client = world.client(world.caseworker)
        response = client.get("/referrals/export/?format=xlsx&state=open")
        assert "state=open" in response.url
        assert "take CSV" in client.get(response.url).content.decode()

    def test_a_formula_is_not_run_by_a_spreadsheet(self, world):
        world.person(world.ngo, last_name="=1+1", first_names="x")
        rows = self.rows(world.client(world.caseworker).get("/people/export/"))
        assert rows[1][0].startswith("'=1+1")

    def test_people_found_can_be_taken_alone_and_the_log_says_so(self, world):
        world.person(world.ngo)
        world.person(world.ngo, last_name="Other")
        client = world.client(world.caseworker)
        client.post("/people/", {"q": "meik"})
        assert [row[0] for row in self.rows(client.get("/people/export/?found=1"))[1:]] == ["Meikäläinen, Maija Liisa"]
        assert ReadLog.objects.filter(what="person_export", user=world.caseworker.user).exists()

    def test_of_another_partner_nothing_is_in_a_file(self, world):
        world.enrolled()
        for address in ("/referrals/export/", "/diversions/export/", "/people/export/", "/caseload/export/?whose=all"):
            body = world.client(world.other_caseworker).get(address).body.decode()
            assert "Meikäläinen" not in body, address


class TestManyAtOnce:
    def test_the_chosen_referrals_are_acknowledged(self, world):
        chosen, left = world.sent(), world.sent(person=world.person(world.police, last_name="Left"))
        foreign = world.sent(person=world.person(world.police, last_name="Foreign"), programme=world.other_programme)
        sent = {"pk": [chosen.pk, foreign.pk, "x", "²", "9" * 30]}
        assert world.client(world.caseworker).post(reverse("referral_acknowledge_all"), sent).status_code == 302
        states = dict(Referral.objects.values_list("pk", "state"))
        assert (states[chosen.pk], states[left.pk], states[foreign.pk]) == ("acknowledged", "sent", "sent")

    def test_the_chosen_people_are_handed_over_to_a_colleague(self, world):
        mine, ended = world.enrolment(responsible=world.caseworker.user), world.enrolled().enrolment
        Enrolment.objects.filter(pk=ended.pk).update(ended_on=world.today, end_reason="completed")
        sent = {"pk": [mine.pk, ended.pk], "to": world.case_manager.user.pk}
        world.client(world.caseworker).post(reverse("caseload_hand_over"), sent)
        assert Enrolment.objects.get(pk=mine.pk).responsible == world.case_manager.user
        assert Enrolment.objects.get(pk=ended.pk).responsible == world.caseworker.user

    def test_nobody_is_handed_over_to_another_partner_or_by_one(self, world):
        mine = world.enrolment(responsible=world.caseworker.user)
        address = reverse("caseload_hand_over")
        world.client(world.caseworker).post(address, {"pk": [mine.pk], "to": world.other_caseworker.user.pk})
        world.client(world.other_caseworker).post(address, {"pk": [mine.pk], "to": world.other_caseworker.user.pk})
        assert Enrolment.objects.get(pk=mine.pk).responsible == world.caseworker.user
