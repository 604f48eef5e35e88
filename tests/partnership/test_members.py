"""Signing in, the second factor, invitations, acting for one of several partners."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse
from django.utils import timezone

from partnership.audit_trail.models import ReadLog
from partnership.members import actions as members
from partnership.members.models import Invitation, Membership, Role, User
from partnership.members.sign_in import PartnerBackend
from partnership.practices.actions import choose_practices
from partnership.practices.models import Practice
from tests.post import posted
from tests.world import WebClient, World, run_as

PASSWORD = "correct horse battery"


class TestSignIn:
    def test_by_e_mail_and_password(self, world):
        user = world.caseworker.user
        user.set_password(PASSWORD)
        user.save()
        client = WebClient()
        response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert response.status_code == 302
        assert client.get("/").status_code == 200

    def test_a_wrong_password_says_nothing_about_the_account(self, world):
        messages = set()
        for email in (world.caseworker.user.email, "nobody@test.example"):
            response = WebClient().post(reverse("account_login"), {"login": email, "password": "wrong"})
            messages.add(str(response.context["form"].errors))
        assert len(messages) == 1

    def test_nobody_signs_up_uninvited(self, world):
        WebClient().post(
            reverse("account_signup"), {"email": "x@test.example", "password1": PASSWORD, "password2": PASSWORD}
        )
        assert not User.objects.filter(email="x@test.example").exists()

    def test_a_forgotten_password_is_reset_by_e_mail(self, world):
        WebClient().post(reverse("account_reset_password"), {"email": world.caseworker.user.email})
        assert posted()[0].to == [world.caseworker.user.email]

    def test_pages_are_kept_in_no_cache(self, world):
        assert "no-store" in world.client(world.caseworker).get("/")["Cache-Control"]

    def test_the_policy_allows_no_inline_script_or_style_and_no_other_host(self, world):
        response = world.client(world.caseworker).get("/")
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        assert not re.search(
            rb"<script(?![^>]*(src=|application/json))|<[^>]+ style=|<[^>]+ on[a-z]+=", response.content
        )


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def required(self, settings):  # type: ignore[no-untyped-def]
        settings.REQUIRE_SECOND_FACTOR = True

    @pytest.mark.parametrize("role", ["caseworker", "liaison", "data_officer", "coordinator", "auditor"])
    def test_without_one_every_page_leads_to_setting_it_up(self, world, role):
        response = world.client(getattr(world, role)).get("/")
        assert (response.status_code, response.url) == (302, reverse("mfa_index"))

    def test_recovery_codes_alone_are_none(self, world):
        Authenticator.objects.create(user=world.caseworker.user, type="recovery_codes", data={})
        assert world.client(world.caseworker).get("/").status_code == 302

    def test_a_session_that_has_shown_one_opens_the_pages(self, world):
        client = world.client(world.caseworker)
        client.pass_second_factor(world.caseworker.user)
        assert client.get("/").status_code == 200

    def test_setting_up_an_authenticator_app_opens_the_pages(self, world):
        user = world.caseworker.user
        user.set_password(PASSWORD)
        user.save()
        client = WebClient()
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        asked = client.get(reverse("mfa_activate_totp")).url  # for the password once more
        client.post(asked, {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        assert b"data:image/svg+xml" in page.content
        for _again in range(2):  # a code may end while it is sent
            code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
            client.post(reverse("mfa_activate_totp"), {"code": code})
        assert client.get("/").status_code == 200
        # From now on the password alone does not sign in.
        client.post(reverse("account_logout"))
        response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert response.url.startswith(reverse("mfa_authenticate"))
        assert client.get("/").status_code == 302

    def test_the_api_asks_for_it_as_well(self, world):
        assert world.client(world.caseworker).get("/api/v1/referrals").status_code == 403


class TestActing:
    def test_with_several_memberships_the_user_chooses_and_the_page_says_for_whom(self, world):
        user = world.caseworker.user
        second = Membership.objects.create(user=user, partner=world.other_ngo, role=Role.CASEWORKER)
        client = world.client(world.caseworker)
        assert client.get("/").url == "/choose-partner/"
        client.post("/choose-partner/", {"membership": second.pk})
        assert "Bridge" in client.get("/").content.decode()
        referral = world.sent()
        assert client.get(f"/referrals/{referral.pk}/").status_code == 404

    def test_another_ones_membership_cannot_be_chosen(self, world):
        client = world.client(world.caseworker)
        client.post("/choose-partner/", {"membership": world.liaison.membership.pk})
        assert "Anchor" in client.get("/").content.decode()

    def test_an_ended_membership_ends_access_at_once(self, world):
        client = world.client(world.caseworker)
        assert client.get("/").status_code == 200
        Membership.objects.filter(pk=world.caseworker.membership.pk).update(is_active=False)
        assert client.get("/").url == "/choose-partner/"


class TestInvitations:
    def invite(self, world: World, email: str = "new@test.example", role: str = "caseworker") -> str:
        _, token = run_as(world.case_manager, members.invite_member, partner=world.ngo, email=email, role=role)
        return token

    def test_somebody_new_joins(self, world):
        address = reverse("accept_invitation", args=[self.invite(world)])
        client = WebClient()
        assert client.get(address).status_code == 200
        client.post(address, {"full_name": "New Person", "password": PASSWORD})
        membership = Membership.objects.get(user__email="new@test.example")
        assert (membership.partner, membership.role, membership.is_manager) == (world.ngo, "caseworker", False)
        assert client.get("/").status_code == 200

    def test_the_link_is_sent_to_the_invited_address_and_stored_nowhere(
        self, world, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            token = self.invite(world)
        assert token in posted()[0].body
        assert posted()[0].to == ["new@test.example"]
        assert token not in str(Invitation.objects.values())

    def test_it_works_once(self, world):
        address = reverse("accept_invitation", args=[self.invite(world)])
        WebClient().post(address, {"full_name": "New", "password": PASSWORD})
        assert WebClient().get(address).status_code == 410

    @pytest.mark.parametrize(
        "change",
        [{"expires_at": timezone.now() - timedelta(1)}, {"revoked_at": timezone.now()}],
        ids=["expired", "revoked"],
    )
    def test_a_closed_one_does_not_work(self, world, change):
        token = self.invite(world)
        Invitation.objects.update(**change)
        assert WebClient().get(reverse("accept_invitation", args=[token])).status_code == 410

    def test_a_known_user_signs_in_first_and_only_the_invited_one_can_accept(self, world):
        token = self.invite(world, email=world.other_caseworker.user.email)
        address = reverse("accept_invitation", args=[token])
        assert WebClient().get(address).url.startswith(reverse("account_login"))
        world.client(world.liaison).post(address)
        assert not Membership.objects.filter(user=world.liaison.user, partner=world.ngo).exists()
        world.client(world.other_caseworker).post(address)
        assert Membership.objects.filter(user=world.other_caseworker.user, partner=world.ngo).exists()

    def test_nobody_takes_a_known_users_place_with_a_password_of_their_own(self, world):
        token = self.invite(world, email=world.other_caseworker.user.email)
        with pytest.raises(members.InvitationClosed, match="You have an account"):
            members.accept_invitation(token=token, user=None, full_name="Somebody", password=PASSWORD)
        assert world.other_caseworker.user.check_password("x" * 14)

    def test_a_role_fits_the_kind_of_partner(self, world):
        with pytest.raises(members.RoleDoesNotFit):
            self.invite(world, role="coordinator")

    def test_a_weak_password_is_refused_and_what_was_typed_is_kept(self, world):
        address = reverse("accept_invitation", args=[self.invite(world)])
        response = WebClient().post(address, {"full_name": "New Person", "password": "short"})
        assert b"New Person" in response.content
        assert not User.objects.filter(email="new@test.example").exists()

    def test_it_is_open_for_two_weeks(self, world, set_clock):
        address = reverse("accept_invitation", args=[self.invite(world)])
        now = timezone.now()
        set_clock(now + timedelta(days=13, hours=23))
        assert WebClient().get(address).status_code == 200
        set_clock(now + timedelta(days=14, minutes=1))
        assert WebClient().get(address).status_code == 410

    def test_a_second_one_to_the_same_address_takes_the_place_of_the_first(self, world):
        first, second = self.invite(world), self.invite(world)
        assert WebClient().get(reverse("accept_invitation", args=[first])).status_code == 410
        assert WebClient().get(reverse("accept_invitation", args=[second])).status_code == 200

    def test_who_is_a_member_already_is_not_invited(self, world):
        with pytest.raises(members.AlreadyMember):
            self.invite(world, email=world.caseworker.user.email.upper())

    def change(self, world, acting, by=None, **more):
        terms = {"role": acting.role, "is_manager": acting.is_manager, "is_active": True} | more
        run_as(by or world.case_manager, members.change_member, membership=acting.membership, **terms)

    def test_a_changed_role_fits_the_kind_of_partner_too(self, world):
        with pytest.raises(members.RoleDoesNotFit):
            self.change(world, world.caseworker, role="police_liaison")

    def test_beside_another_manager_one_may_go(self, world):
        second = world.member(world.ngo, Role.CASEWORKER, is_manager=True)
        self.change(world, world.case_manager, is_manager=False)
        with pytest.raises(members.LastManager):
            self.change(world, second, by=second, is_active=False)

    @pytest.mark.parametrize("table", [Membership, User], ids=["membership ended", "user ended"])
    def test_a_manager_who_is_there_no_longer_does_not_count(self, world, table):
        second = world.member(world.ngo, Role.CASEWORKER, is_manager=True)
        record = second.membership if table is Membership else second.user
        table.objects.filter(pk=record.pk).update(is_active=False)
        with pytest.raises(members.LastManager):
            self.change(world, world.case_manager, is_active=False)

    def test_the_last_manager_stays(self, world):
        with pytest.raises(members.LastManager):
            run_as(
                world.case_manager,
                members.change_member,
                membership=world.case_manager.membership,
                role="case_manager",
                is_manager=False,
                is_active=True,
            )

    def test_a_coordinator_takes_in_a_partner_and_invites_its_manager(self, world):
        form = {"name": "New NGO", "kind": "ngo", "manager_email": "boss@test.example", "manager_role": "case_manager"}
        world.client(world.coordinator).post("/partners/new/", form)
        invitation = Invitation.objects.get(email="boss@test.example")
        assert (invitation.partner.name, invitation.is_manager) == ("New NGO", True)


class TestLogOfReads:
    def test_who_opens_a_persons_data_leaves_a_line(self, world):
        person = world.person(world.ngo)
        world.client(world.caseworker).get(f"/people/{person.pk}/")
        read = ReadLog.objects.get()
        assert (read.user, read.partner, read.what, read.object_id) == (
            world.caseworker.user,
            world.ngo,
            "person",
            person.pk,
        )

    def test_a_page_that_was_refused_is_an_attempt_and_no_reading(self, world):
        person = world.person(world.ngo)
        world.client(world.other_caseworker).get(f"/people/{person.pk}/")
        assert ReadLog.objects.get().is_refused

    def test_the_coordinator_opens_a_referral_without_a_person_in_it(self, world):
        referral = world.sent()
        body = world.client(world.coordinator).get(f"/referrals/{referral.pk}/").content.decode()
        assert "Meikäläinen" not in body
        assert world.liaison.user.full_name not in body
        assert not ReadLog.objects.exists()


class TestWhoIsLoadedForARequest:
    def test_it_is_what_the_query_says_for_each_of_them_by_turns(self, world):
        run_as(world.case_manager, choose_practices, practices=[Practice.BEDS])
        Membership.objects.create(user=world.caseworker.user, partner=world.other_ngo, role=Role.CASEWORKER)
        world.liaison.membership.is_active = False
        world.liaison.membership.save()
        numbers = []
        for acting in (world.caseworker, world.case_manager, world.liaison, world.auditor, world.caseworker):
            loaded = PartnerBackend().get_user(acting.user.pk)
            asked = list(Membership.objects.for_signing_in(acting.user.pk))
            assert loaded == acting.user
            assert hasattr(loaded, "_memberships") == bool(asked), "loaded once more"
            memberships = loaded.memberships_in_use()
            numbers.append(len(memberships))
            assert memberships == asked
            assert [each.practices for each in memberships] == [each.practices for each in asked]
            assert [each.passwords_work for each in memberships] == [each.passwords_work for each in asked]
            assert [vars(each.partner) | {"_state": 0} for each in memberships] == [
                vars(each.partner) | {"_state": 0} for each in asked
            ]
            assert {each.user for each in memberships} <= {acting.user}
        assert numbers == [2, 1, 0, 1, 2]
