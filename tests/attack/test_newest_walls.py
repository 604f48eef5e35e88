"""The rooms that came newest, attacked. Each test is a hole that was found: it fails until the hole is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from cases.my_page.actions import NoCard
from cases.people.models import Person
from cases.team import actions as care_team
from cases.team.models import TeamItem, TeamMember
from partnership.agreements.models import Agreement
from partnership.audit_trail.models import ReadLog
from partnership.events.models import OutboxEvent
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from referrals.anchor import actions as anchor
from referrals.anchor.models import AnchorExchange
from referrals.consents import actions as consents
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.mediation.models import MediationReport
from referrals.statements.models import Statement
from tests.attack.test_openings import curious  # noqa: F401
from tests.cases import test_phases, test_places
from tests.cases.people_at_home import card_of, page_of, phone_of
from tests.cases.test_legal import hearing, office, open_matter  # noqa: F401
from tests.cases.test_phases import court  # noqa: F401
from tests.cases.test_places import house  # noqa: F401
from tests.cases.test_team import case, write  # noqa: F401
from tests.programs.test_lessons import asked, assigned, hold  # noqa: F401 — fixtures
from tests.referrals.test_anchor import NOTHING, meet, opened, seen, share, team, under_way, young  # noqa: F401
from tests.referrals.test_mediation import answer, current, offered, tell  # noqa: F401
from tests.referrals.test_statements import state
from tests.systems import System
from tests.world import World, on_web, run_as

FAR = date(9999, 12, 31)
"""What some type for “without end”."""


def consented(world: World, referral: Referral, **terms: Any) -> Consent:
    with on_web(world.liaison):
        handover.attach_consent(by=world.liaison, referral=referral, **world.consent_terms(**terms))
    return Consent.objects.latest("id")


def history_of(world: World, acting: Acting, record: str, number: int) -> str:
    return str(world.client(acting).get(reverse("history", args=[record, number])).content.decode())


def told_by(deed: Callable[[], object]) -> list[int]:
    """The partners that events of a deed tell."""
    before = OutboxEvent.objects.count()
    deed()
    return [one["partner"] for event in OutboxEvent.objects.order_by("id")[before:] for one in event.payload["tell"]]


class TestHistoryTellsNoMoreThanTheRecord:
    """The other party reads in the history of a row what its policy hides from it: `/history/<record>/<number>/`, numbers one by one."""

    def test_whoever_is_not_asked_yet_does_not_read_who_the_guardian_or_witness_of_a_draft_is(self, world):
        child = world.person(world.police, last_name="Salainen", born_on=world.today - timedelta(days=365 * 16))
        draft = world.draft(person=child, kind="social_contact", consent=False)
        consent = consented(world, draft, guardian_name="Maija Salainen", signed_how="verbal", witness="Aunt Salainen")
        assert "Salainen" not in history_of(world, world.caseworker, "consent", consent.pk)

    def test_a_receiver_that_has_not_answered_does_not_read_the_guardians_name(self, world):
        child = world.person(world.police, last_name="Salainen", born_on=world.today - timedelta(days=365 * 16))
        draft = world.draft(person=child, kind="social_contact", consent=False)
        consent = consented(world, draft, guardian_name="Maija Salainen")
        with on_web(world.liaison):
            handover.send(by=world.liaison, referral=Referral.objects.get(pk=draft.pk))
        assert "Salainen" not in history_of(world, world.caseworker, "consent", consent.pk)

    def test_a_member_of_an_anchor_team_reads_no_name_after_the_withdrawal(self, team):  # noqa: F811
        (exchange,) = share(team, team.social)
        run_as(team.liaison, consents.withdraw_consent, consent=exchange.consent)
        assert seen(team.professional) == NOTHING
        assert "Nurmi" not in history_of(team, team.professional, "anchor_exchange", exchange.pk)

    def test_a_member_of_a_care_team_reads_no_name_after_the_withdrawal(self, case):  # noqa: F811
        run_as(case.caseworker, consents.withdraw_consent, consent=case.bridge.consent)
        assert "Meikäläinen" not in history_of(case, case.other_caseworker, "team_member", case.bridge.pk)

    def test_whoever_reads_it_leaves_a_line_with_the_persons_number(self, team):  # noqa: F811
        (exchange,) = share(team, team.social)
        run_as(team.liaison, consents.withdraw_consent, consent=exchange.consent)
        page = history_of(team, team.professional, "anchor_exchange", exchange.pk)
        assert "Nurmi" not in page or ReadLog.objects.filter(what="history").latest("id").people == [team.girl.pk]


class TestTheYear9999:
    """`portal_days` ends a day later, in the year 10000, which Python has not: whoever reads the row gets an error, for good."""

    def test_an_agreement_without_end_breaks_no_list_of_referrals(self, world):
        draft = world.draft(consent=False)
        consented(world, draft, expires_on=None, expires_event="End of treatment")
        with on_web(world.liaison):
            handover.send(by=world.liaison, referral=Referral.objects.get(pk=draft.pk))
        Agreement.objects.filter(pk=world.agreement.pk).update(valid_to=FAR)
        answers = []
        for acting, page in (
            (world.liaison, "referral_list"),
            (world.caseworker, "referral_list"),
            (world.caseworker, "home"),
        ):
            client = world.client(acting)
            client.raise_request_exception = False
            answers.append(client.get(reverse(page)).status_code)
        assert answers == [200, 200, 200]

    def test_sql_of_a_sender_breaks_no_page_of_the_receiver(self, world):
        world.sent()
        with pytest.raises(DatabaseError), on_web(world.liaison), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_consent SET expires_on = '9999-12-31'")
        client = world.client(world.caseworker)
        client.raise_request_exception = False
        assert client.get(reverse("referral_list")).status_code == 200

    def test_a_form_that_says_so_is_answered_with_words(self, team):  # noqa: F811
        client = team.client(team.liaison)
        client.raise_request_exception = False
        body = {
            "seats": [team.seats[team.social].pk], "signed_on": team.today, "signed_how": "paper", "expires_on": FAR,
            "told_right_to_withdraw": "on", "alone": "able_alone",
        }  # fmt: skip
        assert client.post(reverse("anchor_share", args=[team.case.pk]), body).status_code in {302, 422}

    def test_nor_does_a_system_get_a_500(self, world):
        world.agree_with(world.prosecutors)
        system = System(world.case_manager)
        system.http.raise_request_exception = False
        token = system.get_token().json()["access_token"]
        body = {
            "enrolment": world.enrolment(responsible=world.caseworker.user).pk, "to_partner": world.prosecutors.pk,
            "attendance": "as_agreed", "signed_on": str(world.today), "signed_how": "paper", "expires_on": str(FAR),
            "told_right_to_withdraw": True,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"}
        answered = system.http.post("/api/v1/statements", body, content_type="application/json", headers=headers)
        assert answered.status_code < 500


class TestTheAgreement:
    """Who is no party to an agreement any more sees nothing that was disclosed under it, as with referrals (`covering.py`)."""

    def test_who_left_it_sees_no_anchor_sheet(self, team):  # noqa: F811
        share(team, team.social)
        team.agreement.parties.remove(team.social)
        assert seen(team.professional) == NOTHING

    def test_who_left_it_sees_no_part_of_a_care_team(self, case):  # noqa: F811
        write(case.caseworker, case.bridge, "Hello")
        case.agreement.parties.remove(case.other_ngo)
        with on_web(case.other_caseworker):
            assert not TeamItem.objects.exists()
            assert not TeamMember.objects.exists()

    def test_who_left_it_sees_no_report_of_a_mediation(self, offered):  # noqa: F811
        answer(offered, person="declines")
        report = tell(offered)
        report.agreement.parties.remove(offered.prosecutors)
        with on_web(offered.court_officer):
            assert not MediationReport.objects.exists()

    def test_who_left_it_sees_no_statement(self, world):
        statement = state(world, world.addressed().referral.enrolment)
        statement.agreement.parties.remove(world.prosecutors)
        with on_web(world.court_officer):
            assert not Statement.objects.exists()

    def test_sql_of_a_lead_shares_under_no_agreement_of_two_others(self, team):  # noqa: F811
        (exchange,) = share(team, team.social)
        of_others = Agreement.objects.create(title="Others", valid_from=team.today)
        of_others.parties.set([team.ngo, team.other_ngo])
        run_as(team.liaison, anchor.end_exchange, exchange=exchange)
        with pytest.raises(DatabaseError), on_web(team.liaison), transaction.atomic():
            AnchorExchange.objects.create(
                from_partner=team.police, to_partner=team.social, case=team.case, person=team.girl, seat=exchange.seat,
                consent=exchange.consent, agreement=of_others, agreed_by=team.liaison.user,
            )  # fmt: skip

    def test_nobody_writes_to_a_member_of_a_care_team_who_sees_nothing_any_more(self, case):  # noqa: F811
        """The lead's page says “Sent.”, and nobody reads it."""
        Agreement.objects.filter(pk=case.agreement.pk).update(ended_on=case.today)
        with pytest.raises(care_team.LeftTheTeam):
            write(case.caseworker, case.bridge, "Can you come on Monday?", kind="task")

    def test_no_step_is_given_to_a_member_of_an_anchor_team_who_sees_nothing_any_more(self, team):  # noqa: F811
        share(team, team.social)
        Agreement.objects.filter(pk=team.agreement.pk).update(ended_on=team.today)
        page = team.client(team.liaison).get(reverse("anchor_case", args=[team.case.pk])).content.decode()
        assert "Consent until" not in page
        with pytest.raises(RuleError):
            meet(team, anchor.AgreedStep("Talk at home", team.social))


