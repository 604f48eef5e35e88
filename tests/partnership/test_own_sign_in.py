"""Partners' own sign-in: a provider says who somebody is, for its own partner and no other; who left loses everything at once."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as portal
from django.core.cache import caches
from django.db import ProgrammingError, transaction
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Membership, User
from partnership.own_sign_in import actions, openid
from partnership.own_sign_in.models import ProvidedIdentity, SignInProvider
from tests import processes
from tests.systems import System
from tests.world import WebClient, World, on_web, run_as

DOMAIN = "test.example"


class Provider:
    """A real provider of OpenID Connect, in a process of its own."""

    def __init__(self) -> None:
        self.port = processes.free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)]
        self.process = processes.start(command, "provider")

        processes.until(lambda: processes.answers(self.issuer), self.process)

    def tell(self, subject: str, **claims: Any) -> None:
        """From now on it says this of somebody."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()

    def sign_in(self, address: str, subject: str) -> str:
        """Signs somebody in at the address to which the portal sent them: where it sends them back to."""
        back = urlsplit(httpx.post(address, data={"sub": subject}).headers["Location"])
        return f"{back.path}?{back.query}"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    processes.stop(running.process)


def set_up(by: Acting, issuer: str, **terms: Any) -> SignInProvider:
    fields: dict[str, Any] = {
        "issuer": issuer, "client_id": "portal", "client_secret": "secret", "domains": [DOMAIN], "default_role": "caseworker",
        "asks_second_factor": False, "passwords_work": True,
    }  # fmt: skip
    return run_as(by, actions.save_provider, **fields | terms)


@pytest.fixture
def ours(world: World, provider: Provider, settings: Any) -> SignInProvider:
    """The NGO's own sign-in."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    caches["counters"].clear()
    return set_up(world.case_manager, provider.issuer)


def enter(
    provider: Provider, through: SignInProvider, subject: str, browser: WebClient | None = None
) -> tuple[WebClient, Any]:
    """Somebody signs in at the provider: their browser, and what the portal answers when they come back."""
    browser = browser or WebClient()
    gone = browser.get(f"/sign-in/{through.pk}/")
    assert gone.status_code == 302, gone.content
    return browser, browser.get(provider.sign_in(gone.url, subject))


def acts_for(browser: WebClient) -> Any:
    """The partner for which the browser's session acts; None: nobody is signed in, or for nobody."""
    acting = browser.get("/help/").wsgi_request.acting
    return acting.partner if acting else None


class TestSigningIn:
    def test_a_member_signs_in_at_the_provider(self, world, provider, ours):
        provider.tell("one", email=world.caseworker.user.email, email_verified=True)
        browser, answer = enter(provider, ours, "one")
        assert (answer.status_code, answer.url) == (302, "/")
        assert browser.get("/people/").status_code == 200
        assert acts_for(browser) == world.ngo

    def test_an_address_leads_to_the_provider_and_tells_nobody_who_is_known(self, world, ours):
        pages = [
            WebClient().post("/sign-in/", {"email": f"{name}@{DOMAIN}"}).content.decode()
            for name in ("nobody", world.caseworker.user.email.partition("@")[0])
        ]
        assert all(f"/sign-in/{ours.pk}/" in page for page in pages)
        assert (
            "no sign-in of its own" in WebClient().post("/sign-in/", {"email": "a@elsewhere.example"}).content.decode()
        )

    @pytest.mark.parametrize(
        "claims",
        [
            {"email": "stranger@test.example"}, {"email": "x@elsewhere.example"}, {}, {"email": None}, {"email": ["a"]},
        ],
    )  # fmt: skip
    def test_whom_the_portal_does_not_know_there_it_does_not_sign_in(self, world, provider, ours, claims):
        provider.tell("stranger", **claims)
        browser, answer = enter(provider, ours, "stranger")
        assert answer.status_code == 403
        assert acts_for(browser) is None

    def test_an_address_that_the_provider_has_not_verified_is_none(self, world, provider, ours):
        provider.tell("unverified", email=world.caseworker.user.email, email_verified=False)
        assert enter(provider, ours, "unverified")[1].status_code == 403

    def test_the_providers_number_counts_from_the_first_time_on(self, world, provider, ours):
        """An address that is given to somebody else does not give them the account."""
        provider.tell("first", email=world.caseworker.user.email)
        assert enter(provider, ours, "first")[1].status_code == 302
        provider.tell("second", email=world.caseworker.user.email)
        assert enter(provider, ours, "second")[1].status_code == 403
        provider.tell("first", email=world.case_manager.user.email)
        browser, _answer = enter(provider, ours, "first")
        assert browser.get("/help/").wsgi_request.user == world.caseworker.user

    def test_the_answer_belongs_to_the_browser_that_asked_and_is_taken_once(self, world, provider, ours):
        provider.tell("one", email=world.caseworker.user.email)
        browser = WebClient()
        back = provider.sign_in(browser.get(f"/sign-in/{ours.pk}/").url, "one")
        assert WebClient().get(back).status_code == 400  # somebody else's browser
        forged = back.replace("state=", "state=x")
        assert browser.get(forged).status_code == 400
        assert browser.get(back).status_code == 400  # the errand is over
        assert acts_for(browser) is None

    def test_a_provider_that_is_away_says_so(self, world, ours):
        run_as(world.case_manager, actions.save_provider, issuer="http://127.0.0.1:9", client_id="portal", domains=[DOMAIN],
               default_role="caseworker", asks_second_factor=False, passwords_work=True)  # fmt: skip
        assert WebClient().get(f"/sign-in/{ours.pk}/").status_code == 502

    def test_nobody_has_the_portal_call_providers_without_end(self, world, ours):
        browser = WebClient()
        assert {browser.get(f"/sign-in/{ours.pk}/").status_code for _time in range(31)} == {302, 429}


