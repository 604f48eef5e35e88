"""Anchor teams: a case is the lead's until the young person consents; members see its sheet while that lasts, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.openings.concern import NeedsReason, check_door
from cases.people.models import Person
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from referrals.anchor import actions as anchor
from referrals.anchor.models import (
    AnchorCase,
    AnchorCheck,
    AnchorExchange,
    AnchorGuidance,
    AnchorMeeting,
    AnchorSeat,
    AnchorStep,
    due_checks,
)
from referrals.consents import actions as consents
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as


@shared
def team(world):
    """A team of police, social services and youth services; the police lead a case of somebody of 16 that is under way."""
    world.youth = world.partner("Youth services", "youth")
    world.youth_worker = world.member(world.youth, "professional")
    world.agreement.parties.add(world.social, world.youth)
    world.team = run_as(world.liaison, anchor.set_up_team, name="Harbour team")
    world.seats = {world.police: world.team.seats.get()}
    for partner, profession in ((world.social, "social"), (world.youth, "youth")):
        world.seats[partner] = run_as(
            world.liaison, anchor.offer_seat, team=world.team, to_partner=partner, profession=profession
        )
    world.girl = young(world, 16)
    world.case = under_way(world, world.girl)
    return world


def young(world, years, partner=None, **more):
    born_on = world.today.replace(day=1) - timedelta(days=round(365.25 * years) + 40)
    return world.person(partner or world.police, first_names="Ella", last_name="Nurmi", born_on=born_on, **more)


def opened(world, person, by=None, **more):
    by = by or world.liaison
    concern = {"source": "school", "reasons": ["crime", "substances"], "received_on": world.today - timedelta(days=9)}
    return run_as(by, anchor.open_case, person=person, seat=world.seats[by.partner], **(concern | more))


def under_way(world, person, by=None, **more):
    by = by or world.liaison
    return run_as(by, anchor.screen_case, case=opened(world, person, by, **more), screening="taken")


def share(world, *partners, case=None, **more):
    terms = {"signed_on": world.today, "signed_how": "paper", "told_right_to_withdraw": True, "alone": "able_alone"}
    terms |= {"expires_on": world.today + timedelta(days=90)} | more
    seats = [world.seats[partner] for partner in partners]
    return run_as(world.liaison, anchor.agree_exchange, case=case or world.case, seats=seats, **terms)


def meet(world, *steps, **more):
    values = {"held_on": world.today, "present": ["young_person", "police"]} | more
    return run_as(world.liaison, anchor.record_meeting, case=world.case, steps=steps, **values)


def past(world, **days) -> None:
    """As if the case were older: triggers hold its days."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE referrals_anchorcase DISABLE TRIGGER USER")
        AnchorCase.objects.filter(pk=world.case.pk).update(**days)
        cursor.execute("ALTER TABLE referrals_anchorcase ENABLE TRIGGER USER")


SHEET = (AnchorCase, AnchorExchange, AnchorMeeting, AnchorStep, AnchorGuidance)


def seen(acting) -> list[int]:
    """How many rows of each part of the sheet somebody's connection shows."""
    with on_web(acting):
        return [model.objects.count() for model in SHEET]


NOTHING = [0, 0, 0, 0, 0]


class TestTheTeam:
    def test_the_unit_gives_seats_and_each_organisation_says_who_sits_there(self, team):
        seat = team.seats[team.youth]
        with pytest.raises(NotAParty):
            run_as(team.liaison, anchor.take_seat, seat=seat)
        run_as(team.youth_worker, anchor.take_seat, seat=seat)
        assert AnchorSeat.objects.get(pk=seat.pk).user == team.youth_worker.user
        told = OutboxEvent.objects.filter(kind="anchor_seat.offered").latest("id").payload["tell"]
        assert told[0]["partner"] == team.youth.pk

    def test_no_ngo_sits_in_it_and_nobody_twice(self, team):
        for partner, error in ((team.ngo, anchor.NotInAnAnchorTeam), (team.social, anchor.SeatTaken)):
            with pytest.raises(error):
                run_as(team.liaison, anchor.offer_seat, team=team.team, to_partner=partner, profession="social")

    def test_another_unit_neither_gives_nor_ends_a_seat(self, team):
        with pytest.raises(NotAParty):
            run_as(team.other_liaison, anchor.end_seat, seat=team.seats[team.social])
        with pytest.raises(DatabaseError), transaction.atomic(), on_web(team.other_liaison):
            AnchorSeat.objects.create(
                from_partner=team.police, to_partner=team.other_police, team=team.team, profession="police"
            )

    def test_whoever_lost_the_seat_opens_no_case(self, team):
        child = young(team, 15, team.social)
        team.seats[team.social] = run_as(team.liaison, anchor.end_seat, seat=team.seats[team.social])
        with pytest.raises(anchor.NoSeat):
            opened(team, child, team.professional)


