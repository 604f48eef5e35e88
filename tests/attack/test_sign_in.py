"""What an attacker tries at the door: guessing, going round the second factor, false links and addresses, old sessions."""

from __future__ import annotations

import re
import time
from importlib import import_module
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse

from partnership.events import letters
from partnership.isolation.acting import signing_in
from partnership.members.models import User
from partnership.pages import limits
from tests.post import posted
from tests.shared_worlds import shared
from tests.world import WebClient, World, database_role

PASSWORD = "correct horse battery"
HOME = "/"


@pytest.fixture(autouse=True)
def no_tries_yet(db):
    cache.clear()


@shared
def user(world: World) -> User:
    user = world.caseworker.user
    user.set_password(PASSWORD)
    user.save()
    return user


@shared
def colleague(world: World) -> User:
    user = world.case_manager.user
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(user: User | str, password: str = PASSWORD, client: WebClient | None = None, **headers: str):
    """The answer, and the client that got it."""
    client = client or WebClient()
    login = user if isinstance(user, str) else user.email
    response = client.post(reverse("account_login"), {"login": login, "password": password}, **headers)
    return response, client


def is_in(client: WebClient) -> bool:
    return client.get(HOME).status_code == 200


def factor_of(user: User) -> str:
    """Sets up an authenticator app elsewhere; returns its secret."""
    secret = totp.generate_totp_secret()
    with database_role("web"), signing_in(user.pk):
        totp.TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """A code that is still good when a busy machine comes to it."""
    if (left := 30 - time.time() % 30) < 6:
        time.sleep(left + 0.1)
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


@pytest.fixture
def stopped_clock(monkeypatch):
    """A wait is told in seconds, of which a busy machine needs some between two requests."""
    now = limits.time.time()
    monkeypatch.setattr(limits.time, "time", lambda: now)