class TestWalls:
    """A provider of one partner signs nobody in as a member of another."""

    @pytest.fixture
    def of_two(self, world: World, provider: Provider, ours: SignInProvider) -> WebClient:
        """The browser of somebody who works for two partners, and signed in at the provider of one."""
        user = world.caseworker.user
        Membership.objects.create(user=user, partner=world.other_ngo, role="case_manager", is_manager=True)
        provider.tell("two", email=user.email)
        return enter(provider, ours, "two")[0]

    def test_a_session_of_the_provider_acts_for_its_partner_alone(self, world, of_two):
        assert acts_for(of_two) == world.ngo
        other = Membership.objects.get(partner=world.other_ngo, user=world.caseworker.user)
        of_two.post("/partners/choose/", {"membership": other.pk})
        session = of_two.session
        session["membership"] = other.pk
        session.save()
        assert acts_for(of_two) == world.ngo
        foreign = world.person(world.other_ngo, first_names="Foreign")
        assert of_two.get(f"/people/{foreign.pk}/").status_code == 404
        assert of_two.get(f"/api/v1/persons/{foreign.pk}").status_code == 404

    def test_it_changes_neither_password_nor_address_nor_second_factor(self, of_two):
        for page in ("password/change/", "password/set/", "email/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/"):
            assert of_two.get(f"/accounts/{page}").status_code == 403, page

    def test_no_member_of_another_partner_is_signed_in_whatever_the_provider_says(self, world, provider, ours):
        for number, member in enumerate((world.other_caseworker, world.liaison, world.coordinator)):
            provider.tell(f"foreign{number}", email=member.user.email, email_verified=True)
            browser, answer = enter(provider, ours, f"foreign{number}")
            assert answer.status_code == 403
            assert acts_for(browser) is None

    def test_no_administrator_of_the_service_is_signed_in(self, world, provider, ours):
        User.objects.filter(pk=world.caseworker.user.pk).update(is_staff=True)
        provider.tell("staff", email=world.caseworker.user.email)
        assert enter(provider, ours, "staff")[1].status_code == 403

    def test_an_answer_of_one_provider_is_not_taken_for_anothers(self, world, provider, ours):
        manager = world.member(world.other_ngo, "case_manager", is_manager=True)
        theirs = set_up(manager, provider.issuer, client_id="other")
        provider.tell("mine", email=world.caseworker.user.email)
        browser = WebClient()
        ours_asked = browser.get(f"/sign-in/{ours.pk}/").url
        code = provider.sign_in(ours_asked, "mine").partition("code=")[2].partition("&")[0]
        asked = browser.get(f"/sign-in/{theirs.pk}/").url  # the browser's errand is theirs now
        state = asked.partition("state=")[2].partition("&")[0]
        assert browser.get(f"/sign-in/back/?code={code}&state={state}").status_code == 502
        assert acts_for(browser) is None

    def test_the_secret_and_who_signed_in_are_seen_by_no_other_partner(self, world, ours):
        with on_web(world.other_caseworker):
            assert not SignInProvider.objects.exists()
            assert not ProvidedIdentity.objects.exists()
            stolen = ProvidedIdentity(partner=world.ngo, provider=ours, user=world.caseworker.user, subject="x")
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                stolen.save()
        with on_web(world.caseworker):  # nor by who does not manage the own one
            assert not SignInProvider.objects.exists()

    @pytest.mark.parametrize(
        "issuer", ["http://provider.example", "https://127.0.0.1", "https://10.1.1.1", "https://u:p@x.example"]
    )
    def test_the_portal_calls_no_address_inside(self, world, issuer):
        with pytest.raises(RuleError):
            set_up(world.case_manager, issuer)