class TestACase:
    def test_it_is_opened_once_by_whoever_has_a_seat(self, team):
        with pytest.raises(anchor.CaseOpen):
            opened(team, team.girl)
        with pytest.raises(NotAllowed):
            run_as(
                team.caseworker, anchor.open_case, person=team.person(team.ngo), seat=team.seats[team.police],
                source="self", reasons=["crime"], received_on=team.today,
            )  # fmt: skip
        with pytest.raises(DateOutOfRange):
            opened(team, young(team, 15), received_on=team.today + timedelta(days=1))

    @pytest.mark.parametrize(("years", "is_under_15"), [(14, True), (15, False)])
    def test_it_knows_whether_the_young_person_was_under_15(self, team, years, is_under_15):
        assert opened(team, young(team, years)).is_under_15 is is_under_15

    @pytest.mark.parametrize("screening", ["not_taken", "already_client"])
    def test_what_the_team_does_not_take_has_ended(self, team, screening):
        case = opened(team, young(team, 15))
        run_as(team.liaison, anchor.screen_case, case=case, screening=screening)
        assert not AnchorCase.objects.open().filter(pk=case.pk).exists()
        with pytest.raises(anchor.CaseNotUnderWay):
            share(team, team.social, case=case)
        with pytest.raises(anchor.CaseNotUnderWay):
            run_as(team.liaison, anchor.screen_case, case=case, screening="taken")

    def test_why_a_guardian_was_not_told_is_a_code(self, team):
        with pytest.raises(Invalid):
            run_as(team.liaison, anchor.note_guardian, case=team.case, name="Mother", told="no")
        run_as(team.liaison, anchor.note_guardian, case=team.case, name="Mother", told="no", why="risk")
        assert AnchorCase.objects.get(pk=team.case.pk).guardian_why == "risk"

    def test_guided_wants_a_guidance_and_closing_ends_the_sharing(self, team):
        share(team, team.social)
        with pytest.raises(Invalid):
            run_as(team.liaison, anchor.close_case, case=team.case, outcome="guided")
        run_as(team.liaison, anchor.add_guidance, case=team.case, kind="youth_centre")
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="guided")
        assert seen(team.professional) == NOTHING
        with pytest.raises(anchor.CaseNotUnderWay):
            meet(team)


class TestLookingAgain:
    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2027, 11, 30), 3, date(2028, 2, 29)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2026, 9, 15), 3, date(2026, 12, 15)),
        ],
    )
    def test_months_are_those_of_the_calendar(self, day, months, later):
        assert anchor.months_after(day, months) == later

    def test_it_is_in_the_list_from_its_day_until_somebody_has_looked(self, team):
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        assert [check.months for check in AnchorCheck.objects.order_by("months")] == [3, 6]
        assert not due_checks(team.police).exists()
        AnchorCheck.objects.filter(months=3).update(look_on=team.today)
        check = due_checks(team.police).get()
        client, name = team.client(team.liaison), str(team.girl)
        assert "Look again now" in client.get(reverse("anchor_list")).content.decode()
        client.post(reverse("anchor_look", args=[check.pk]), {"result": "well"})
        page = client.get(reverse("anchor_list")).content.decode()
        assert name not in page
        assert name in client.get(reverse("anchor_list") + "?closed=1").content.decode()


