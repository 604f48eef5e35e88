"""A care team across organisations: each sees what is shared with it while the person consents, and nothing else, whatever it tries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from cases.enrolments import actions as enrolments
from cases.planning import actions as planning
from cases.plans import actions as plans
from cases.rights import actions as rights
from cases.team import actions as team
from cases.team.models import TeamItem, TeamMember
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import Invalid, NotAParty
from referrals.consents import actions as consents
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as

CONSENT = {"signed_how": "paper", "told_right_to_withdraw": True}


@shared
def case(world):
    """Somebody at the NGO with a goal, a step, an appointment and a note; another NGO is in the care team, health services as well."""
    us = world.caseworker
    world.part = world.enrolment(started_on=world.today - timedelta(days=30), responsible=us.user)
    world.goal = run_as(us, enrolments.add_goal, enrolment=world.part, area="housing", text="A flat of my own")
    run_as(us, plans.add_step, goal=world.goal, text="Apply for it", whose="person")
    run_as(us, enrolments.add_note, enrolment=world.part, text="Told me about his brother.")
    run_as(
        us, planning.make_appointment, enrolment=world.part, starts_at=timezone.now() + timedelta(days=2), minutes=60,
        method="cbt", place="", responsible=us.user,
    )  # fmt: skip
    world.clinic = world.partner("Clinic", "health")
    world.nurse = world.member(world.clinic, "professional")
    world.agreement.parties.add(world.clinic)
    world.bridge = add(world, world.other_ngo)
    return world


def add(case, partner, part="peer", by=None, **more):
    days = {"signed_on": case.today, "expires_on": case.today + timedelta(days=90)}
    return run_as(
        by or case.caseworker, team.add_member, enrolment=case.part, to_partner=partner, part=part,
        **(CONSENT | days | more),
    )  # fmt: skip


def write(acting, member, text, kind="message", **more):
    return run_as(acting, team.write_item, member=member, kind=kind, text=text, **more)


def seen(acting) -> list[str]:
    with on_web(acting):
        return [item.text for item in TeamItem.objects.order_by("id")]


class TestSharing:
    def test_the_plan_as_it_is_and_no_note(self, case):
        assert run_as(case.caseworker, team.share_plan, enrolment=case.part) == 1
        texts = seen(case.other_caseworker)
        assert texts[:2] == ["A flat of my own", "Apply for it"]
        assert len(texts) == 3
        assert not any("brother" in text for text in texts)

    def test_shared_again_it_takes_the_place_of_what_was_shared_before(self, case):
        for _time in range(2):
            run_as(case.caseworker, team.share_plan, enrolment=case.part)
        assert len(seen(case.other_caseworker)) == 3

    def test_each_member_sees_its_own_rows_and_the_lead_all(self, case):
        clinic = add(case, case.clinic, "health")
        write(case.caseworker, case.bridge, "To Bridge")
        write(case.caseworker, clinic, "To the clinic")
        assert seen(case.other_caseworker) == ["To Bridge"]
        assert seen(case.nurse) == ["To the clinic"]
        assert seen(case.caseworker) == ["To Bridge", "To the clinic"]
        assert seen(case.liaison) == seen(case.coordinator) == []

    def test_a_member_writes_to_the_lead_and_marks_a_task(self, case):
        write(case.other_caseworker, case.bridge, "He came on Monday")
        task = write(case.caseworker, case.bridge, "Call him", "task", due_on=case.today)
        run_as(case.other_caseworker, team.mark_item, item=task, done_on=case.today)
        assert "He came on Monday" in seen(case.caseworker)
        assert TeamItem.objects.get(pk=task.pk).done_on == case.today

    def test_a_message_is_not_done(self, case):
        with pytest.raises(Invalid):
            run_as(case.caseworker, team.mark_item, item=write(case.caseworker, case.bridge, "x"), done_on=case.today)

    def test_the_other_party_is_told(self, case):
        write(case.other_caseworker, case.bridge, "Hello")
        (told,) = OutboxEvent.objects.get(kind="care_team.written").payload["tell"]
        assert told["partner"] == case.ngo.pk


class TestWhoJoins:
    def test_never_police_nor_the_lead_itself(self, case):
        for partner in (case.police, case.prosecutors, case.ngo):
            with pytest.raises(team.NotInACareTeam):
                add(case, partner)

    def test_once_at_a_time(self, case):
        with pytest.raises(team.AlreadyInTeam):
            add(case, case.other_ngo)

    def test_not_without_an_agreement(self, case):
        case.agreement.parties.remove(case.clinic)
        with pytest.raises(team.NoTeamAgreement):
            add(case, case.clinic)


class TestTheEnd:
    @pytest.fixture(autouse=True)
    def shared(self, case):
        write(case.caseworker, case.bridge, "Hello")
        assert seen(case.other_caseworker) == ["Hello"]

    def test_withdrawing_the_consent_removes_the_rows_at_once(self, case):
        run_as(case.caseworker, consents.withdraw_consent, consent=case.bridge.consent)
        assert not TeamItem.objects.exists()
        assert seen(case.other_caseworker) == []
        with on_web(case.other_caseworker):
            assert not TeamMember.objects.exists()
        with pytest.raises(team.LeftTheTeam):
            write(case.caseworker, case.bridge, "Still there?")

    def test_the_day_after_the_consent_nothing_is_seen_without_any_job(self, case):
        consent = Consent.objects.filter(pk=case.bridge.consent_id)
        consent.update(signed_on=case.today - timedelta(days=9), expires_on=case.today - timedelta(days=1))
        assert seen(case.other_caseworker) == []

    def test_ending_the_part_does_the_same(self, case):
        with pytest.raises(NotAParty):
            run_as(case.other_caseworker, team.end_member, member=case.bridge)
        run_as(case.caseworker, team.end_member, member=case.bridge)
        assert not TeamItem.objects.exists()
        assert add(case, case.other_ngo)

    def test_an_agreement_that_ended_shows_nothing(self, case):
        type(case.agreement).objects.filter(pk=case.agreement.pk).update(ended_on=case.today)
        assert seen(case.other_caseworker) == []


class TestAHostileMember:
    """SQL of its choice in a connection of the web role."""

    def run(self, acting, sql, *values):
        with on_web(acting), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.rowcount

    def test_reads_nothing_of_the_case_behind_it(self, case):
        for table in ("cases_enrolment", "cases_person", "cases_note", "cases_goal", "cases_plan", "cases_assessment"):
            assert self.run(case.other_caseworker, f"SELECT FROM {table}") == 0

    def test_neither_changes_nor_removes_what_the_lead_wrote(self, case):
        write(case.caseworker, case.bridge, "Hello")
        assert self.run(case.other_caseworker, "DELETE FROM cases_teamitem") == 0
        assert self.run(case.other_caseworker, "UPDATE cases_teammember SET ended_on = NULL") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            self.run(case.other_caseworker, "UPDATE cases_teamitem SET text = 'x'")

    def test_writes_in_no_other_name_and_into_no_other_team(self, case):
        clinic = add(case, case.clinic, "health")
        item = (
            "INSERT INTO cases_teamitem (from_partner_id, to_partner_id, member_id, kind, text, author_partner_id, author_id,"
            " written_at) VALUES (%s, %s, %s, 'message', 'x', %s, %s, now())"
        )
        us, them, user = case.ngo.pk, case.other_ngo.pk, case.other_caseworker.user.pk
        for values in (
            (us, them, case.bridge.pk, us, user),
            (us, them, case.bridge.pk, them, case.caseworker.user.pk),
            (us, case.clinic.pk, clinic.pk, them, user),
            (us, them, clinic.pk, them, user),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                self.run(case.other_caseworker, item, *values)

    def test_makes_no_member_of_anybody(self, case):
        member = (
            "INSERT INTO cases_teammember (from_partner_id, to_partner_id, enrolment_id, person_id, consent_id, agreement_id, part,"
            " first_names, last_name, since, added_by_id) SELECT from_partner_id, to_partner_id, enrolment_id, person_id,"
            " consent_id, agreement_id, part, '', '', since, %s FROM cases_teammember"
        )
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            self.run(case.other_caseworker, member, case.other_caseworker.user.pk)


class TestPages:
    def test_the_lead_adds_shares_and_sees_what_each_sees(self, case):
        client, address = case.client(case.caseworker), reverse("care_team", args=[case.part.pk])
        body = {"member-to_partner": case.clinic.pk, "member-part": "health", "member-signed_on": case.today}
        body |= {"member-expires_on": case.today + timedelta(days=9), "member-signed_how": "paper"}
        assert client.post(reverse("team_add", args=[case.part.pk]), body).status_code == 422
        body["member-told_right_to_withdraw"] = "on"
        assert client.post(reverse("team_add", args=[case.part.pk]), body).status_code == 302
        assert client.post(reverse("team_share", args=[case.part.pk])).status_code == 302
        page = client.get(address).content.decode()
        assert "Clinic" in page
        assert page.count("A flat of my own") == 2

    def test_a_member_finds_it_answers_and_marks(self, case):
        task = write(case.caseworker, case.bridge, "Call him", "task")
        client, address = case.client(case.other_caseworker), reverse("care_team_part", args=[case.bridge.pk])
        assert address in client.get(reverse("care_team_list")).content.decode()
        assert "Call him" in client.get(address).content.decode()
        reply = {"write-kind": "message", "write-text": "Done"}
        assert client.post(reverse("team_reply", args=[case.bridge.pk]), reply).status_code == 302
        assert client.post(reverse("team_mark", args=[task.pk])).status_code == 302
        assert seen(case.caseworker) == ["Call him", "Done"]

    def test_the_lead_writes_to_those_whom_it_chose(self, case):
        clinic = add(case, case.clinic, "health")
        body = {"write-kind": "message", "write-text": "Meet on Friday", "write-to": [clinic.pk]}
        assert case.client(case.caseworker).post(reverse("team_write", args=[case.part.pk]), body).status_code == 302
        assert (seen(case.nurse), seen(case.other_caseworker)) == (["Meet on Friday"], [])


def test_it_is_in_the_file_of_all_data_and_goes_with_erasure(case):
    write(case.caseworker, case.bridge, "Meet on Friday")
    person = case.part.person
    with on_web(case.caseworker):
        parts = {part.title: str(part.rows) for part in rights.held_about(person)}
    assert "Bridge" in parts["Care team"]
    assert "Meet on Friday" in parts["Shared in the care team"]
    run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="moved")
    run_as(case.case_manager, rights.erase, person=person)
    assert not TeamMember.objects.exists()
    assert not TeamItem.objects.exists()


def test_systems_of_both_sides(case):
    ours = System(case.case_manager, "teams:read", "teams:write")
    theirs = System(case.member(case.other_ngo, "case_manager", is_manager=True), "teams:read", "teams:write")
    task = ours.post(
        "team-items", {"member": case.bridge.pk, "kind": "task", "text": "Call", "due_on": str(case.today)}, status=201
    )
    (received,) = theirs.get("team-items")["results"]
    assert received["text"] == "Call"
    theirs.call("put", f"team-items/{task['id']}/done", {"done_on": str(case.today)})
    assert ours.get(f"team-items?member={case.bridge.pk}")["results"][0]["done_on"] == str(case.today)
    ours.post(f"team-members/{case.bridge.pk}/end")
    assert theirs.get("team-items")["results"] == theirs.get("team-members")["results"] == []