class TestSecondFactor:
    @pytest.fixture
    def required(self, settings: Any) -> None:
        settings.REQUIRE_SECOND_FACTOR = True

    def test_a_factor_that_the_provider_asked_for_counts_where_the_partner_says_so(
        self, world, provider, ours, required
    ):
        provider.tell("two", email=world.caseworker.user.email, amr=["pwd", "mfa"])
        assert enter(provider, ours, "two")[1].status_code == 403  # nobody said that it asks
        set_up(world.case_manager, provider.issuer, asks_second_factor=True)
        browser, answer = enter(provider, ours, "two")
        assert answer.status_code == 302
        assert browser.get("/people/").status_code == 200

    def test_who_signed_in_there_with_a_password_alone_needs_the_portals_own(self, world, provider, ours, required):
        set_up(world.case_manager, provider.issuer, asks_second_factor=True)
        provider.tell("one", email=world.caseworker.user.email, amr=["pwd"])
        assert enter(provider, ours, "one")[1].status_code == 403
        Authenticator.objects.create(user=world.caseworker.user, type="totp", data={"secret": "x"})
        browser, answer = enter(provider, ours, "one")
        assert answer.status_code == 302
        assert "/accounts/2fa/reauthenticate/" in browser.get("/people/").url


class TestPasswords:
    def test_where_passwords_do_not_work_managers_alone_act_with_one(self, world, provider, ours):
        set_up(world.case_manager, provider.issuer, passwords_work=False)
        browser = world.client(world.caseworker)
        assert acts_for(browser) is None
        assert "has its own sign-in" in browser.get("/", follow=True).content.decode()
        assert acts_for(world.client(world.case_manager)) == world.ngo
        assert acts_for(world.client(world.other_caseworker)) == world.other_ngo

    def test_with_the_provider_end_its_sessions_and_passwords_work_again(self, world, provider, ours):
        set_up(world.case_manager, provider.issuer, passwords_work=False)
        provider.tell("one", email=world.caseworker.user.email)
        browser, _answer = enter(provider, ours, "one")
        run_as(world.case_manager, actions.remove_provider, provider=ours)
        assert acts_for(browser) is None
        assert acts_for(world.client(world.caseworker)) == world.ngo

    def test_a_manager_sets_it_up_on_the_page_where_the_secret_is_never_shown(self, world, ours):
        browser = world.client(world.case_manager)
        page = browser.get("/members/sign-in/").content.decode()
        assert 'value="secret"' not in page
        assert f"{portal.SITE_URL}/sign-in/back/" in page
        terms = {
            "issuer": ours.issuer,
            "client_id": "portal",
            "domains": "a.example, @B.example",
            "default_role": "caseworker",
        }
        browser.post("/members/sign-in/", terms)
        ours.refresh_from_db()
        assert (ours.domains, ours.client_secret, ours.passwords_work) == (["a.example", "b.example"], "secret", False)


# --- Tokens ----------------------------------------------------------------------------------------------------------------------

KEY = JWK.generate(kty="RSA", size=2048, kid="one")
ISSUER = "https://provider.example"


def token(key: JWK = KEY, algorithm: str = "RS256", **changed: Any) -> str:
    claims = {
        "iss": ISSUER, "aud": "portal", "sub": "1", "nonce": "n", "exp": time.time() + 60, "iat": time.time(), "email": "A@b.example",
    } | changed  # fmt: skip
    signed = JWS(json.dumps({name: value for name, value in claims.items() if value is not None}))
    signed.add_signature(key, alg=algorithm, protected=json.dumps({"alg": algorithm, "kid": "one"}))
    return signed.serialize(compact=True)


def read(text: str) -> openid.Told:
    return openid.read_token(text, {"keys": [KEY.export_public(as_dict=True)]}, ISSUER, "portal", "n")


def test_a_token_says_who_somebody_is():
    assert read(token(amr=["mfa"])) == openid.Told("1", "a@b.example", True)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"}, {"aud": "other"}, {"aud": ["portal", "other"]}, {"azp": "other"}, {"nonce": "x"},
        {"nonce": None}, {"exp": time.time() - 600}, {"exp": None}, {"iat": time.time() + 86_400}, {"sub": ""}, {"sub": None}, {"sub": 1},
        {"sub": "x" * 256},
    ],
)  # fmt: skip
def test_a_token_for_others_of_others_or_of_another_time_says_nothing(changed):
    with pytest.raises(openid.ProviderFails):
        read(token(**changed))


def test_a_token_that_the_provider_did_not_sign_says_nothing():
    body = token().split(".")[1]
    shared = JWK(kty="oct", k=KEY.export_public(as_dict=True)["n"])
    for text in (
        token(JWK.generate(kty="RSA", size=2048)), token(shared, "HS256"), f"eyJhbGciOiJub25lIn0.{body}.", "", "a.b.c",
    ):  # fmt: skip
        with pytest.raises(openid.ProviderFails):
            read(text)