class TestWhoSeesWhat:
    """Through a connection of the web role, with its policies."""

    def test_before_the_consent_the_lead_alone(self, team):
        meet(team)
        assert seen(team.liaison)[0] == 1
        strangers = (team.professional, team.youth_worker, team.other_liaison, team.caseworker, team.coordinator)
        assert [seen(stranger) for stranger in strangers] == [NOTHING] * len(strangers)

    def test_a_member_sees_the_sheet_and_no_record_behind_it(self, team):
        share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.social))
        run_as(team.liaison, anchor.add_guidance, case=team.case, kind="health")
        assert seen(team.professional) == [1, 1, 1, 1, 1]
        assert seen(team.youth_worker) == NOTHING
        with on_web(team.professional):
            assert AnchorExchange.objects.get().name == "Nurmi, Ella"
            assert not Person.objects.filter(pk=team.girl.pk).exists()
            assert not AnchorCheck.objects.exists()

    def test_members_see_each_others_steps_and_mark_their_own_alone(self, team):
        share(team, team.social, team.youth)
        meet(team, anchor.AgreedStep("Talk at home", team.social), anchor.AgreedStep("Come along", team.youth))
        with on_web(team.professional):
            talk, come = AnchorStep.objects.order_by("id")
        run_as(team.professional, anchor.mark_step, step=talk, done_on=team.today)
        assert AnchorStep.objects.get(pk=talk.pk).done_on == team.today
        with pytest.raises(NotAParty):
            run_as(team.professional, anchor.mark_step, step=come, done_on=team.today)

    def test_withdrawing_the_consent_hides_all_of_it_at_once(self, team):
        (exchange,) = share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.social))
        run_as(team.liaison, consents.withdraw_consent, consent=exchange.consent)
        assert seen(team.professional) == NOTHING
        assert len(share(team, team.social)) == 1, "she may consent anew"

    def test_the_day_after_the_consent_or_the_agreement_nothing_is_seen_without_any_job(self, team):
        (exchange,) = share(team, team.social)
        type(exchange.consent).objects.filter(pk=exchange.consent_id).update(
            signed_on=team.today - timedelta(days=9), expires_on=team.today - timedelta(days=1)
        )
        assert seen(team.professional) == NOTHING
        share(team, team.youth)
        type(team.agreement).objects.filter(pk=team.agreement.pk).update(ended_on=team.today)
        assert seen(team.youth_worker) == NOTHING

    def test_sql_of_a_members_choice_changes_nothing_of_the_leads(self, team):
        share(team, team.social)
        meeting = meet(team, anchor.AgreedStep("Talk at home", team.social))

        def run(sql, *values):
            with on_web(team.professional), connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.rowcount

        assert run("UPDATE referrals_anchorcase SET guardian_told = 'yes'") == 0
        assert run("UPDATE referrals_anchorexchange SET ended_on = now()") == 0
        assert run("DELETE FROM referrals_anchorstep") == run("DELETE FROM referrals_anchormeeting") == 0
        us, them = team.police.pk, team.social.pk
        step = (
            "INSERT INTO referrals_anchorstep (from_partner_id, to_partner_id, case_id, meeting_id, text)"
            " VALUES (%s, %s, %s, %s, 'x')"
        )
        for statement in (
            ("UPDATE referrals_anchorstep SET text = 'x'",),
            (step, us, them, team.case.pk, meeting.pk),
            (step, them, them, team.case.pk, meeting.pk),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                run(*statement)


class TestConsent:
    def test_a_guardian_consents_or_a_code_says_why_not(self, team):
        with pytest.raises(rights.RuleError, match="guardian"):
            share(team, team.social, alone="")
        (exchange,) = share(team, team.social, alone="barred")
        assert exchange.consent.guardian_missing_reason == "The young person does not want it"

    def test_to_members_of_the_team_with_an_agreement_once(self, team):
        share(team, team.social)
        with pytest.raises(anchor.SharedAlready):
            share(team, team.social)
        team.agreement.parties.remove(team.youth)
        with pytest.raises(anchor.NoExchangeAgreement):
            share(team, team.youth)

    def test_a_step_is_done_by_who_sees_the_case(self, team):
        with pytest.raises(Invalid):
            meet(team, anchor.AgreedStep("Talk at home", team.social))
        with pytest.raises(DateOutOfRange):
            meet(team, held_on=team.today - timedelta(days=10))


class TestGuidance:
    def test_a_referral_that_was_sent_is_named_once_and_its_receiver_says_whether_they_came(self, team):
        draft = team.draft(person=team.girl, kind="social_contact", consent=False)
        with pytest.raises(Invalid):
            run_as(team.liaison, anchor.add_guidance, case=team.case, kind="referral", referral=draft)
        sent = team.sent(person=young(team, 19), kind="social_contact")
        with pytest.raises(Invalid, match="this young person"):
            run_as(team.liaison, anchor.add_guidance, case=team.case, kind="referral", referral=sent)
        case = under_way(team, sent.person)
        guidance = run_as(team.liaison, anchor.add_guidance, case=case, kind="referral", referral=sent)
        assert anchor.referrals_to_choose(case) == []
        assert guidance.first_visit == ""
        run_as(team.liaison, anchor.note_visit, guidance=guidance, visit="kept")
        assert AnchorGuidance.objects.get(pk=guidance.pk).first_visit == "kept"


class TestPages:
    def test_a_liaison_goes_from_the_first_concern_to_the_end(self, team):
        client = team.client(team.liaison)
        new = {
            "person-first_names": "Onni", "person-born_on": "2011-05-05", "seat": team.seats[team.police].pk,
            "source": "police", "reasons": ["crime"], "received_on": team.today,
        }  # fmt: skip
        address = client.post(reverse("anchor_new"), new).url
        case = AnchorCase.objects.latest("id")
        post = lambda name, body: client.post(reverse(name, args=[case.pk]), body).status_code
        assert post("anchor_screen", {}) == 422
        assert post("anchor_screen", {"screening": "taken"}) == 302
        assert post("anchor_guardian", {"name": "Father", "told": "no"}) == 422
        assert post("anchor_guardian", {"name": "Father", "told": "yes"}) == 302
        consent = {"seats": [team.seats[team.social].pk], "signed_on": team.today, "signed_how": "paper"}
        consent |= {"expires_on": team.today + timedelta(days=9), "guardian_name": "Father"}
        assert post("anchor_share", consent) == 422
        assert post("anchor_share", consent | {"told_right_to_withdraw": "on"}) == 302
        met = {"held_on": team.today, "present": ["police", "social"], "text_1": "Visit the family"}
        assert post("anchor_meet", met) == 422
        assert post("anchor_meet", met | {"partner_1": team.social.pk}) == 302
        assert post("anchor_guide", {"kind": "child_welfare"}) == 302
        guidance = AnchorGuidance.objects.get(case=case)
        client.post(reverse("anchor_visit", args=[guidance.pk]), {"visit": "kept"})
        page = client.get(address).content.decode()
        assert "Visit the family" in page
        assert "First visit kept" in page
        assert post("anchor_close", {"outcome": "guided"}) == 302
        history = client.get(reverse("history", args=["anchor_case", case.pk])).content.decode()
        assert "Father" in history
        assert "Guided to a service" in history

    def test_a_member_finds_the_sheet_and_marks_its_step(self, team):
        share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.social))
        client, address = team.client(team.professional), reverse("anchor_case", args=[team.case.pk])
        assert address in client.get(reverse("anchor_list")).content.decode()
        assert "Talk at home" in client.get(address).content.decode()
        step = AnchorStep.objects.get()
        assert client.post(reverse("anchor_step_mark", args=[step.pk])).status_code == 302
        assert AnchorStep.objects.get().done_on == team.today
        assert team.client(team.youth_worker).get(address).status_code == 404

    def test_a_unit_sets_up_a_team_and_a_professional_sits_down(self, team):
        client = team.client(team.other_liaison)
        address = client.post(reverse("anchor_team_new"), {"name": "Hill team"}).url
        team_number = int(address.rstrip("/").rpartition("/")[2])
        offer = {"to_partner": team.social.pk, "profession": "social"}
        assert client.post(reverse("anchor_seat_offer", args=[team_number]), offer).status_code == 302
        social = team.client(team.professional)
        assert "I sit here" in social.get(address).content.decode()
        seat = AnchorSeat.objects.latest("id")
        assert social.post(reverse("anchor_seat_take", args=[seat.pk])).status_code == 302
        assert team.professional.user.full_name in client.get(address).content.decode()


