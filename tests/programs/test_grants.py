"""Grants: nobody else sees what pays for whom, nothing is given out twice, and what falls out is seen before."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from demo import money
from partnership.actions import NotAllowed
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import acting_for
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from partnership.pages.csv_files import UnreadableFile
from programs.catalogue.models import Programme
from programs.grants import actions as grants
from programs.grants.actions import BeyondAward, GrantInUse, NotAwarded
from programs.grants.ahead import month_after, months_between, outlook_of
from programs.grants.models import Allocation, CostKey, CostShare, Grant, ReportDay, Spending
from programs.grants.spending_file import LinesWrong, read_spending
from tests.partnership.test_isolation import act_as, committed, web_connection  # noqa: F401 — a fixture
from tests.programs.money import allocated, grant_of, spent
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role, on_web, run_as


@shared
def funded(world: World) -> World:
    """A grant with an allocation, something spent of it, and a report in a hundred days; another one that the coordinator sees."""
    world.grant = grant_of(world)
    world.allocation = allocated(world, world.grant)
    world.spending = spent(world, world.allocation, 100)
    due_on = world.today + timedelta(days=100)
    world.report_day = run_as(world.case_manager, grants.add_report_day, grant=world.grant, due_on=due_on)
    world.shared_grant = grant_of(world, title="Shared", is_shared=True)
    world.shared_allocation = allocated(world, world.shared_grant)
    spent(world, world.shared_allocation, 50)
    world.other_manager = world.member(world.other_ngo, "case_manager", is_manager=True)
    return world


class TestWhoSeesIt:
    @pytest.mark.parametrize("who", ["other_manager", "liaison", "professional", "auditor"])
    def test_by_sql_nobody_else_sees_any_of_it(self, funded, who):
        with on_web(getattr(funded, who)):
            for model in (Grant, ReportDay, Allocation, Spending, CostKey, CostShare):
                assert not model.objects.exists(), model

    def test_by_sql_a_coordinator_sees_what_is_shared_and_nothing_that_was_spent(self, funded):
        with on_web(funded.coordinator):
            assert list(Grant.objects.all()) == [funded.shared_grant]
            assert list(Allocation.objects.all()) == [funded.shared_allocation]
            assert not Spending.objects.exists()
            assert not ReportDay.objects.exists()

    def test_what_is_no_longer_shared_is_gone_with_its_allocations(self, funded):
        funded.shared_grant.is_shared = False
        run_as(funded.case_manager, grants.save_grant, grant=funded.shared_grant)
        with on_web(funded.coordinator):
            assert not Grant.objects.exists()
            assert not Allocation.objects.exists()

    def test_nobody_shares_an_allocation_of_a_grant_that_is_not(self, funded):
        with on_web(funded.case_manager), pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.filter(pk=funded.allocation.pk).update(is_shared=True)

    def test_a_coordinator_reads_it_on_the_page_and_changes_nothing(self, funded):
        client = funded.client(funded.coordinator)
        assert "Shared" in client.get(reverse("grant_list")).text
        page = client.get(reverse("grant", args=[funded.shared_grant.pk])).text
        assert "4,000" in page
        assert reverse("spending_list", args=[funded.shared_grant.pk]) not in page
        for name in ("grant_edit", "spending_list", "spending_new", "spending_import", "allocation_new"):
            assert client.get(reverse(name, args=[funded.shared_grant.pk])).status_code == 404, name
        assert client.get(reverse("grant", args=[funded.grant.pk])).status_code == 404

    def test_by_sql_a_coordinator_changes_nothing_of_it(self, funded):
        with on_web(funded.coordinator):
            assert not Grant.objects.filter(pk=funded.shared_grant.pk).update(title="Mine")
            assert not Allocation.objects.filter(pk=funded.shared_allocation.pk).delete()[0]

    def test_a_caseworker_sees_no_money(self, funded):
        assert funded.client(funded.caseworker).get(reverse("grant_list")).status_code == 403
        with pytest.raises(NotAllowed):
            run_as(funded.caseworker, grants.save_grant, grant=funded.grant)

    @pytest.mark.parametrize(
        ("name", "about"),
        [
            ("grant", "grant"), ("grant_edit", "grant"), ("grant_remove", "grant"), ("report_day_add", "grant"), ("allocation_new", "grant"),
            ("spending_list", "grant"), ("spending_new", "grant"), ("spending_import", "grant"), ("report_day_mark", "report_day"),
            ("report_day_remove", "report_day"), ("allocation_remove", "allocation"), ("spending_remove", "spending"), ("grant_report", "grant"),
        ],
    )  # fmt: skip
    def test_another_organisations_manager_finds_no_page_of_it(self, funded, name, about):
        client = funded.client(funded.other_manager)
        address = reverse(name, args=[getattr(funded, about).pk])
        assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
        assert Spending.objects.filter(pk=funded.spending.pk).exists()

    def test_by_sql_nobody_hangs_anything_onto_anothers_grant(self, funded):
        theirs = {"partner": funded.other_ngo, "amount": 1}
        days = {"starts_on": funded.grant.starts_on, "ends_on": funded.grant.ends_on}
        rows = (
            Allocation(grant_id=funded.grant.pk, programme=funded.other_programme, **days, **theirs),
            Spending(allocation_id=funded.allocation.pk, month=funded.grant.starts_on, category="staff", **theirs),
            ReportDay(grant_id=funded.grant.pk, due_on=funded.today, partner=funded.other_ngo),
        )
        for row in rows:
            with on_web(funded.other_manager), pytest.raises(DatabaseError), transaction.atomic():
                row.save()

    def test_nobody_allocates_to_anothers_programme_nor_from_anothers_grant(self, funded):
        with pytest.raises(Invalid):
            allocated(funded, funded.grant, funded.other_programme)
        days = {"starts_on": funded.grant.starts_on, "ends_on": funded.grant.ends_on}
        allocation = Allocation(partner=funded.other_ngo, grant=funded.grant, amount=Decimal(1), **days)
        with pytest.raises(NotAParty):
            run_as(funded.other_manager, grants.save_allocation, allocation=allocation)

    def test_the_worker_reads_days_of_reports_and_no_money(self, funded):
        with database_role("worker"):
            assert ReportDay.objects.values_list("due_on", flat=True).count() == 1
        for model in (Grant, Allocation, Spending, CostKey):
            with pytest.raises(DatabaseError), transaction.atomic(), database_role("worker"):
                model.objects.exists()


class TestAnAward:
    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"state": "awarded", "awarded_on": None}, Invalid),
            ({"state": "applied"}, Invalid),
            ({"ends_on": date(2000, 1, 1)}, Invalid),
            ({"title": "Shared"}, Invalid),
        ],
    )
    def test_what_cannot_be_is_refused(self, funded, fields, error):
        with pytest.raises(error):
            grant_of(funded, **fields)

    def test_nothing_is_awarded_tomorrow(self, funded):
        with pytest.raises(DateOutOfRange):
            grant_of(funded, awarded_on=funded.today + timedelta(days=1))

    def test_nothing_is_allocated_before_it_is_awarded(self, funded):
        applied = grant_of(funded, state="applied", awarded_on=None)
        with pytest.raises(NotAwarded):
            allocated(funded, applied)

    def test_no_more_is_allocated_than_was_awarded(self, funded):
        with pytest.raises(BeyondAward, match=r"6,000\.00 EUR"):
            allocated(funded, funded.grant, amount=Decimal("6000.01"))
        assert allocated(funded, funded.grant, amount=Decimal(6000)).pk

    def test_an_allocation_lies_within_the_days_of_its_grant(self, funded):
        for days in (
            {"starts_on": funded.grant.starts_on - timedelta(days=1)},
            {"ends_on": funded.grant.ends_on + timedelta(days=1)},
        ):
            with pytest.raises(DateOutOfRange):
                allocated(funded, funded.grant, **days)

    @pytest.mark.parametrize(
        "change", [{"amount": Decimal(3999)}, {"state": "refused", "awarded_on": None}, {"currency": "SEK"}]
    )
    def test_what_is_allocated_is_not_taken_from_under_it(self, funded, change):
        for name, value in change.items():
            setattr(funded.grant, name, value)
        with pytest.raises(GrantInUse):
            run_as(funded.case_manager, grants.save_grant, grant=funded.grant)

    def test_days_of_a_grant_stay_around_its_allocations(self, funded):
        funded.grant.starts_on = funded.grant.starts_on + timedelta(days=1)
        with pytest.raises(GrantInUse):
            run_as(funded.case_manager, grants.save_grant, grant=funded.grant)

    def test_one_that_money_rests_on_is_not_removed(self, funded):
        with pytest.raises(GrantInUse):
            run_as(funded.case_manager, grants.remove_grant, grant=funded.grant)
        with pytest.raises(GrantInUse):
            run_as(funded.case_manager, grants.remove_allocation, allocation=funded.allocation)

    def test_one_that_was_written_down_by_mistake_is_removed(self, funded):
        mistaken = grant_of(funded)
        client = funded.client(funded.case_manager)
        assert client.post(reverse("grant_remove", args=[mistaken.pk])).status_code == 302
        assert not Grant.objects.filter(pk=mistaken.pk).exists()


class TestTheDatabaseHolds:
    """Past every action, as the web role."""

    def refused(self, world: World, write, rule: str) -> None:
        with on_web(world.case_manager), pytest.raises(IntegrityError) as refusal, transaction.atomic():
            write()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert refusal.value.__cause__.diag.constraint_name == rule

    def test_the_award(self, funded):
        allocation, grant = Allocation.objects.filter(pk=funded.allocation.pk), Grant.objects.filter(pk=funded.grant.pk)
        self.refused(funded, lambda: allocation.update(amount=10_001), "allocation_within_award")
        self.refused(funded, lambda: grant.update(amount=3_999), "allocation_within_award")
        self.refused(funded, lambda: grant.update(state="refused", awarded_on=None), "allocation_within_days")

    def test_the_days(self, funded):
        allocation, grant = Allocation.objects.filter(pk=funded.allocation.pk), Grant.objects.filter(pk=funded.grant.pk)
        outside = funded.grant.ends_on + timedelta(days=1)
        self.refused(funded, lambda: allocation.update(ends_on=outside), "allocation_within_days")
        self.refused(funded, lambda: grant.update(ends_on=funded.today), "allocation_within_days")
        last_month = month_after(funded.today.replace(day=1), -1)
        self.refused(funded, lambda: allocation.update(ends_on=last_month), "spending_within_days")
        late = Spending(partner=funded.ngo, allocation=funded.allocation, month=outside, category="staff", amount=1)
        self.refused(funded, late.save, "spending_within_days")

    def test_the_key(self, funded):
        shares = {funded.programme: Decimal(100)}
        key = run_as(funded.case_manager, grants.declare_key, year=2026, basis="Hours", shares=shares)
        self.refused(funded, lambda: key.shares.update(percent=99), "shares_add_up")

    def test_one_partner_and_one_grant_for_good(self, funded):
        for change in ({"grant": funded.shared_grant}, {"partner": funded.other_ngo}):
            with on_web(funded.case_manager), pytest.raises(DatabaseError), transaction.atomic():
                Allocation.objects.filter(pk=funded.allocation.pk).update(**change)


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def allocate(self, world: World, grant: Grant) -> tuple[str, list]:
        return (
            "INSERT INTO programs_allocation (partner_id, is_shared, grant_id, programme_id, starts_on, ends_on, amount, changed_at)"
            " VALUES (%s, false, %s, %s, %s, %s, 6000, now())",
            [world.ngo.pk, grant.pk, world.programme.pk, grant.starts_on, grant.ends_on],
        )

    def test_what_is_left_is_given_out_once(self, committed):  # noqa: F811
        grant = grant_of(committed)
        outcomes: list[str] = []
        with web_connection() as first:
            act_as(first, committed.case_manager)
            first.execute(*self.allocate(committed, grant))

            def second() -> None:
                with web_connection() as cursor:
                    act_as(cursor, committed.case_manager)
                    try:
                        cursor.execute(*self.allocate(committed, grant))
                        cursor.connection.commit()
                        outcomes.append("written")
                    except Exception as error:
                        outcomes.append(getattr(getattr(error, "diag", None), "constraint_name", "") or repr(error))

            waiting = threading.Thread(target=second)
            waiting.start()
            waiting.join(0.5)
            assert not outcomes  # it waits for the first
            first.connection.commit()
            waiting.join(20)
        assert outcomes == ["allocation_within_award"]
        assert Allocation.objects.filter(grant=grant).count() == 1

    def test_an_award_is_not_lowered_under_an_allocation_on_its_way(self, committed):  # noqa: F811
        grant = grant_of(committed)
        outcomes: list[str] = []
        with web_connection() as first:
            act_as(first, committed.case_manager)
            first.execute(*self.allocate(committed, grant))

            def second() -> None:
                with web_connection() as cursor:
                    act_as(cursor, committed.case_manager)
                    try:
                        cursor.execute("UPDATE programs_grant SET amount = 5000 WHERE id = %s", [grant.pk])
                        cursor.connection.commit()
                        outcomes.append("written")
                    except Exception as error:
                        outcomes.append(getattr(getattr(error, "diag", None), "constraint_name", "") or repr(error))

            waiting = threading.Thread(target=second)
            waiting.start()
            waiting.join(0.5)
            assert not outcomes
            first.connection.commit()
            waiting.join(20)
        assert outcomes == ["allocation_within_award"]


class TestReports:
    def told(self) -> set[tuple[int, str]]:
        """Whom a job tells, however often it runs."""
        with database_role("worker"):
            grants.remind_of_reports()
            grants.remind_of_reports()
            outbox.relay()
        return set(Notification.objects.filter(kind="grant.report_due").values_list("user", "url"))

    @pytest.mark.parametrize(
        ("days", "is_told"), [(91, False), (90, True), (30, True), (7, True), (0, True), (-1, False)]
    )
    def test_who_looks_after_grants_is_told_in_steps(self, funded, days, is_told):
        ReportDay.objects.update(due_on=funded.today + timedelta(days=days))
        expected = {(funded.case_manager.user.pk, reverse("grant", args=[funded.grant.pk]))} if is_told else set()
        assert self.told() == expected
        assert Notification.objects.filter(kind="grant.report_due").count() == is_told

    def test_one_that_was_sent_is_left_alone(self, funded):
        client = funded.client(funded.case_manager)
        client.post(reverse("report_day_mark", args=[funded.report_day.pk]), {"is_sent": "1"})
        ReportDay.objects.update(due_on=funded.today + timedelta(days=5))
        assert self.told() == set()
        client.post(reverse("report_day_mark", args=[funded.report_day.pk]), {"is_sent": "0"})
        assert self.told()

    def test_a_day_is_there_once(self, funded):
        client = funded.client(funded.case_manager)
        address = reverse("report_day_add", args=[funded.grant.pk])
        page = client.post(address, {"report-due_on": str(funded.report_day.due_on)})
        assert page.status_code == 422
        assert "there already" in page.text


class TestSpending:
    def test_said_again_it_replaces_what_was_there(self, funded):
        again = spent(funded, funded.allocation, 120)
        assert again.pk == funded.spending.pk
        assert Spending.objects.get(pk=again.pk).amount == 120

    def test_not_in_a_month_to_come_nor_outside_of_its_days(self, funded):
        with pytest.raises(DateOutOfRange):
            spent(funded, funded.allocation, 1, month_after(funded.today, 1))
        with pytest.raises(DateOutOfRange):
            spent(funded, funded.allocation, 1, month_after(funded.grant.starts_on, -1))

    def read(self, world: World, text: str, encoding: str = "utf-8") -> list[tuple]:
        with on_web(world.case_manager):
            lines = read_spending(world.grant, SimpleUploadedFile("s.csv", text.encode(encoding)))
        return sorted((line.allocation.pk, line.month, line.category, line.amount) for line in lines)

    @pytest.mark.parametrize(
        "text",
        [
            "month;category;amount\n{year}-03;staff;1234.50\n",
            "Kuukausi;Laji;Summa\n3/{year};Henkilöstö;1 234,50\n",
            "Belopp\tMånad\tKategori\n1234,5\t{year}-03-31\tPersonal\n",
            "month,category,amount\n{year}-03,Staff,1000\n{year}-03,staff,234.5\n",
        ],
    )
    def test_files_of_accounting_systems_are_read(self, funded, text):
        year = funded.today.year - 1
        expected = [(funded.allocation.pk, date(year, 3, 1), "staff", Decimal("1234.50"))]
        assert self.read(funded, text.format(year=year)) == expected

    def test_older_systems_write_letters_of_their_own(self, funded):
        text = f"Månad;Kategori;Belopp\n{funded.today.year - 1}-03;Allmänna omkostnader;1\n"
        assert self.read(funded, text, "cp1252")[0][2] == "overhead"

    def test_programmes_and_shared_costs_are_told_apart(self, funded):
        office = allocated(funded, funded.grant, None)
        year = funded.today.year - 1
        text = f"programme;month;category;amount\nCounselling;{year}-03;staff;1\n;{year}-03;premises;2\n"
        assert {line[0] for line in self.read(funded, text)} == {funded.allocation.pk, office.pk}

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            ("2099-01;staff;1", "future"), ("1999-01;staff;1", "outside"), ("soon;staff;1", "Not a month"), ("2026-13;staff;1", "Not a month"),
            ("{month};bribes;1", "Not a known category"), ("{month};staff;1.234", "Not an amount"), ("{month};staff;-5", "Not an amount"),
            ("{month};staff;=1+1", "Not an amount"), ("{month};staff", "Not an amount"), ('{month};staff;"1', "not closed"),
        ],
    )  # fmt: skip
    def test_a_wrong_line_is_named_and_nothing_is_recorded(self, funded, line, what):
        month = f"{funded.today.year - 1}-03"
        text = f"month;category;amount\n{month};premises;1\n{line.format(month=month)}\n"
        client = funded.client(funded.case_manager)
        file = SimpleUploadedFile("s.csv", text.encode())
        page = client.post(reverse("spending_import", args=[funded.grant.pk]), {"file": file})
        assert page.status_code == 422
        assert "Line 3" in page.text
        assert what in page.text
        assert not Spending.objects.filter(category="premises").exists()

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "month;category\n",
            "month;category;amount\n",
            "a;b;c\n1;2;3\n",
            "\x00\x01",
            "month;category;amount\n" + "x;y;1\n" * 5001,
        ],
    )
    def test_what_is_no_such_file_is_refused_in_words(self, funded, text):
        with pytest.raises((UnreadableFile, LinesWrong)):
            self.read(funded, text)

    def test_a_large_file_is_not_read(self, funded):
        with pytest.raises(UnreadableFile):
            self.read(funded, "month;category;amount\n" + " " * 600_000)

    def test_a_file_is_recorded_once_however_often_it_is_sent(self, funded):
        client, address = funded.client(funded.case_manager), reverse("spending_import", args=[funded.grant.pk])
        text = f"month;category;amount\n{funded.today.year - 1}-03;staff;10\n{funded.today.year - 1}-04;staff;20\n"
        for _time in range(2):
            response = client.post(address, {"file": SimpleUploadedFile("s.csv", text.encode())})
            assert response.status_code == 302, response.text
        assert Spending.objects.filter(allocation=funded.allocation).count() == 3
        assert "Staff" in client.get(response["Location"]).text


class TestMonthsAhead:
    def test_what_is_left_is_spread_over_the_months_after_the_last_spending(self, world):
        this_month = world.today.replace(day=1)
        last = month_after(this_month, 3) - timedelta(days=1)
        grant = grant_of(world, ends_on=last)
        allocation = allocated(world, grant, amount=Decimal(900))
        spent(world, allocation, 300, month_after(this_month, -1))
        [outlook] = outlook_of(world.ngo, world.today)
        assert [m.funded for m in outlook.months[:4]] == [200, 200, 200, 0]
        assert outlook.usual == 300
        assert [m.gap for m in outlook.months[:4]] == [100, 100, 100, 300]
        assert outlook.first_gap == this_month
        [falls_out] = outlook.falls_out
        assert (falls_out.grant, falls_out.month, falls_out.amount) == (grant, month_after(this_month, 3), 200)

    def test_a_programme_whose_money_has_run_out_is_not_forgotten(self, world):
        this_month = world.today.replace(day=1)
        grant = grant_of(world, ends_on=this_month - timedelta(days=1))
        spent(world, allocated(world, grant), 300, month_after(this_month, -1))
        [outlook] = outlook_of(world.ngo, world.today)
        assert (outlook.months[0].funded, outlook.months[0].gap) == (0, 300)

    def test_currencies_are_not_added_up(self, world):
        for currency in ("EUR", "SEK"):
            allocated(world, grant_of(world, currency=currency))
        assert [outlook.currency for outlook in outlook_of(world.ngo, world.today)] == ["EUR", "SEK"]

    def test_what_is_applied_for_does_not_count_and_is_named(self, world):
        grant_of(world, state="applied", awarded_on=None, title="Hoped for")
        assert outlook_of(world.ngo, world.today) == []
        assert "Hoped for" in world.client(world.case_manager).get(reverse("grants_ahead")).text

    def test_months(self):
        assert month_after(date(2026, 11, 1), 3) == date(2027, 2, 1)
        assert month_after(date(2026, 1, 1), -1) == date(2025, 12, 1)
        assert months_between(date(2026, 11, 1), date(2027, 2, 28)) == 4
        assert months_between(date(2026, 11, 1), date(2026, 10, 31)) == 0


class TestTheKey:
    def test_shares_are_a_hundred_per_cent_of_own_programmes(self, funded):
        for shares in ({}, {funded.programme: Decimal(99)}, {funded.other_programme: Decimal(100)}):
            with pytest.raises(Invalid):
                run_as(funded.case_manager, grants.declare_key, year=2026, basis="Hours", shares=shares)

    def test_it_is_declared_changed_and_taken_back_on_a_page(self, funded):
        client, address = funded.client(funded.case_manager), reverse("cost_keys")
        field = f"share_{funded.programme.pk}"
        wrong = client.post(address, {"year": 2026, "basis": "Working hours", field: "90"})
        assert wrong.status_code == 422
        assert "90.00" in wrong.text
        assert 'value="Working hours"' in wrong.text
        for basis in ("Working hours", "Floor space"):
            assert client.post(address, {"year": 2026, "basis": basis, field: "100"}).status_code == 302
        assert 'value="Floor space"' in client.get(f"{address}?year=2026").text
        key = CostKey.objects.get()
        client.post(reverse("cost_key_remove", args=[key.pk]))
        assert not CostKey.objects.exists()


class TestPages:
    def test_a_grant_from_the_application_to_its_first_month(self, world):
        client = world.client(world.case_manager)
        sent = {
            "title": "Night outreach", "funder": "City", "description": "Nights", "state": "applied", "amount": "9000", "currency": "EUR",
            "starts_on": f"{world.today.year}-01-01", "ends_on": f"{world.today.year}-12-31",
        }  # fmt: skip
        response = client.post(reverse("grant_new"), sent)
        assert response.status_code == 302, response.text
        grant = Grant.objects.get()
        wrong = client.post(reverse("grant_edit", args=[grant.pk]), sent | {"state": "awarded"})
        assert wrong.status_code == 422
        assert 'value="Night outreach"' in wrong.text
        client.post(reverse("grant_edit", args=[grant.pk]), sent | {"state": "awarded", "awarded_on": str(world.today)})
        allocation = {
            "programme": world.programme.pk,
            "amount": "9000.01",
            "starts_on": sent["starts_on"],
            "ends_on": sent["ends_on"],
        }
        address = reverse("allocation_new", args=[grant.pk])
        assert "9,000.00 EUR" in client.post(address, allocation).text
        assert client.post(address, allocation | {"amount": "9000"}).status_code == 302
        month = {
            "allocation": Allocation.objects.get().pk,
            "month": str(world.today),
            "category": "staff",
            "amount": "100",
        }
        assert client.post(reverse("spending_new", args=[grant.pk]), month).status_code == 302
        assert "Counselling" in client.get(reverse("grant", args=[grant.pk])).text

    def test_the_list_is_filtered_sorted_and_taken_as_a_file(self, funded):
        client, address = funded.client(funded.case_manager), reverse("grant_list")
        assert "No grant fits" in client.get(f"{address}?state=applied").text
        assert client.get(f"{address}?sort=ends&columns=partner").text.count("Anchor") >= 2
        assert "Shared" in client.get(f"{reverse('grant_export')}?format=csv").body.decode()

    def test_the_history_tells_of_it_to_its_partner(self, funded):
        page = funded.client(funded.case_manager).get(reverse("history", args=["grant", funded.grant.pk]))
        assert page.status_code == 200
        assert (
            funded.client(funded.other_manager).get(reverse("history", args=["grant", funded.grant.pk])).status_code
            == 404
        )


class TestTheApi:
    def test_an_accounting_system_writes_a_grant_and_what_was_spent(self, funded):
        system = System(funded.case_manager, "grants:read", "grants:write")
        first, last = str(funded.grant.starts_on), str(funded.grant.ends_on)
        sent = {
            "title": "By API", "description": "x", "funder": "State", "amount": "500.00", "state": "awarded", "awarded_on": first,
            "starts_on": first, "ends_on": last,
        }  # fmt: skip
        grant = system.post("grants", sent, status=201)
        assert (grant["amount"], grant["currency"], grant["is_shared"]) == ("500.00", "EUR", False)
        changed = system.call("put", f"grants/{grant['id']}", sent | {"reference": "S-1"}).found
        assert changed["reference"] == "S-1"
        allocation = {"grant": grant["id"], "programme": funded.programme.pk, "starts_on": first, "ends_on": last}
        allocation |= {"amount": "500.00"}
        made = system.post("grant-allocations", allocation, status=201)
        assert system.post("grant-allocations", allocation, status=409)["type"].endswith("/beyond-award")
        month = {"allocation": made["id"], "month": first, "category": "staff", "amount": "12.30"}
        system.post("grant-spending", month, status=201)
        assert system.post("grant-spending", month | {"amount": "12.40"}, status=201)["amount"] == "12.40"
        assert len(system.get(f"grant-spending?allocation={made['id']}")["results"]) == 1

    def test_another_partners_system_finds_none_of_it(self, funded):
        system = System(funded.other_manager, "grants:read", "grants:write")
        for address in ("grants", "grant-allocations", "grant-spending"):
            assert system.get(address)["results"] == []
        system.get(f"grants/{funded.grant.pk}", status=404)
        sent = {"allocation": funded.allocation.pk, "month": str(funded.today), "category": "staff", "amount": "1.00"}
        system.post("grant-spending", sent, status=422)

    def test_the_export_has_the_required_fields_of_360giving(self, funded):
        grant_of(funded, state="applied", awarded_on=None)
        package = funded.client(funded.case_manager).get(reverse("grant_360giving"))
        written = json.loads(package.content)["grants"]
        assert len(written) == 2
        required = {
            "id",
            "title",
            "description",
            "currency",
            "amountAwarded",
            "awardDate",
            "recipientOrganization",
            "fundingOrganization",
        }
        for grant in written:
            assert required <= grant.keys()
            for organisation in (*grant["recipientOrganization"], *grant["fundingOrganization"]):
                assert organisation["id"]
                assert organisation["name"]
        assert System(funded.case_manager, "grants:read").get("grants/360giving")["grants"] == written


def test_the_demos_money_keeps_to_the_rules_and_has_something_on_each_page(world):
    workshops = Programme.objects.create(partner=world.ngo, name="Workshops", kind="awareness", accepts=[])
    with on_web(world.case_manager):
        money.funded(world.case_manager, world.programme, workshops, world.today)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        outlooks = outlook_of(world.ngo, world.today)
    assert any(outlook.first_gap for outlook in outlooks)
    client = world.client(world.case_manager)
    for name in ("grant_list", "grants_ahead", "cost_keys", "costs"):
        assert client.get(reverse(name)).status_code == 200, name


def test_without_an_acting_partner_nobody_sees_any_of_it(funded):
    with transaction.atomic(), acting_for(None), database_role("web"):
        assert not Grant.objects.exists()