# --- Joining and leaving ------------------------------------------------------------------------------------------------------------

SCIM = "/api/scim/v2/Users"


@pytest.fixture
def directory(world: World, manager: Acting, ours: SignInProvider) -> System:
    return System(manager, "members:write", name="Directory")


class TestDirectory:
    def test_somebody_joins_is_found_leaves_and_comes_back(self, world, provider, ours, directory):
        body = {"userName": f"New@{DOMAIN}", "name": {"givenName": "Nea", "familyName": "Uusi"}, "active": True}
        new = directory.post(SCIM, body, status=201)
        assert (new["userName"], new["displayName"], new["active"]) == (f"new@{DOMAIN}", "Nea Uusi", True)
        assert directory.post(SCIM, body, status=409)["scimType"] == "uniqueness"
        found = directory.get(f'{SCIM}?filter=userName eq "NEW@{DOMAIN}"')
        assert [each["id"] for each in found["Resources"]] == [new["id"]]
        provider.tell("new", email=f"new@{DOMAIN}")
        browser, answer = enter(provider, ours, "new")
        assert answer.status_code == 302
        assert acts_for(browser) == world.ngo
        patch = {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
        assert directory.call("patch", f"{SCIM}/{new['id']}", patch).found["active"] is False
        assert acts_for(browser) is None
        assert enter(provider, ours, "new")[1].status_code == 403
        assert directory.call("put", f"{SCIM}/{new['id']}", body).found["active"] is True
        assert enter(provider, ours, "new")[1].status_code == 302
        directory.call("delete", f"{SCIM}/{new['id']}", status=204)
        assert directory.get(f"{SCIM}/{new['id']}")["active"] is False

    def test_who_left_loses_sessions_with_a_password_and_the_calendar_too(self, world, directory):
        from cases.planning import actions as planning

        browser = world.client(world.caseworker)
        address = f"/calendar/{run_as(world.caseworker, planning.make_feed)}.ics"
        assert WebClient().get(address).status_code == 200
        directory.call("delete", f"{SCIM}/{world.caseworker.membership.pk}", status=204)
        assert browser.get("/people/").status_code == 302
        assert not browser.get("/help/").wsgi_request.user.is_authenticated
        assert WebClient().get(address).status_code == 404

    def test_who_comes_back_is_no_manager_any_more(self, world, directory):
        other = world.member(world.ngo, "case_manager", is_manager=True)
        directory.call("delete", f"{SCIM}/{other.membership.pk}", status=204)
        directory.call("put", f"{SCIM}/{other.membership.pk}", {"active": True})
        other.membership.refresh_from_db()
        assert (other.membership.role, other.membership.is_manager) == ("caseworker", False)

    def test_the_only_manager_stays(self, world, directory):
        refused = directory.call("delete", f"{SCIM}/{world.case_manager.membership.pk}", status=422)
        assert "only manager" in refused.found["detail"]

    def test_a_directory_sees_and_ends_no_member_of_another_partner_and_no_system(self, world, directory, ngo):
        for membership in (world.other_caseworker.membership, ngo.client.membership):
            directory.call("get", f"{SCIM}/{membership.pk}", status=404)
            directory.call("delete", f"{SCIM}/{membership.pk}", status=404)
        names = {each["userName"] for each in directory.get(SCIM)["Resources"]}
        assert world.caseworker.user.email in names
        assert not any("clients.invalid" in name for name in names)
        assert world.other_caseworker.user.email not in names

    def test_nobody_joins_from_outside_the_partners_domains_nor_an_administrator(self, world, directory):
        refused = directory.call("post", SCIM, {"userName": "a@elsewhere.example"}, status=422)
        assert "domain" in refused.found["detail"]
        User.objects.create_user(f"admin@{DOMAIN}", full_name="A", is_staff=True)
        directory.call("post", SCIM, {"userName": f"admin@{DOMAIN}"}, status=422)

    def test_without_its_scope_a_system_sees_nobody(self, world, manager, ours):
        System(manager, "persons:read", name="Narrow").call("get", SCIM, status=403)

    @pytest.mark.parametrize(
        "body", [{}, {"userName": 1}, {"userName": "no address"}, [], {"userName": f"a@{DOMAIN}", "active": "maybe"}]
    )
    def test_what_is_no_person_is_refused_as_scim_has_it(self, world, directory, body):
        refused = directory.call("post", SCIM, body, status=422)
        assert refused.found["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert refused["Content-Type"] == "application/scim+json"

    def test_it_says_what_it_can_do(self, world, directory):
        assert directory.get("/api/scim/v2/ServiceProviderConfig")["patch"] == {"supported": True}
        directory.call("get", f'{SCIM}?filter=emails co "x"', status=422)
