"""What an administrator of the service tries, who may make partners and districts and must not see a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from partnership.agreements.models import Agreement
from partnership.members.models import District, Partner, User
from partnership.project import administration
from tests.world import WebClient

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