class TestTheDoor:
    def test_whoever_leads_a_case_opens_the_record_without_a_reason_and_no_longer_three_months_after(self, team):
        stranger = young(team, 17)
        for person in (team.girl, stranger):
            team.arrest(person, team.today)
        with on_web(team.liaison):
            check_door(team.liaison, team.girl)
            with pytest.raises(NeedsReason):
                check_door(team.liaison, stranger)
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        with on_web(team.liaison):
            check_door(team.liaison, team.girl)
        AnchorCheck.objects.update(looked_on=team.today, result="well")
        past(team, closed_on=team.today - timedelta(days=91))
        with on_web(team.liaison), pytest.raises(NeedsReason):
            check_door(team.liaison, team.girl)


class TestRightsOfThePerson:
    def test_it_is_in_the_file_of_all_data_and_goes_with_erasure(self, team):
        (exchange,) = share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.social))
        run_as(team.liaison, anchor.note_guardian, case=team.case, name="Mother", told="yes")
        with on_web(team.liaison):
            parts = {part.title: str(part.rows) for part in rights.held_about(team.girl)}
        assert "Mother" in parts["Anchor cases"]
        assert "Social services" in parts["Anchor team: shared with"]
        assert "Talk at home" in parts["Anchor team: agreed steps"]
        manager = team.member(team.police, "police_liaison", is_manager=True)
        with pytest.raises(rights.StillNeeded):
            run_as(manager, rights.erase, person=team.girl)
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        run_as(manager, rights.erase, person=team.girl)
        assert not AnchorStep.objects.exists()
        assert AnchorCase.objects.get().guardian_name == ""
        assert AnchorExchange.objects.get(pk=exchange.pk).name == ""

    def test_retention_counts_from_the_end_of_the_case(self, team):
        long_ago = team.today - timedelta(days=365 * 20)
        people = Person.objects.filter(pk=team.girl.pk)
        people.update(changed_at=f"{long_ago} 12:00Z")
        assert not rights.past_retention(people).exists()
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        assert not rights.past_retention(people).exists()
        past(team, received_on=long_ago, closed_on=long_ago)
        assert rights.past_retention(people).exists()