class TestGuessing:
    def guess(self, user: User | str, times: int, **headers: str) -> str:
        for _ in range(times):
            response, _client = sign_in(user, "wrong", **headers)
        return str(response.context["form"].errors)

    def test_after_five_tries_even_the_right_password_waits(self, user, stopped_clock):
        assert "Too many" not in self.guess(user, 5)
        response, client = sign_in(user)
        assert "Too many attempts. Try again in 15 seconds" in str(response.context["form"].errors)
        assert not is_in(client)

    def test_the_wait_doubles_up_to_a_quarter_of_an_hour(self, user, monkeypatch):
        now = [1_000_000.0]
        monkeypatch.setattr(limits.time, "time", lambda: now[0])
        waits = []
        for number in range(14):
            cache.delete(limits._keys("x")[1])  # the wait is over
            assert limits.seconds_to_wait("x") == 0
            waits.append(limits.seconds_to_wait("x") if number >= 4 else 0)
        assert waits == [0] * 4 + [15, 30, 60, 120, 240, 480, 900, 900, 900, 900]

    def test_after_the_wait_the_right_password_signs_in_and_tries_begin_anew(self, user, monkeypatch):
        monkeypatch.setattr(limits, "FIRST_DELAY", 1)
        self.guess(user, 5)
        limits.time.sleep(1.1)
        assert is_in(sign_in(user)[1])
        assert "Too many" not in self.guess(user, 4)

    def test_many_at_once_are_no_more_than_one_after_the_other(self):
        assert [limits.seconds_to_wait("x") for _ in range(20)].count(0) == 5

    def test_nobody_else_behind_the_address_waits(self, user, colleague):
        self.guess(user, 10)
        assert is_in(sign_in(colleague)[1])

    def test_from_another_address_the_account_waits_all_the_same(self, user):
        self.guess(user, 5, REMOTE_ADDR="192.0.2.1")
        assert not is_in(sign_in(user, REMOTE_ADDR="192.0.2.2")[1])

    def test_another_spelling_or_host_is_the_same_account(self, user):
        self.guess(user, 5)
        for login, host in ((user.email.upper(), "testserver"), (user.email, "localhost")):
            assert not is_in(sign_in(login, HTTP_HOST=host)[1])

    def test_an_unknown_account_answers_alike(self, user, stopped_clock):
        known, unknown = (
            re.sub(r"user\d+@test.example|nobody@test.example", "", self.guess(who, 6))
            for who in (user, "nobody@test.example")
        )
        assert known == unknown

    def test_the_owner_is_not_held_up_in_a_browser_that_is_known(self, user):
        _response, browser = sign_in(user)
        browser.post(reverse("account_logout"))
        self.guess(user, 8)
        assert is_in(sign_in(user, client=browser)[1])

    def test_a_known_browser_guesses_no_more_often_than_another(self, user):
        _response, browser = sign_in(user)
        browser.post(reverse("account_logout"))
        for _ in range(5):
            sign_in(user, "wrong", browser)
        assert not is_in(sign_in(user, client=browser)[1])

    @pytest.mark.parametrize("cookie", ["", ".", "x.y", "." * 50, "known.{mark}"])
    def test_a_browser_is_not_known_because_it_says_so(self, user, colleague, cookie):
        _response, browser = sign_in(colleague)
        mark = browser.cookies["known_browser"].value.split(".")[1]
        self.guess(user, 5)
        stranger = WebClient()
        stranger.cookies["known_browser"] = cookie.format(mark=mark)
        assert not is_in(sign_in(user, client=stranger)[1])

    def test_who_tries_very_many_accounts_is_slowed_and_nobody_else(self, user, colleague, monkeypatch):
        monkeypatch.setattr(limits, "MOST_ACCOUNTS", 3)
        _response, known = sign_in(colleague, REMOTE_ADDR="192.0.2.1")
        known.post(reverse("account_logout"))
        for number in range(4):
            sign_in(f"nobody{number}@test.example", "wrong", REMOTE_ADDR="192.0.2.1")
        response, _client = sign_in("nobody9@test.example", "wrong", REMOTE_ADDR="192.0.2.1")
        assert "Try again in 2 seconds" in str(response.context["form"].errors)
        assert is_in(sign_in(user, REMOTE_ADDR="192.0.2.2")[1])
        assert is_in(sign_in(colleague, client=known, REMOTE_ADDR="192.0.2.1")[1])

    def test_the_second_factor_is_not_guessed_either(self, user):
        secret = factor_of(user)
        _response, client = sign_in(user)
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert "Too many attempts" in str(response.context["form"].errors)
        assert not is_in(client)

    def test_a_password_reset_is_sent_five_times_an_hour(self, user):
        codes = [
            WebClient().post(reverse("account_reset_password"), {"email": email}).status_code
            for email in (user.email, "nobody@test.example")
            for _ in range(6)
        ]
        assert codes == [302] * 5 + [429] + [302] * 5 + [429]
        assert len(posted()) == 5


class TestTheAddressOfTheCaller:
    def address(self, forwarded: str = "", remote: str = "10.0.0.1") -> str:
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        return limits.client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))

    def test_without_proxies_what_the_client_writes_does_nothing(self, settings):
        settings.TRUSTED_PROXIES = 0
        assert self.address("192.0.2.7") == "10.0.0.1"

    @pytest.mark.parametrize(("proxies", "address"), [(1, "192.0.2.3"), (2, "192.0.2.2")])
    def test_behind_proxies_it_is_what_the_outermost_of_ours_saw(self, settings, proxies, address):
        settings.TRUSTED_PROXIES = proxies
        assert self.address("192.0.2.1, 192.0.2.2, 192.0.2.3") == address

    def test_who_goes_round_the_proxies_is_known_by_the_connection(self, settings):
        settings.TRUSTED_PROXIES = 2
        assert self.address("192.0.2.1") == "10.0.0.1"

    @pytest.mark.parametrize(
        ("written", "address"),
        [
            ("192.0.2.3:4711", "192.0.2.3"),
            ("2001:db8::1", "2001:db8::"),
            ("[2001:db8::2]:4711", "2001:db8::"),
            ("::ffff:192.0.2.3", "192.0.2.3"),
            ("what?", ""),
            (" ", ""),
        ],
    )
    def test_is_read_as_proxies_write_it(self, settings, written, address):
        settings.TRUSTED_PROXIES = 1
        assert self.address(written) == address


