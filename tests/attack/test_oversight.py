"""What somebody tries who wants nobody to look: making themself auditor, ending the auditor, auditing from elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.actions import NotAllowed
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import Acting
from partnership.members import actions as members
from partnership.members.models import Invitation, Membership, Partner, Role, RoleChange, User
from tests.post import posted
from tests.shared_worlds import shared
from tests.world import WebClient, World, on_web, run_as


@shared
def second(world: World) -> Acting:
    """Another manager of the office."""
    return world.member(world.office, Role.COORDINATOR, is_manager=True)


def change(by: Acting, of: Acting, **terms: object) -> None:
    terms = {"role": of.role, "is_manager": of.is_manager, "is_active": True} | terms
    run_as(by, members.change_member, membership=of.membership, **terms)


def propose(by: Acting, of: Acting, **terms: object) -> RoleChange:
    terms = {"role": of.role, "is_manager": of.is_manager, "is_active": True} | terms
    return run_as(by, members.propose_auditor, membership=of.membership, **terms)


def role_of(acting: Acting) -> tuple[str, bool]:
    membership = Membership.objects.get(pk=acting.membership.pk)
    return membership.role, membership.is_active


class TestAlone:
    @pytest.mark.parametrize("terms", [{"is_active": False}, {"role": "coordinator"}, {"is_manager": True}], ids=str)
    def test_nobody_ends_or_changes_the_auditor(self, world, terms):
        with pytest.raises(members.NeedsSecondPerson):
            change(world.coordinator, world.auditor, **terms)

    def test_nobody_makes_themself_auditor(self, world, second):
        with pytest.raises(members.NeedsSecondPerson):
            change(second, second, role="auditor")

    def test_nobody_invites_an_auditor_of_their_own_choosing(self, world):
        with pytest.raises(members.NeedsSecondPerson):
            run_as(
                world.coordinator, members.invite_member, partner=world.office, email="x@test.example", role="auditor"
            )

    def test_nobody_confirms_what_they_proposed(self, world):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        with pytest.raises(members.NotTheSecondPerson):
            run_as(world.coordinator, members.confirm_auditor, change=proposal)
        assert role_of(world.auditor) == ("auditor", True)

    def test_another_coordinator_who_manages_nobody_does_not_confirm(self, world):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        with pytest.raises(members.NotTheSecondPerson):
            run_as(world.member(world.office, Role.COORDINATOR), members.confirm_auditor, change=proposal)

    def test_nobody_from_another_partner_confirms(self, world):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        with pytest.raises(Exception, match=r"does not include this|Only the partner"):
            run_as(world.case_manager, members.confirm_auditor, change=proposal)

    def test_whoever_is_to_become_auditor_does_not_confirm_while_others_can(self, world, second):
        proposal = propose(world.coordinator, second, role="auditor")
        with pytest.raises(members.NotTheSecondPerson):
            run_as(second, members.confirm_auditor, change=proposal)

    def test_an_auditor_proposes_nothing(self, world):
        with pytest.raises(NotAllowed):
            propose(world.auditor, world.coordinator, role="auditor")

    def test_an_administrator_does_not_close_the_auditors_account(self, world):
        from partnership.accounts import actions as accounts

        administrator = User.objects.create_superuser("admin@test.example", "x" * 14, full_name="Admin")
        for action, more in (
            (accounts.close_account, {"is_active": False}),
            (accounts.change_address, {"address": "mine@test.example"}),
            (accounts.remove_second_factor, {}),
        ):
            with pytest.raises(members.NeedsSecondPerson):
                action(administrator=administrator, account=world.auditor.user, **more)


class TestBySql:
    """As the web role, in the context of the office's manager."""

    def refused(self, by: Acting, write) -> None:
        with pytest.raises(DatabaseError), on_web(by):
            write()

    @pytest.mark.parametrize("terms", [{"is_active": False}, {"role": "coordinator"}, {"is_manager": True}], ids=str)
    def test_the_auditors_membership_is_not_changed(self, world, terms):
        of = Membership.objects.filter(pk=world.auditor.membership.pk)
        self.refused(world.coordinator, lambda: of.update(**terms))

    def test_nobody_becomes_auditor(self, world, second):
        of = Membership.objects.filter(pk=second.membership.pk)
        self.refused(second, lambda: of.update(role="auditor"))

    def test_no_auditor_is_added_or_invited(self, world):
        stranger = world.other_caseworker.user
        terms = {"partner": world.office, "role": "auditor"}
        self.refused(world.coordinator, lambda: Membership.objects.create(user=stranger, **terms))
        invitation = {"email": "x@test.example", "token_hash": "x", "invited_by": world.coordinator.user}
        later = {"expires_at": timezone.now() + timedelta(1)}
        self.refused(world.coordinator, lambda: Invitation.objects.create(**terms, **invitation, **later))

    def test_an_invitation_does_not_become_an_auditors(self, world):
        invitation, _token = run_as(
            world.coordinator, members.invite_member, partner=world.office, email="x@test.example", role="coordinator"
        )
        self.refused(world.coordinator, lambda: Invitation.objects.filter(pk=invitation.pk).update(role="auditor"))

    def test_an_agreement_of_two_is_not_made_up(self, world, second):
        of = Membership.objects.filter(pk=world.auditor.membership.pk)
        proposal = {
            "partner": world.office, "membership": world.auditor.membership, "person": world.auditor.user, "role": "auditor",
            "is_manager": False, "is_active": False,
        }  # fmt: skip
        decided = {"state": "confirmed", "decided_at": TransactionNow()}
        for proposed_by, decided_by in ((world.coordinator, second), (second, world.coordinator), (second, second)):
            made_up = proposal | decided | {"proposed_by": proposed_by.user, "decided_by": decided_by.user}
            self.refused(world.coordinator, lambda made_up=made_up: RoleChange.objects.create(**made_up))
        own = propose(world.coordinator, world.auditor, is_active=False)

        def confirm(**more: object) -> None:
            RoleChange.objects.filter(pk=own.pk).update(**decided, **more)
            of.update(is_active=False)

        self.refused(world.coordinator, lambda: confirm(decided_by=world.coordinator.user))
        self.refused(world.coordinator, lambda: confirm(decided_by=second.user))
        assert role_of(world.auditor) == ("auditor", True)

    def test_what_was_agreed_on_is_not_changed_on_the_way(self, world, second):
        proposal = propose(world.coordinator, world.auditor, role="coordinator")
        self.refused(
            second, lambda: RoleChange.objects.filter(pk=proposal.pk).update(is_active=False, decided_by=second.user)
        )

    def test_an_agreement_of_yesterday_is_used_up(self, world, second):
        RoleChange.objects.create(
            partner=world.office, membership=world.auditor.membership, person=world.auditor.user, role="auditor",
            is_manager=False, is_active=False, state="confirmed", proposed_by=world.coordinator.user, decided_by=second.user,
            decided_at=timezone.now() - timedelta(1),
        )  # fmt: skip
        of = Membership.objects.filter(pk=world.auditor.membership.pk)
        self.refused(world.coordinator, lambda: of.update(is_active=False))

    @pytest.mark.parametrize("role", ["auditor", "coordinator"])
    def test_nobody_oversees_from_elsewhere(self, world, role):
        of = Membership.objects.filter(pk=world.caseworker.membership.pk)
        self.refused(world.case_manager, lambda: of.update(role=role))

    def test_the_office_is_one_and_stays_it(self, world):
        offices = Partner.objects.filter(pk=world.office.pk)
        self.refused(world.coordinator, lambda: Partner.objects.filter(pk=world.ngo.pk).update(kind="coordination"))
        self.refused(world.coordinator, lambda: Partner.objects.create(name="Another", kind="coordination"))
        self.refused(world.coordinator, lambda: offices.update(is_active=False))

    def test_a_coordinator_adds_no_manager_to_a_partner_that_has_one(self, world):
        terms = {
            "partner": world.ngo, "email": "x@test.example", "role": "case_manager", "is_manager": True, "token_hash": "x",
            "invited_by": world.coordinator.user, "expires_at": timezone.now() + timedelta(1),
        }  # fmt: skip
        self.refused(world.coordinator, lambda: Invitation.objects.create(**terms))