def test_systems_of_both_sides(team):
    police = System(team.member(team.police, "police_liaison", is_manager=True), "anchor:read", "anchor:write")
    social = System(team.member(team.social, "professional", is_manager=True), "anchor:read", "anchor:write")
    boy = young(team, 15)
    concern = {"person": boy.pk, "team": team.team.pk, "from_whom": "police", "reasons": ["crime"]}
    case = police.post("anchor-cases", concern | {"received_on": str(team.today)}, status=201)
    police.post(f"anchor-cases/{case['id']}/screen", {"screening": "taken"})
    assert social.get("anchor-cases")["results"] == []
    share(team, team.social, case=AnchorCase.objects.get(pk=case["id"]))
    (shared_case,) = social.get("anchor-cases")["results"]
    assert (shared_case["person"], shared_case["last_name"]) == (None, "Nurmi")
    police.post(
        "anchor-meetings",
        {
            "case": case["id"], "held_on": str(team.today), "present": ["police", "social"],
            "steps": [{"text": "Talk at home", "partner": team.social.pk}],
        },
        status=201,
    )  # fmt: skip
    (step,) = social.get(f"anchor-steps?case={case['id']}")["results"]
    social.call("put", f"anchor-steps/{step['id']}/done", {"done_on": str(team.today)})
    assert police.get(f"anchor-steps?case={case['id']}")["results"][0]["done_on"] == str(team.today)
    police.post(f"anchor-cases/{case['id']}/close", {"outcome": "no_need"})
    assert social.get("anchor-meetings")["results"] == []