class TestGoingRoundTheSecondFactor:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_SECOND_FACTOR = True

    def test_a_session_that_only_knows_the_password_opens_nothing(self, world, user):
        """As one that was opened before the factor was set up elsewhere, or past the page that asks for it."""
        factor_of(user)
        client = world.client(world.caseworker)
        response = client.get("/people/")
        assert response.url == f"{reverse('mfa_reauthenticate')}?next=/people/"
        assert client.get("/api/v1/referrals").status_code == 403

    def test_it_opens_once_it_has_shown_the_factor(self, world, user):
        secret = factor_of(user)
        client = world.client(world.caseworker)
        client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
        assert is_in(client)
        assert client.get("/api/v1/referrals").status_code == 200

    @pytest.mark.parametrize(
        "name",
        [
            "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account_email",
            "account_change_password", "account_reauthenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
        ],
    )  # fmt: skip
    def test_the_password_alone_changes_nothing_of_the_account(self, world, user, name):
        factor_of(user)
        client = world.client(world.caseworker)
        for response in (client.get(reverse(name)), client.post(reverse(name), {"password": PASSWORD})):
            assert response.url.startswith(reverse("mfa_reauthenticate"))

    def test_what_somebody_else_showed_in_this_browser_does_not_count(self, world, user, colleague):
        client = world.client(world.case_manager)
        client.pass_second_factor(user)
        assert client.get(HOME).url == reverse("mfa_index")

    def test_setting_one_up_counts_for_this_session_and_ends_the_others(self, user):
        _response, other = sign_in(user)
        _response, client = sign_in(user)
        asked = client.get(reverse("mfa_activate_totp")).url
        client.post(asked, {"password": PASSWORD})
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert is_in(client)
        assert other.get(HOME).url.startswith(reverse("account_login"))

    def test_taking_it_away_ends_the_others_and_closes_this_one(self, user):
        secret = factor_of(user)
        clients = []
        for _ in range(2):
            cache.clear()  # a code is used once
            _response, client = sign_in(user)
            client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
            clients.append(client)
        other, client = clients
        assert is_in(other)
        cache.clear()
        client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
        client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.filter(user=user).exists()
        assert client.get(HOME).url == reverse("mfa_index")
        assert other.get(HOME).url.startswith(reverse("account_login"))

    def test_secrets_lie_encrypted_in_the_table(self, user):
        secret = factor_of(user)
        codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
        stored = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in stored
        assert not re.search(r"[0-9a-f]{80}", stored)  # a seed
        assert len(codes) == 10


class TestSecretsOfSecondFactors:
    """A stolen dump passes nobody's second factor."""

    def test_those_of_before_are_encrypted_by_the_migration(self, user):
        secret, seed = totp.generate_totp_secret(), RecoveryCodes.generate_seed()
        app = Authenticator.objects.create(user=user, type="totp", data={"secret": secret})
        codes = Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": seed, "used_mask": 1})
        for _twice in range(2):
            import_module("partnership.migrations.0008_accounts").encrypt_second_factors(apps, None)
        app.refresh_from_db()
        codes.refresh_from_db()
        assert decrypt(app.data["secret"]) == secret
        assert (decrypt(codes.data["seed"]), codes.data["used_mask"]) == (seed, 1)

    def test_a_new_key_takes_them_along(self, user, settings):
        secret = factor_of(user)
        settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
        call_command("rotate_keys", stdout=StringIO())
        settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
        assert decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"]) == secret