class TestFromElsewhere:
    @pytest.mark.parametrize("kind", ["ngo", "police"])
    def test_an_auditor_of_another_partner_acts_for_nobody(self, world, kind):
        partner = world.ngo if kind == "ngo" else world.police
        acting = world.member(partner, Role.AUDITOR)
        assert world.client(acting).get("/read-log/").url == "/choose-partner/"

    def test_there_is_one_office(self, world):
        with pytest.raises(IntegrityError), transaction.atomic():
            world.partner("Second office", Partner.Kind.COORDINATION)


class TestByTwo:
    def test_another_manager_confirms_and_the_auditor_is_told(self, world, second, django_capture_on_commit_callbacks):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        outbox.relay()
        told = Notification.objects.filter(kind="auditor.proposed").values_list("user", flat=True)
        assert set(told) == {second.user.pk, world.auditor.user.pk}
        with django_capture_on_commit_callbacks(execute=True):
            run_as(second, members.confirm_auditor, change=proposal)
        assert role_of(world.auditor) == ("auditor", False)
        assert [world.auditor.user.email] in [message.to for message in posted()]

    def test_the_auditor_concerned_confirms(self, world, django_capture_on_commit_callbacks):
        User.objects.create_superuser("admin@test.example", "x" * 14, full_name="Admin")
        with django_capture_on_commit_callbacks(execute=True):
            self.end_by_the_auditor(world)
        assert [message.to for message in posted()] == [[world.auditor.user.email]]

    def end_by_the_auditor(self, world) -> None:
        run_as(
            world.auditor, members.confirm_auditor, change=propose(world.coordinator, world.auditor, is_active=False)
        )
        assert role_of(world.auditor) == ("auditor", False)

    def test_an_auditor_confirms_another(self, world, django_capture_on_commit_callbacks):
        proposal = run_as(world.coordinator, members.propose_auditor, email="second@test.example")
        with django_capture_on_commit_callbacks(execute=True):
            run_as(world.auditor, members.confirm_auditor, change=proposal)
        assert Invitation.objects.get(email="second@test.example").role == Role.AUDITOR
        link = posted()[0].body.split("http://testserver")[1].split()[0]
        WebClient().post(link, {"full_name": "Second", "password": "correct horse battery"})
        assert Membership.objects.get(user__email="second@test.example").role == Role.AUDITOR

    def test_who_rejects_leaves_everything_as_it_was(self, world, second):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        run_as(world.auditor, members.reject_auditor, change=proposal)
        with pytest.raises(members.RoleChangeClosed):
            run_as(second, members.confirm_auditor, change=proposal)
        assert role_of(world.auditor) == ("auditor", True)

    def test_who_proposed_takes_it_back(self, world):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        run_as(world.coordinator, members.reject_auditor, change=proposal)
        assert RoleChange.objects.get(pk=proposal.pk).state == "rejected"

    def test_the_first_auditor_of_a_single_manager_is_invited_and_administrators_are_told(
        self, world, django_capture_on_commit_callbacks
    ):
        User.objects.create_superuser("admin@test.example", "x" * 14, full_name="Admin")
        Membership.objects.filter(pk=world.auditor.membership.pk).update(is_active=False)
        with django_capture_on_commit_callbacks(execute=True):
            _invitation, token = run_as(
                world.coordinator,
                members.invite_member,
                partner=world.office,
                email="first@test.example",
                role="auditor",
            )
        assert {message.to[0] for message in posted()} == {"admin@test.example", "first@test.example"}
        WebClient().post(
            reverse("accept_invitation", args=[token]), {"full_name": "First", "password": "correct horse battery"}
        )
        assert Membership.objects.get(user__email="first@test.example").role == Role.AUDITOR

    def test_a_member_agrees_to_become_the_first_auditor(self, world, django_capture_on_commit_callbacks):
        User.objects.create_superuser("admin@test.example", "x" * 14, full_name="Admin")
        with django_capture_on_commit_callbacks(execute=True):
            self.become_the_first(world)
        assert "admin@test.example" in [message.to[0] for message in posted()]

    def become_the_first(self, world) -> None:
        Membership.objects.filter(pk=world.auditor.membership.pk).update(is_active=False)
        member = world.member(world.office, Role.COORDINATOR)
        run_as(member, members.confirm_auditor, change=propose(world.coordinator, member, role="auditor"))
        assert role_of(member) == ("auditor", True)

    def test_what_is_not_about_auditors_one_manager_decides(self, world):
        member = world.member(world.office, Role.COORDINATOR)
        change(world.coordinator, member, is_active=False)
        assert role_of(member) == ("coordinator", False)

    def test_on_the_pages(self, world, second):
        manager, auditor = world.client(world.coordinator), world.client(world.auditor)
        answer = manager.post(
            reverse("member", args=[world.auditor.membership.pk]), {"role": "coordinator", "is_active": "on"}
        )
        assert answer.url == reverse("role_changes")
        proposal = RoleChange.objects.get()
        assert "Confirm" not in manager.get(answer.url).content.decode().split("<main")[1]
        page = auditor.get(answer.url).content.decode()
        assert f"{world.auditor.user.full_name} becomes: Coordinator" in page
        auditor.post(reverse("role_change_confirm", args=[proposal.pk]))
        assert role_of(world.auditor) == ("coordinator", True)
        assert (
            world.client(second).post(reverse("role_change_confirm", args=[proposal.pk]), follow=True).status_code
            == 200
        )
        manager.post(reverse("member_list"), {"email": "next@test.example", "role": "auditor"})
        assert RoleChange.objects.filter(email="next@test.example", state="proposed").exists()

    def test_it_stands_in_the_history(self, world, second):
        proposal = propose(world.coordinator, world.auditor, is_active=False)
        run_as(second, members.confirm_auditor, change=proposal)
        client = world.client(second)
        for record, number in (("role_change", proposal.pk), ("member", world.auditor.membership.pk)):
            assert second.user.full_name in client.get(reverse("history", args=[record, number])).content.decode()
