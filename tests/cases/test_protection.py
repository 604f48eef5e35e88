"""Protection of possible victims of trafficking: named users alone see it, whatever anybody tries, and nothing elsewhere says that it
is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError
from django.urls import reverse
from django.utils import timezone

from cases.messages import actions as messages
from cases.messages.models import ContactWish
from cases.openings.models import RecordOpening
from cases.protection import actions as protection
from cases.protection.actions import NotNamed
from cases.protection.hints import HINTS
from cases.protection.models import PoliceNotice, ProtectedReferral, ProtectionGrant, SafeContact, Screen
from cases.rights import actions as rights
from cases.rights.actions import held_about
from metrics.trafficking.yearly import years_of
from partnership.agreements.flows import NoFlow
from partnership.agreements.models import DataFlow
from partnership.audit_trail.models import ReadLog, RecordChange
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from partnership.members.models import Role
from tests.shared_worlds import shared
from tests.world import database_role, on_web, run_as

PROTECTED = (Screen, ProtectedReferral, SafeContact, PoliceNotice)


@shared
def house(world):
    """A caseworker who is named, a colleague who is not, and a protected record of somebody with a referral and a safe contact."""
    world.colleague = world.member(world.ngo, Role.CASEWORKER)
    world.part = world.enrolment(started_on=world.today - timedelta(days=40), responsible=world.caseworker.user)
    world.victim = world.part.person
    world.grant = run_as(world.case_manager, protection.name_member, membership=world.caseworker.membership)
    world.screen = screen(world)
    world.referral = refer(world)
    world.contact = run_as(
        world.caseworker, protection.keep_contact_safe, person=world.victim, how="At the day centre", never="Never call"
    )
    return world


def screen(world, by=None, **facts):
    values = {
        "person": world.victim, "answers": {"debt": "yes", "papers": "no"}, "danger_now": False, "is_child": False,
        "form": "criminality", "decision": "refer",
    }  # fmt: skip
    return run_as(by or world.caseworker, protection.record_screen, **(values | facts))


def refer(world, **facts):
    values = {"screen": world.screen, "consented_on": world.today, "consented_how": "verbal"}
    return run_as(world.caseworker, protection.refer, **(values | facts))


def seen(acting, model) -> int:
    with on_web(acting):
        return model.objects.count()


class TestWalls:
    def test_who_is_named_sees_it(self, house):
        assert [seen(house.caseworker, model) for model in PROTECTED] == [1, 1, 1, 0]

    @pytest.mark.parametrize(
        "who",
        [
            "colleague",
            "case_manager",
            "other_caseworker",
            "liaison",
            "court_officer",
            "professional",
            "coordinator",
            "auditor",
        ],
    )
    def test_nobody_else_sees_a_row_of_it(self, house, who):
        assert [seen(getattr(house, who), model) for model in PROTECTED] == [0, 0, 0, 0]

    @pytest.mark.parametrize("role", ["worker", "linker", "person"])
    def test_no_job_and_no_other_role_of_the_database_reads_it(self, house, role):
        for model in (*PROTECTED, ProtectionGrant):
            with pytest.raises(ProgrammingError), transaction.atomic(), database_role(role):
                model.objects.count()

    def test_no_longer_once_the_naming_ended(self, house):
        run_as(house.case_manager, protection.end_naming, grant=house.grant)
        assert seen(house.caseworker, Screen) == 0
        with pytest.raises(NotNamed):
            screen(house)

    def test_a_person_who_is_named_at_one_partner_sees_nothing_at_another(self, house):
        membership = house.member(house.other_ngo, Role.CASEWORKER, is_manager=True)
        run_as(membership, protection.name_member, membership=membership.membership)
        assert seen(membership, Screen) == 0

    def test_sql_writes_no_row_without_being_named(self, house):
        for acting in (house.colleague, house.liaison):
            with pytest.raises(DatabaseError), on_web(acting):
                Screen.objects.create(
                    partner=acting.partner, has_yes=False, danger_now=False, is_child=False, decision="none",
                    written_by=acting.user,
                )  # fmt: skip

    def test_sql_names_nobody_but_a_manager(self, house):
        for acting in (house.colleague, house.auditor):
            with pytest.raises(DatabaseError), on_web(acting):
                ProtectionGrant.objects.create(
                    partner=acting.partner, membership=acting.membership, user=acting.user, given_by=acting.user
                )

    def test_police_are_never_named(self, house):
        manager = house.member(house.police, Role.POLICE_LIAISON, is_manager=True)
        with pytest.raises(protection.CannotBeNamed):
            run_as(manager, protection.name_member, membership=house.liaison.membership)
        with pytest.raises(DatabaseError), on_web(manager):
            ProtectionGrant.objects.create(
                partner=house.police,
                membership=house.liaison.membership,
                user=house.liaison.user,
                given_by=manager.user,
            )

    def test_only_a_manager_of_the_partner_names(self, house):
        with pytest.raises(NotAParty):
            run_as(house.case_manager, protection.name_member, membership=house.other_caseworker.membership)

    def test_that_somebody_is_named_the_auditor_sees_and_colleagues_too(self, house):
        assert seen(house.auditor, ProtectionGrant) == seen(house.colleague, ProtectionGrant) == 1
        assert seen(house.other_caseworker, ProtectionGrant) == seen(house.liaison, ProtectionGrant) == 0
        assert RecordChange.objects.filter(record="protection_grant").exists()


class TestElsewhere:
    """Nothing says that there is anything."""

    def test_the_page_of_the_person_is_the_same_for_everybody(self, house):
        other = house.enrolment(person=house.person(house.ngo), responsible=house.caseworker.user).person
        client = house.client(house.caseworker)
        pages = [client.get(reverse("person", args=[person.pk])).content.decode() for person in (house.victim, other)]
        for word in ("rotected", "rafficking", "day centre"):
            assert pages[0].count(word) == pages[1].count(word)

    def test_no_history_and_no_event_tells_of_it(self, house):
        names = ["screen", "protected", "safe_contact"]
        assert not RecordChange.objects.filter(
            action__in=["protection.screen", "protection.refer", "safe_contact.save"]
        )
        assert not [each for each in RecordChange.objects.values_list("record", flat=True) if each in names]
        assert not OutboxEvent.objects.filter(kind__startswith="protect")

    def test_the_file_of_all_data_has_nothing_of_it_even_by_who_is_named(self, house):
        client = house.client(house.caseworker)
        reason = {"purpose": "casework", "words": "We meet today"}
        client.post(reverse("protected_open", args=[house.screen.pk]), reason)
        assert client.get(reverse("protected_record", args=[house.screen.pk])).status_code == 200
        with on_web(house.caseworker):
            text = str(held_about(house.victim))
        assert "day centre" not in text
        assert "rotected" not in text

    def test_everybodys_file_says_where_to_ask_for_it(self, house):
        other = house.person(house.ngo)
        for person in (house.victim, other):
            with on_web(house.case_manager):
                assert rights.access_file(person, house.ngo)

    def test_colleagues_see_do_not_contact_and_no_more(self, house):
        with on_web(house.colleague):
            wish = ContactWish.objects.get(person=house.victim)
        assert wish.never
        assert RecordChange.objects.filter(record="person", action="contact.agree").exists()

    def test_who_opened_what_is_theirs_and_the_auditors_to_know(self, house):
        client = house.client(house.caseworker)
        client.post(reverse("protected_open", args=[house.screen.pk]), {"purpose": "casework", "words": "We meet"})
        client.get(reverse("protected_record", args=[house.screen.pk]))
        line = ReadLog.objects.get(what="protected_record")
        assert line.people == []
        assert line.words == ""
        for acting, lines in ((house.colleague, 0), (house.case_manager, 0), (house.auditor, 1), (house.caseworker, 1)):
            with on_web(acting):
                assert ReadLog.objects.filter(what__startswith="protected_record").count() == lines
                openings = RecordOpening.objects.filter(protected_number=house.screen.pk).count()
                assert openings == (1 if lines else 0)


class TestOpening:
    def test_each_asks_why_even_who_works_with_the_person(self, house):
        with on_web(house.case_manager):
            protection.name_member(by=house.case_manager, membership=house.colleague.membership)
        client = house.client(house.colleague)
        page = reverse("protected_record", args=[house.screen.pk])
        assert client.get(page).url == reverse("protected_open", args=[house.screen.pk])
        asked = reverse("protected_open", args=[house.screen.pk])
        assert client.post(asked, {"purpose": "casework", "words": " "}).status_code == 422
        assert client.post(asked, {"purpose": "casework", "words": "I stand in"}).status_code == 302
        assert client.get(page).status_code == 200
        RecordOpening.objects.filter(user=house.colleague.user).update(opened_at=timezone.now() - timedelta(hours=4))
        assert client.get(page).status_code == 302

    def test_nobody_opens_by_sql_what_they_do_not_see(self, house):
        with pytest.raises(DatabaseError), on_web(house.colleague):
            RecordOpening.objects.create(
                partner=house.ngo, user=house.colleague.user, protected_number=house.screen.pk, purpose="casework",
                words="x",
            )  # fmt: skip


class TestChecklist:
    def test_one_yes_is_not_left_alone(self, house):
        with pytest.raises(Invalid):
            screen(house, decision="none")
        assert screen(house, answers={"debt": "no"}, decision="none")
        with pytest.raises(IntegrityError), transaction.atomic():
            Screen.objects.filter(pk=house.screen.pk).update(decision="none")

    def test_nobody_is_referred_without_a_name(self, house):
        with pytest.raises(Invalid):
            screen(house, person=None)
        nameless = screen(house, person=None, decision="consult")
        with pytest.raises(Invalid):
            refer(house, screen=nameless)

    def test_answers_are_encrypted_where_they_lie(self, house):
        with connection.cursor() as cursor:
            cursor.execute("SELECT answers FROM cases_screen")
            assert "debt" not in str(cursor.fetchall())

    def test_it_is_no_score(self, house):
        assert not {"score", "points", "total"} & {field.name for field in Screen._meta.get_fields()}
        assert all(hint.source.startswith("http") for hint in HINTS)

    def test_a_child_is_known_by_the_date_of_birth(self, house):
        born = house.today.replace(year=house.today.year - 15)
        child = house.person(house.ngo, born_on=born)
        assert screen(house, person=child).is_child

    def test_is_gone_through_on_a_page(self, house):
        client = house.client(house.caseworker)
        body = {f"hint_{hint.code}": "unknown" for hint in HINTS} | {"on": house.today.isoformat(), "decision": "none"}
        page = f"{reverse('protected_new')}?person={house.victim.pk}"
        assert client.post(page, body | {"hint_debt": "yes"}).status_code == 422
        sent = client.post(page, body | {"hint_debt": "yes", "decision": "ask_more"})
        assert client.get(sent.url).status_code == 200
        assert Screen.objects.latest("id").person == house.victim


class TestReferral:
    def test_without_consent_only_a_consultation_about_nobody_can_be_stored(self, house):
        asked = run_as(
            house.caseworker, protection.record_consultation, form="labour", is_child=False, sent_on=house.today
        )
        assert asked.person is None
        assert asked.screen is None
        for facts in ({"person": house.victim}, {"screen": house.screen}, {"kind": "referral"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                ProtectedReferral.objects.create(
                    **(
                        {
                            "partner": house.ngo,
                            "kind": "consultation",
                            "is_child": False,
                            "written_by": house.caseworker.user,
                        }
                        | facts
                    )
                )

    def test_not_of_a_day_to_come(self, house):
        with pytest.raises(DateOutOfRange):
            refer(house, consented_on=house.today + timedelta(days=1))

    def test_a_child_has_a_welfare_notice_and_somebody_who_speaks(self, house):
        child = screen(house, is_child=True)
        with pytest.raises(Invalid):
            refer(house, screen=child)
        with pytest.raises(Invalid):
            refer(house, screen=child, welfare_notice_on=house.today)
        assert refer(house, screen=child, welfare_notice_on=house.today, representative="asked")
        with pytest.raises(IntegrityError), transaction.atomic():
            ProtectedReferral.objects.create(
                partner=house.ngo, kind="referral", screen=child, person=house.victim, consented_on=house.today,
                consented_how="paper", is_child=True, written_by=house.caseworker.user,
            )  # fmt: skip

    def test_the_answer_is_noted_on_the_page(self, house):
        client = house.client(house.caseworker)
        client.post(reverse("protected_answer", args=[house.referral.pk]), {"answer": "accepted"})
        client.post(reverse("protected_open", args=[house.screen.pk]), {"purpose": "casework", "words": "x"})
        client.post(reverse("protected_answer", args=[house.referral.pk]), {"answer": "accepted"})
        assert ProtectedReferral.objects.get(pk=house.referral.pk).answer == "accepted"


class TestPolice:
    @pytest.fixture
    def told(self, house):
        house.told = refer(house, police_may_know=True)
        run_as(house.caseworker, protection.tell_police, referral=house.told, to_partner=house.police)
        return house

    def test_see_nothing_unless_the_person_says_so(self, house):
        with pytest.raises(protection.PoliceMayNotKnow):
            run_as(house.caseworker, protection.tell_police, referral=house.referral, to_partner=house.police)
        assert seen(house.liaison, PoliceNotice) == 0

    def test_see_it_under_a_flow_for_protection_alone(self, told):
        DataFlow.objects.filter(purpose=DataFlow.Purpose.PROTECTION).delete()
        assert seen(told.liaison, PoliceNotice) == 0
        with pytest.raises(NoFlow):
            run_as(
                told.caseworker,
                protection.tell_police,
                referral=refer(told, police_may_know=True),
                to_partner=told.police,
            )

    def test_see_who_and_when_and_nothing_else(self, told):
        with on_web(told.liaison):
            (notice,) = PoliceNotice.objects.all()
            assert "Meikäläinen" in notice.name
            assert not Screen.objects.exists()
            assert not ProtectedReferral.objects.exists()
        assert seen(told.other_liaison, PoliceNotice) == seen(told.data_officer, PoliceNotice) == 0
        page = told.client(told.liaison).get(reverse("protection")).content.decode()
        assert "Meikäläinen" in page
        assert "Forced" not in page

    def test_no_more_once_the_person_takes_it_back(self, told):
        with pytest.raises(IntegrityError), on_web(told.caseworker):
            ProtectedReferral.objects.filter(pk=told.told.pk).update(police_may_know=False)
        run_as(told.caseworker, protection.take_back, referral=told.told)
        assert seen(told.liaison, PoliceNotice) == 0
        with pytest.raises(protection.TakenBack):
            run_as(told.caseworker, protection.tell_police, referral=told.told, to_partner=told.police)

    def test_see_it_only_while_an_agreement_covers_it(self, told):
        type(told.agreement).objects.filter(pk=told.agreement.pk).update(ended_on=told.today)
        assert seen(told.liaison, PoliceNotice) == 0
        with pytest.raises(protection.NoAgreementWithPolice):
            run_as(told.caseworker, protection.tell_police, referral=told.told, to_partner=told.other_police)

    def test_nobody_is_sent_a_message_of_it(self, told):
        assert not OutboxEvent.objects.filter(kind__contains="protect").exists()


class TestSafeContact:
    def test_nobody_is_reminded_whatever_a_colleague_writes_down(self, house):
        run_as(house.colleague, messages.save_wish, person=house.victim, channel="email", address="a@example.org")
        wish = ContactWish.objects.get(person=house.victim)
        assert (wish.channel, wish.never) == ("", True)

    def test_of_linked_records_too(self, house):
        other = house.person(house.ngo, same_as=house.victim)
        run_as(house.colleague, messages.save_wish, person=other, channel="email", address="a@example.org")
        assert ContactWish.objects.get(person=other).channel == ""

    def test_others_are_reminded_as_before(self, house):
        other = house.person(house.ngo)
        run_as(house.colleague, messages.save_wish, person=other, channel="email", address="a@example.org")
        assert ContactWish.objects.get(person=other).channel == "email"

    def test_is_written_down_and_removed_on_pages(self, house):
        client = house.client(house.caseworker)
        page = reverse("safe_contact", args=[house.victim.pk])
        assert client.post(page, {"how": "Through the nurse"}).status_code == 302
        assert "Through the nurse" in client.get(reverse("person_protection", args=[house.victim.pk])).content.decode()
        client.post(reverse("safe_contact_remove", args=[house.victim.pk]))
        assert not SafeContact.objects.exists()


class TestErasure:
    def test_takes_all_of_it_by_a_manager_who_sees_none(self, house):
        run_as(
            house.caseworker,
            protection.tell_police,
            referral=refer(house, police_may_know=True),
            to_partner=house.police,
        )
        type(house.part).objects.filter(pk=house.part.pk).update(ended_on=house.today, end_reason="completed")
        run_as(house.case_manager, rights.erase, person=house.victim)
        assert [model.objects.count() for model in PROTECTED] == [0, 0, 0, 0]

    def test_the_paper_for_the_person_has_all_of_it_and_no_name(self, house):
        client = house.client(house.caseworker)
        client.post(reverse("protected_open", args=[house.screen.pk]), {"purpose": "request", "words": "She asked"})
        copy = client.get(reverse("protected_copy", args=[house.screen.pk]))
        assert copy.content.startswith(b"%PDF")
        assert str(house.victim.pk) not in copy["Content-Disposition"]


class TestFigures:
    def test_of_a_year_are_protected_and_for_who_is_named(self, house):
        for _number in range(3):
            screen(house)
        with on_web(house.caseworker):
            (year,) = years_of(house.ngo)
        assert year.year == house.today.year
        assert all(count not in {1, 2, 3, 4} for count in year[1:])
        with on_web(house.caseworker):
            assert years_of(house.ngo) == [year]
        with on_web(house.colleague):
            assert years_of(house.ngo) == []
        assert house.client(house.caseworker).get(reverse("protection_years")).status_code == 200