class TestOldSessions:
    def test_a_new_password_ends_the_others(self, user):
        _response, other = sign_in(user)
        _response, client = sign_in(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        new = {"oldpassword": PASSWORD, "password1": "entirely different one", "password2": "entirely different one"}
        client.post(reverse("account_change_password"), new)
        assert is_in(client)
        assert not is_in(other)

    def test_signing_in_changes_the_key_of_the_session(self, user):
        client = WebClient()
        client.get(reverse("account_login"))
        session = client.session
        session["planted"] = 1
        session.save()
        planted = session.session_key
        client.cookies["sessionid"] = planted
        sign_in(user, client=client)
        assert client.cookies["sessionid"].value != planted


class TestFalseAddressesAndLinks:
    def test_an_unverified_address_signs_nobody_in(self, user):
        EmailAddress.objects.update(verified=False)
        response, client = sign_in(user)
        assert response.url == reverse("account_email_verification_sent")
        assert not is_in(client)
        assert posted()[0].to == [user.email]

    def test_neither_does_an_account_without_any(self, user):
        EmailAddress.objects.all().delete()
        assert not is_in(sign_in(user)[1])

    def test_it_signs_in_once_its_owner_confirmed_it(self, user):
        EmailAddress.objects.update(verified=False)
        sign_in(user)
        link = re.search(r"http://testserver(\S+confirm-email\S+)", posted()[0].body)[1]
        WebClient().post(link)
        assert is_in(sign_in(user)[1])

    def change_address(self, user: User, client: WebClient) -> None:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.post(reverse("account_email"), {"email": "new@test.example", "action_add": ""})

    def test_ones_own_new_address_counts_once_it_is_confirmed(self, user):
        old = user.email
        _response, client = sign_in(user)
        self.change_address(user, client)
        user.refresh_from_db()
        assert user.email == old
        assert not is_in(sign_in("new@test.example")[1])
        link = re.search(r"http://testserver(\S+confirm-email\S+)", posted()[0].body)[1]
        client.post(link)
        user.refresh_from_db()
        assert user.email == "new@test.example"
        assert is_in(sign_in("new@test.example")[1])

    def test_a_new_address_is_told_to_the_old_one_and_ends_other_sessions(self, user):
        old = user.email
        _response, other = sign_in(user)
        _response, client = sign_in(user)
        self.change_address(user, client)
        client.post(re.search(r"http://testserver(\S+confirm-email\S+)", posted()[0].body)[1])
        assert [message.to for message in posted()] == [["new@test.example"], [old]]
        assert is_in(client)
        assert not is_in(other)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_links_in_letters_lead_to_the_portal_whatever_host_was_asked(self, user, settings, host):
        settings.SITE_URL = "https://portal.example"
        WebClient().post(reverse("account_reset_password"), {"email": user.email}, HTTP_HOST=host)
        EmailAddress.objects.update(verified=False)
        sign_in(user, HTTP_HOST=host)
        assert len(posted()) == 2
        for message in posted():
            assert host not in message.body + message.subject
            assert "https://portal.example/accounts/" in message.body

    def test_an_unknown_address_gets_no_mail_and_the_answer_is_the_same(self, user):
        answers = [
            WebClient().post(reverse("account_reset_password"), {"email": email}, follow=True)
            for email in (user.email, "nobody@test.example")
        ]
        assert len(posted()) == 1
        bodies = [re.sub(rb"(csrfmiddlewaretoken|nonce)[^>]+", b"", answer.content) for answer in answers]
        assert bodies[0] == bodies[1]
        assert answers[0].redirect_chain == answers[1].redirect_chain

    def test_a_letter_is_written_after_the_answer(self, user, monkeypatch):
        """Writing it would tell by the clock which addresses have an account."""
        written_before_the_answer, written = [], []
        real_write = letters.write
        monkeypatch.setattr(letters, "write", lambda *terms, **more: (written.append(1), real_write(*terms, **more))[1])
        from partnership.project import middleware

        real = middleware.ActingPartnerMiddleware.__call__

        def watched(self, request):
            response = real(self, request)
            written_before_the_answer.append(len(written))
            return response

        monkeypatch.setattr(middleware.ActingPartnerMiddleware, "__call__", watched)
        WebClient().post(reverse("account_reset_password"), {"email": user.email})
        assert (written_before_the_answer, len(written)) == ([0], 1)