class TestWithdrawal:
    """“Both parties are told” (domain.md): of referrals and statements they are, of what came newest nobody is."""

    def test_a_member_of_the_anchor_team_is_told(self, team):  # noqa: F811
        (exchange,) = share(team, team.social)
        withdraw = lambda: run_as(team.liaison, consents.withdraw_consent, consent=exchange.consent)
        assert team.social.pk in told_by(withdraw)

    def test_a_member_of_the_care_team_is_told(self, case):  # noqa: F811
        withdraw = lambda: run_as(case.caseworker, consents.withdraw_consent, consent=case.bridge.consent)
        assert case.other_ngo.pk in told_by(withdraw)

    def test_an_authority_that_read_a_report_of_a_mediation_is_told(self, offered):  # noqa: F811
        answer(offered, person="declines")
        report = tell(offered)
        withdraw = lambda: run_as(offered.caseworker, consents.withdraw_consent, consent=report.consent)
        assert offered.prosecutors.pk in told_by(withdraw)

    def test_on_my_page_the_oldest_consent_is_withdrawn_however_many_followed(self, world):
        """Each statement, each member of a team makes one; the page shows twenty."""
        person = world.enrolled().person
        first = Consent.objects.get(person=person)
        for _number in range(20):
            Consent.objects.create(
                from_partner=world.police, to_partner=world.ngo, person=person, recorded_by=world.liaison.user,
                disclosed_at=first.disclosed_at, **world.consent_terms(),
            )  # fmt: skip
        page = page_of(phone_of(world, world.liaison, person))
        assert reverse("my_consent_withdraw", args=[first.pk]) in page


