"""Low-threshold contacts: ten seconds a visit, nobody's name, and never the police."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.audit_trail.models import RecordChange
from partnership.isolation.errors import DateOutOfRange
from partnership.practices.actions import choose_practices
from partnership.practices.models import Practice
from partnership.project.menu import menu_of
from programs.contacts import actions as contacts
from programs.contacts import months
from programs.contacts.actions import Counted, PointClosed
from programs.contacts.models import Contact, ServicePoint
from programs.contacts.urls import urlpatterns
from tests.shared_worlds import shared
from tests.world import World, database_role, on_web, run_as

POLICE = ("liaison", "data_officer", "other_liaison")


@shared
def points(world: World) -> World:
    for name in ("Bus", "Kallio"):
        point = ServicePoint(partner=world.ngo, name=name, district=world.city)
        setattr(world, name.lower(), run_as(world.case_manager, contacts.save_point, point=point))
    return world


def count(world: World, point: ServicePoint | None = None, held_on: date | None = None, **counts: object) -> Contact:
    contact: Contact = run_as(
        world.caseworker,
        contacts.record_contact,
        point=point or world.kallio,
        held_on=held_on or world.today,
        **counts,
    )
    return contact


class TestCounting:
    def test_a_visit_takes_two_numbers_and_a_tap(self, points):
        client, address = points.client(points.caseworker), reverse("contact_counter")
        response = client.post(
            address,
            {"point": points.kallio.pk, "syringes_out": 10, "syringes_in": 8, "onward": "none", "sex": "unknown"},
        )
        assert response.status_code == 302, response.content.decode()
        contact = Contact.objects.get()
        assert (contact.syringes_out, contact.syringes_in, contact.held_on) == (10, 8, points.today)
        page = client.get(response["Location"]).content.decode()
        assert "10 out" in page
        assert "Take back" in page

    def test_the_counter_opens_where_was_counted_last(self, points):
        count(points, points.bus)
        assert (
            f'value="{points.bus.pk}" selected' in points.client(points.caseworker).get(reverse("contact_counter")).text
        )

    def test_what_cannot_be_is_refused_with_words_and_keeps_what_was_typed(self, points):
        sent = {"point": points.kallio.pk, "syringes_out": 1000, "syringes_in": -1, "onward": "none", "sex": "unknown"}
        response = points.client(points.caseworker).post(reverse("contact_counter"), sent)
        assert response.status_code == 422
        assert 'value="1000"' in response.text
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("days", [1, -contacts.LATE_DAYS - 1])
    def test_only_of_the_last_month_and_never_of_tomorrow(self, points, days):
        with pytest.raises(DateOutOfRange):
            count(points, held_on=points.today + timedelta(days=days))
        assert count(points, held_on=points.today - timedelta(days=contacts.LATE_DAYS)).pk

    def test_nothing_is_counted_at_a_point_from_the_day_on_which_it_closed(self, points):
        points.bus.closed_on = points.today - timedelta(days=1)
        run_as(points.case_manager, contacts.save_point, point=points.bus)
        with pytest.raises(PointClosed):
            count(points, points.bus, points.today - timedelta(days=1))
        assert count(points, points.bus, points.today - timedelta(days=2)).pk

    def test_why_naloxone_is_kept_with_a_kit_alone(self, points):
        assert count(points, naloxone_why="lost").naloxone_why == ""
        assert count(points, naloxone_out=1, naloxone_why="lost").naloxone_why == "lost"

    def test_is_taken_back_on_its_day_and_not_later(self, points):
        one, other = count(points), count(points)
        run_as(points.caseworker, contacts.take_back_contact, contact=one)
        Contact.objects.filter(pk=other.pk).update(recorded_at=timezone.now() - timedelta(days=1))
        other.refresh_from_db()
        with pytest.raises(Counted):
            run_as(points.caseworker, contacts.take_back_contact, contact=other)
        assert list(Contact.objects.all()) == [other]


class TestTheClientsOwnWord:
    def test_tells_clients_apart_and_cannot_be_read(self, points):
        for word in ("Kissa 7", " kissa7", "koira", ""):
            count(points, code=word)
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT code_hash FROM programs_contact WHERE code_hash <> ''")
            hashes = [row[0] for row in cursor.fetchall()]
        assert len(hashes) == 2
        assert not any("kissa" in one or "koira" in one for one in hashes)
        [month] = months.months_of(points.ngo, points.today.year)
        assert (month.contacts, month.clients) == (4, 2)

    def test_is_of_no_use_at_another_partner(self, points):
        manager = points.member(points.other_caseworker.partner, "case_manager")
        other = ServicePoint(partner=manager.partner, name="X", district=points.city)
        run_as(manager, contacts.save_point, point=other)
        count(points, code="kissa")
        run_as(manager, contacts.record_contact, point=other, held_on=points.today, code="kissa")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT code_hash) FROM programs_contact")
            assert cursor.fetchone() == (2,)

    def test_is_forgotten_by_the_worker_after_thirteen_months_and_the_counts_stay(self, points):
        old, new = count(points, code="kissa", syringes_out=5), count(points, code="koira")
        Contact.objects.filter(pk=old.pk).update(held_on=points.today - timedelta(days=430))
        Contact.objects.filter(pk=new.pk).update(held_on=points.today - timedelta(days=390))
        with database_role("worker"):
            assert contacts.forget_codes() == 1
            assert contacts.forget_codes() == 0
        assert (
            sum(month.clients for year in months.years_of(points.ngo) for month in months.months_of(points.ngo, year))
            == 1
        )
        old.refresh_from_db()
        assert old.syringes_out == 5


class TestMonths:
    def test_each_point_and_all_together_with_the_share_that_came_back(self, points):
        count(points, points.bus, syringes_out=10, syringes_in=5, code="kissa", is_first=True)
        count(points, points.kallio, syringes_out=30, syringes_in=30, code="kissa", is_estimated=True, naloxone_out=2)
        count(points, points.kallio, tests=["hiv"], reversals=1)
        bus, kallio, together = months.months_of(points.ngo, points.today.year)
        assert (bus.point, bus.contacts, bus.share_back, bus.is_estimated, bus.first) == ("Bus", 1, 0.5, False, 1)
        assert (kallio.contacts, kallio.share_back, kallio.is_estimated, kallio.tests) == (2, 1.0, True, 1)
        assert (together.point, together.contacts, together.clients) == ("", 3, 1)
        assert (together.naloxone_out, together.reversals) == (2, 1)

    def test_nothing_handed_out_has_no_share(self, points):
        count(points, syringes_in=3)
        [month] = months.months_of(points.ngo, points.today.year)
        assert month.share_back is None

    def test_they_are_downloaded_as_they_stand(self, points):
        count(points, syringes_out=10, syringes_in=4)
        response = points.client(points.caseworker).get(reverse("contact_months") + "?format=csv")
        assert f"{points.today:%Y-%m};Kallio;1;0;0;10;4;no;0;0;0" in response.text


class TestWalls:
    """Never the police, not even per point and day; no other partner; no person."""

    @pytest.mark.parametrize("who", ["liaison", "data_officer", "coordinator", "auditor", "other_caseworker"])
    def test_nobody_else_reads_a_row(self, points, who):
        count(points)
        acting = getattr(points, who)
        with on_web(acting):
            assert not Contact.objects.exists()
            assert not ServicePoint.objects.exists()

    def test_a_police_unit_cannot_even_write_one(self, points):
        with on_web(points.liaison), pytest.raises(DatabaseError), transaction.atomic():
            ServicePoint.objects.create(partner=points.police, name="Cell", district=points.city)

    @pytest.mark.parametrize("who", POLICE)
    @pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
    def test_no_address_of_the_room_opens_to_the_police(self, points, who, pattern):
        pk = count(points, code="kissa").pk if pattern.name == "contact_take_back" else points.kallio.pk
        address = reverse(pattern.name, args=[pk] if "<int:pk>" in str(pattern.pattern) else [])
        client = points.client(getattr(points, who))
        for response in (client.get(address), client.get(address + "?format=csv"), client.post(address, {"name": "X"})):
            assert response.status_code in {403, 404, 405}
            assert "Kallio" not in response.text
        assert ServicePoint.objects.count() == 2

    @pytest.mark.parametrize("who", POLICE)
    def test_the_menu_of_the_police_leads_to_none_of_it(self, points, who):
        run_as(points.case_manager, choose_practices, practices=[Practice.CONTACTS])
        for acting, sees in ((points.caseworker, True), (getattr(points, who), False)):
            offered = {item.url for group in menu_of(acting, "/") for item in group.items}
            assert (reverse("contact_counter") in offered) is sees

    @pytest.mark.parametrize("who", POLICE)
    def test_sql_of_the_police_counts_no_contact_and_reads_no_history_of_a_point(self, points, who):
        count(points, code="kissa", syringes_out=10)
        points.kallio.hours = "12–18"
        run_as(points.case_manager, contacts.save_point, point=points.kallio)
        counts = (
            "SELECT count(*) FROM programs_contact",
            "SELECT count(*) FROM programs_contact WHERE held_on = current_date",
            "SELECT coalesce(sum(syringes_out), 0) FROM programs_contact",
            "SELECT count(*) FROM programs_servicepoint",
            f"SELECT count(*) FROM {RecordChange._meta.db_table} WHERE record = 'service_point'",
        )
        for acting, sees in ((points.case_manager, True), (getattr(points, who), False)):
            with on_web(acting), connection.cursor() as cursor:
                for statement in counts:
                    cursor.execute(statement)
                    assert (cursor.fetchone()[0] > 0) is sees, statement

    def test_nobody_counts_at_another_partners_point(self, points):
        with on_web(points.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Contact.objects.create(
                partner=points.other_caseworker.partner,
                point_id=points.kallio.pk,
                recorded_by=points.other_caseworker.user,
            )

    def test_the_worker_reads_days_and_words_and_changes_nothing_but_the_word(self, points):
        count(points, code="kissa")
        for statement in (
            "SELECT point_id FROM programs_contact",
            "SELECT sex FROM programs_contact",
            "UPDATE programs_contact SET syringes_out = 0",
            "UPDATE programs_contact SET code_hash = 'x'",
            "DELETE FROM programs_contact",
        ):
            with (
                pytest.raises(DatabaseError),
                database_role("worker"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_a_contact_has_no_name_no_text_and_points_to_no_person(self):
        fields = {field.name: field for field in Contact._meta.get_fields()}
        pointed = {field.related_model.__name__ for field in fields.values() if field.is_relation}
        assert pointed == {"Partner", "ServicePoint", "User"}
        assert not [field for field in fields.values() if field.get_internal_type() == "TextField"]
