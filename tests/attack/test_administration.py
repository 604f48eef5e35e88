"""What an administrator of the service tries, who may make partners and districts and must not see a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from partnership.accounts import actions as accounts
from partnership.actions import NotAllowed
from partnership.agreements.models import Agreement
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import Acting, enter, signing_in
from partnership.members import actions as members
from partnership.members.models import District, Invitation, Membership, Partner, User
from partnership.project import administration
from tests.post import posted
from tests.world import WebClient, database_role

PASSWORD = "correct horse battery"


@pytest.fixture
def administrator(db) -> User:
    cache.clear()
    return User.objects.create_superuser("admin@test.example", PASSWORD, full_name="Admin")


@pytest.fixture
def client(administrator) -> WebClient:
    client = WebClient()
    client.force_login(administrator)
    return client


def addresses(patterns: Any = None, prefix: str = "/admin/") -> Iterator[str]:
    """Every address below /admin/, with numbers that stand for records."""
    if patterns is None:
        (below,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "admin/")
        patterns = below.url_patterns
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("<path:object_id>", "1").replace(r"^(?P<app_label>", "").rstrip(
            "$"
        )
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "(?P<url>" not in route:
            yield route if "|" not in route and ")" not in route else prefix + "partnership/"


class TestOneWayIn:
    def test_there_is_no_other_sign_in(self, administrator):
        response = WebClient().post("/admin/login/", {"username": administrator.email, "password": PASSWORD})
        assert response.url == f"{reverse('account_login')}?next=/admin/"

    def test_its_sign_in_asks_the_second_factor_where_one_is_required(self, client, settings):
        settings.REQUIRE_SECOND_FACTOR = True
        for address in addresses():
            if address not in {"/admin/login/"}:
                assert client.get(address).url == reverse("mfa_index"), address

    def test_every_address_asks_to_sign_in(self, db):
        for address in addresses():
            assert WebClient().get(address).url.startswith(reverse("account_login")), address

    def test_every_address_is_closed_to_others(self, world):
        others = world.client(world.coordinator)
        for address in addresses():
            if address != "/admin/login/":
                assert others.get(address).status_code == 403, address

    def test_an_administrator_who_left_is_out(self, client, administrator):
        User.objects.filter(pk=administrator.pk).update(is_active=False)
        assert client.get("/admin/").url.startswith(reverse("account_login"))

    def test_whoever_no_longer_administers_is_out(self, client, administrator):
        User.objects.filter(pk=administrator.pk).update(is_staff=False)
        assert client.get("/admin/").status_code == 403


class TestWhatItShows:
    def test_is_a_short_list_and_nothing_that_lets_anybody_in(self):
        assert set(administration.site._registry) == {District, Partner, Agreement}

    def test_djangos_own_site_is_empty_and_has_no_address(self):
        assert set(admin.site._registry) == set()

    def test_no_address_of_it_names_anything_else(self):
        names = {address.split("/")[3] for address in addresses() if address.count("/") > 4}
        assert names == {"district", "partner", "agreement"}

    @pytest.mark.parametrize(
        "path",
        [
            "partnership/user", "partnership/membership", "partnership/credential", "partnership/apiclient", "account/emailaddress",
            "mfa/authenticator", "sessions/session", "auth/group", "auth/permission", "oauth2_provider/accesstoken",
            "cases/person", "autocomplete", "r/1/1",
        ],
    )  # fmt: skip
    def test_guessed_addresses_lead_nowhere(self, client, path):
        for address in (f"/admin/{path}/", f"/admin/{path}/add/"):
            assert client.get(address).status_code == 404

    def test_its_pages_open(self, client, world):
        for name in (
            "index",
            "partnership_partner_changelist",
            "partnership_district_add",
            "partnership_agreement_add",
        ):
            assert client.get(reverse(f"admin:{name}")).status_code == 200
        assert client.get(reverse("admin:partnership_partner_change", args=[world.ngo.pk])).status_code == 200

    def test_nothing_is_deleted_there(self, client, world):
        for model, record in (("partner", world.ngo), ("district", world.hill), ("agreement", world.agreement)):
            assert (
                client.post(reverse(f"admin:partnership_{model}_delete", args=[record.pk]), {"post": "yes"}).status_code
                == 403
            )

    def test_without_superuser_status_it_is_the_same(self, world):
        user = world.caseworker.user
        User.objects.filter(pk=user.pk).update(is_staff=True)
        assert world.client(world.caseworker).get(reverse("admin:partnership_partner_changelist")).status_code == 200

    def test_an_administrator_without_a_membership_sees_no_person(self, client, world):
        person = world.person(world.ngo)
        for address in ("/people/", f"/people/{person.pk}/", "/api/v1/persons"):
            assert client.get(address).status_code in {302, 403}


class TestWhatItDoesToAccounts:
    """Nothing of it lets the administrator in, or happens unseen."""

    def address(self, name: str, acting: Acting) -> str:
        return reverse(name, args=[acting.user.pk])

    def told(self, world, acting: Acting) -> None:
        outbox.relay()
        notification = Notification.objects.get(kind="account.changed", user=world.case_manager.user)
        assert notification.partner == world.ngo
        page = world.client(world.case_manager).get(notification.url).content.decode()
        assert "Admin" in page
        assert "by an administrator" in page

    def rests_until_a_manager_agrees(self, world, acting: Acting) -> None:
        """Whoever stands behind the account now acts for nobody before somebody who knows the person says so."""
        acting.user.refresh_from_db()
        assert world.client(acting).get("/").url == "/choose-partner/"
        notification = Notification.objects.get(kind="membership.rests", user=world.case_manager.user)
        terms = {"role": acting.role, "is_active": "on"}
        world.client(world.case_manager).post(notification.url, terms)
        assert world.client(acting).get("/").status_code == 200

    def test_of_a_partners_only_manager_the_office_is_told(self, client, world):
        client.post(self.address("account", world.case_manager), {"address": "mine@test.example"})
        assert Membership.objects.get(pk=world.case_manager.membership.pk).is_active
        outbox.relay()
        assert Notification.objects.filter(kind="manager.changed", user=world.coordinator.user).exists()

    def test_a_changed_address_is_told_to_the_old_one_and_the_managers_and_signs_in_once_confirmed(self, client, world):
        user, session = world.caseworker.user, world.client(world.caseworker)
        user.set_password(PASSWORD)
        user.save()
        session = world.client(world.caseworker)
        assert session.get("/").status_code == 200
        client.post(self.address("account", world.caseworker), {"address": "Mine@test.example"})
        assert {message.to[0] for message in posted()} == {user.email, "mine@test.example"}
        assert session.get("/").url.startswith(reverse("account_login"))
        stranger = WebClient()
        answer = stranger.post(reverse("account_login"), {"login": "mine@test.example", "password": PASSWORD})
        assert answer.url == reverse("account_email_verification_sent")
        assert not is_known(user.email)
        self.told(world, world.caseworker)
        self.rests_until_a_manager_agrees(world, world.caseworker)

    def test_a_removed_second_factor_is_told_and_ends_sessions(self, client, world, settings):
        user = world.caseworker.user
        Authenticator.objects.create(user=user, type="totp", data={})
        user.refresh_from_db()
        session = world.client(world.caseworker)
        client.post(self.address("second_factor_remove", world.caseworker))
        assert not Authenticator.objects.filter(user=user).exists()
        assert [message.to for message in posted()] == [[user.email]]
        assert session.get("/").url.startswith(reverse("account_login"))
        self.told(world, world.caseworker)
        self.rests_until_a_manager_agrees(world, world.caseworker)
        settings.REQUIRE_SECOND_FACTOR = True
        assert world.client(world.caseworker).get("/").url == reverse("mfa_index")

    def test_a_closed_account_is_told(self, client, world):
        session = world.client(world.caseworker)
        client.post(self.address("account_close", world.caseworker))
        assert session.get("/").url.startswith(reverse("account_login"))
        assert [message.to for message in posted()] == [[world.caseworker.user.email]]
        self.told(world, world.caseworker)
        client.post(self.address("account_close", world.caseworker), {"open": "1"})
        assert User.objects.get(pk=world.caseworker.user.pk).is_active

    def test_a_new_administrator_is_told_to_the_others(self, client, world, administrator):
        client.post(self.address("account_appoint", world.caseworker), {"appoint": "1"})
        assert {message.to[0] for message in posted()} == {administrator.email, world.caseworker.user.email}
        assert User.objects.get(pk=world.caseworker.user.pk).is_staff

    def test_an_address_that_somebody_has_is_not_given_to_another(self, client, world):
        answer = client.post(self.address("account", world.caseworker), {"address": world.liaison.user.email})
        assert "has an account already" in answer.content.decode()

    def test_nobody_else_does_it(self, world):
        for action, more in (
            (accounts.change_address, {"address": "mine@test.example"}),
            (accounts.remove_second_factor, {}),
            (accounts.close_account, {"is_active": False}),
            (accounts.appoint_administrator, {"is_administrator": True}),
        ):
            with pytest.raises(NotAllowed):
                action(administrator=world.coordinator.user, account=world.coordinator.user, **more)

    def test_an_account_is_found_by_its_name_or_address(self, client, world):
        for wanted in (world.caseworker.user.email, world.caseworker.user.full_name):
            page = client.post(reverse("account_list"), {"search": wanted}).content.decode()
            assert self.address("account", world.caseworker) in page
        assert world.ngo.name in client.get(self.address("account", world.caseworker)).content.decode()


class TestBecomingAMember:
    def test_nobody_is_made_a_member_by_sql_in_an_administrators_context(self, world, administrator):
        with pytest.raises(DatabaseError), transaction.atomic(), database_role("web"):
            enter(partner_id=None, user_id=administrator.pk)
            Membership.objects.create(user=administrator, partner=world.ngo, role="caseworker")

    def test_a_partner_that_never_had_a_manager_gets_its_first_and_coordinators_are_told(self, client, world):
        address = reverse("first_manager", args=[world.other_ngo.pk])
        assert "Bridge" in client.get(reverse("unmanaged_list")).content.decode()
        client.post(address, {"email": "first@test.example", "role": "case_manager"})
        invitation = Invitation.objects.get(email="first@test.example")
        assert (invitation.partner, invitation.is_manager) == (world.other_ngo, True)
        outbox.relay()
        assert Notification.objects.filter(kind="manager.invited", user=world.coordinator.user).exists()

    def test_a_partner_that_has_or_had_one_gets_none(self, client, world):
        Membership.objects.filter(pk=world.case_manager.membership.pk).update(is_active=False)
        client.post(
            reverse("first_manager", args=[world.ngo.pk]), {"email": "mine@test.example", "role": "case_manager"}
        )
        assert not Invitation.objects.exists()
        assert "Anchor" not in client.get(reverse("unmanaged_list")).content.decode()

    def test_nor_by_sql(self, world, administrator):
        terms = {"token_hash": "x", "invited_by": administrator, "expires_at": timezone.now() + timedelta(1)}
        for more in (
            {"partner": world.ngo, "role": "case_manager", "is_manager": True},
            {"partner": world.other_ngo, "role": "caseworker", "is_manager": False},
            {"partner": world.other_ngo, "role": "auditor", "is_manager": True},
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), database_role("web"):
                enter(partner_id=None, user_id=administrator.pk)
                Invitation.objects.create(email="mine@test.example", **terms, **more)

    def test_of_two_first_managers_the_second_comes_too_late(self, world, administrator):
        tokens = []
        for email in ("one@test.example", "two@test.example"):
            with transaction.atomic(), database_role("web"), signing_in(administrator.pk):
                _invitation, token = members._invite(administrator, world.other_ngo, email, "case_manager", True)
                tokens.append(token)
        members.accept_invitation(token=tokens[0], user=None, full_name="One", password=PASSWORD)
        with pytest.raises(members.InvitationClosed):
            members.accept_invitation(token=tokens[1], user=None, full_name="Two", password=PASSWORD)

    def test_the_office_gets_no_auditor_as_its_first_manager(self, world, administrator):
        Membership.objects.filter(partner=world.office).delete()
        with pytest.raises(members.RoleDoesNotFit):
            members.invite_first_manager(
                administrator=administrator, partner=world.office, email="x@test.example", role="auditor"
            )


def is_known(address: str) -> bool:
    return User.objects.filter(email=address).exists()