class TestRoundTheGlass:
    """A record of a stranger opens with a reason only; over the API both ask, on their pages neither does."""

    @pytest.mark.parametrize("role", ["liaison", "professional"])
    def test_nobody_gets_there_by_opening_an_anchor_case(self, curious, role):  # noqa: F811
        acting, partner = curious.curious[role]
        stranger = curious.strangers[role]
        unit = run_as(curious.liaison, anchor.set_up_team, name="Team")
        seat = unit.seats.get()
        if role == "professional":
            seat = run_as(curious.liaison, anchor.offer_seat, team=unit, to_partner=partner, profession="social")
        client = curious.client(acting)
        assert client.get(reverse("person", args=[stranger.pk])).status_code == 302
        body = {"seat": seat.pk, "source": "police", "reasons": ["crime"], "received_on": curious.today}
        client.post(f"{reverse('anchor_new')}?person={stranger.pk}", body)
        assert client.get(reverse("person", args=[stranger.pk])).status_code == 302

    def test_nobody_gets_there_by_a_child_welfare_notice(self, curious):  # noqa: F811
        stranger = Person.objects.get(pk=curious.strangers["liaison"].pk)
        stranger.born_on = curious.today - timedelta(days=3650)
        stranger.save()
        client = curious.client(curious.liaison)
        assert client.get(reverse("person", args=[stranger.pk])).status_code == 302
        body = {"to_partner": curious.social.pk, "concern": "Alone at night."}
        client.post(f"{reverse('welfare_new')}?person={stranger.pk}", body)
        assert client.get(reverse("person", args=[stranger.pk])).status_code == 302


class TestUnder18:
    @pytest.mark.parametrize("why", ["barred", "risk"])
    def test_whose_guardian_must_not_know_of_the_anchor_team_has_no_card(self, team, why):  # noqa: F811
        """My page shows the consent to the team to whoever has the card and knows the date of birth: a parent does."""
        share(team, team.social, alone=why)
        with pytest.raises(NoCard):
            card_of(team, team.liaison, team.girl)

    @pytest.mark.parametrize("why", ["barred", "risk"])
    def test_whose_guardian_was_not_told_for_that_reason_has_no_card(self, team, why):  # noqa: F811
        run_as(team.liaison, anchor.note_guardian, case=team.case, name="Mother", told="no", why=why)
        with pytest.raises(NoCard):
            card_of(team, team.liaison, team.girl)


class TestTheLogOfReads:
    """Whom a list or record of the API showed stands in the log: else the person can't be told who read it."""

    @pytest.mark.parametrize("resource", ["reviews", "phase-stays", "responses"])
    @pytest.mark.parametrize("is_system", [True, False])
    def test_names_whose_reviews_phases_and_responses_were_read(self, court, resource, is_system):  # noqa: F811
        test_phases.begin(court)
        test_phases.review(court, note="Relapsed twice.")
        test_phases.respond(court)
        if is_system:
            System(court.case_manager, "phases:read").get(resource)
        else:
            court.client(court.caseworker).get(f"/api/v1/{resource}")
        assert ReadLog.objects.filter(what=f"api {resource}").latest("id").people == [court.part.person_id]

    def test_names_whose_review_was_read_by_itself(self, court):  # noqa: F811
        test_phases.begin(court)
        number = test_phases.review(court, note="Relapsed twice.").pk
        assert System(court.case_manager, "phases:read").get(f"reviews/{number}")["note"] == "Relapsed twice."
        assert ReadLog.objects.filter(what="api reviews").latest("id").people == [court.part.person_id]

    def test_names_whose_stays_were_read(self, house):  # noqa: F811
        test_places.move_in(house)
        System(house.case_manager, "beds:read").get("stays")
        assert ReadLog.objects.filter(what="api stays").latest("id").people == [house.one.person_id]

    @pytest.mark.parametrize("resource", ["anchor-steps", "anchor-meetings"])
    def test_names_whose_agreed_steps_and_meetings_were_read(self, team, resource):  # noqa: F811
        meet(team, anchor.AgreedStep("Talk at home", team.police))
        System(team.member(team.police, "police_liaison", is_manager=True), "anchor:read").get(resource)
        assert ReadLog.objects.filter(what=f"api {resource}").latest("id").people == [team.girl.pk]

    def test_names_of_whom_a_message_in_a_care_team_is(self, case):  # noqa: F811
        write(case.caseworker, case.bridge, "Hello")
        System(case.case_manager, "teams:read").get("team-items")
        assert ReadLog.objects.filter(what="api team-items").latest("id").people == [case.part.person_id]


class TestSql:
    """SQL of somebody's choice in a connection of the web role, in their own context."""

    def test_a_consent_that_was_withdrawn_stays_withdrawn(self, case):  # noqa: F811
        run_as(case.caseworker, consents.withdraw_consent, consent=case.bridge.consent)
        try:
            with on_web(case.caseworker), transaction.atomic():
                Consent.objects.filter(pk=case.bridge.consent_id).update(withdrawn_at=None)
        except DatabaseError:
            pass
        with on_web(case.other_caseworker):
            assert not TeamMember.objects.exists()

    def test_a_receiver_that_ends_a_consent_does_not_rewrite_its_terms(self, team):  # noqa: F811
        (exchange,) = share(team, team.social)
        rewritten = {"purpose": "Something else", "signed_on": date(2020, 1, 1), "guardian_missing_reason": "None"}
        try:
            with on_web(team.professional), transaction.atomic():
                Consent.objects.filter(pk=exchange.consent_id).update(withdrawn_at=timezone.now(), **rewritten)
        except DatabaseError:
            pass
        assert Consent.objects.get(pk=exchange.consent_id).purpose == exchange.consent.purpose
