"""One's own account: which language it has, who is told of a change, and what its pages say."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse

from partnership.members.models import User
from partnership.members.sign_in import CHANGES
from tests.attack.test_sign_in import code_of, factor_of
from tests.post import posted
from tests.world import WebClient

PASSWORD = "x" * 14
NEW = "a-long-new-password-2026"


class TestOneLanguage:
    def test_the_menu_changes_the_setting(self, world):
        client = world.client(world.caseworker)
        client.post(reverse("set_language"), {"language": "sv"})
        world.caseworker.user.refresh_from_db()
        assert world.caseworker.user.language == "sv"
        assert '<html lang="sv"' in client.get("/").text

    def test_the_setting_changes_the_pages_in_every_browser(self, world):
        client, other = world.client(world.caseworker), world.client(world.caseworker)
        other.cookies["django_language"] = "sv"
        client.post(reverse("profile"), {"full_name": "A", "language": "fi", "email_choice": "daily"})
        for each in (client, other):
            assert '<html lang="fi"' in each.get("/").text

    @pytest.mark.parametrize(("chosen", "expected"), [(False, "fi"), (True, "en")])
    def test_the_first_sign_in_takes_the_browsers_and_later_ones_do_not(self, world, chosen, expected):
        user = world.caseworker.user
        User.objects.filter(pk=user.pk).update(is_language_chosen=chosen)
        WebClient().post(
            reverse("account_login"),
            {"login": user.email, "password": PASSWORD},
            headers={"accept-language": "fi-FI,fi;q=0.9"},
        )
        user.refresh_from_db()
        assert (user.language, user.is_language_chosen) == (expected, True)

    def test_a_language_that_is_none_changes_nothing(self, world):
        world.client(world.caseworker).post(reverse("set_language"), {"language": "xx"})
        world.caseworker.user.refresh_from_db()
        assert world.caseworker.user.language == "en"

    def test_who_is_not_signed_in_has_it_in_the_browser(self, world):
        client = WebClient()
        client.post(reverse("set_language"), {"language": "fi"})
        assert '<html lang="fi"' in client.get(reverse("account_login")).text


class TestTold:
    @pytest.fixture
    def client(self, world) -> WebClient:
        """Signed in by password, a moment ago."""
        client = WebClient()
        client.post(reverse("account_login"), {"login": world.caseworker.user.email, "password": PASSWORD})
        mail.outbox.clear()
        return client

    def letters(self):
        return [(message.to, message.body) for message in posted()]

    def test_of_a_new_password(self, world, client):
        sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert client.post(reverse("account_change_password"), sent).status_code == 302
        ((to, body),) = self.letters()
        assert to == [world.caseworker.user.email]
        assert "Your password was changed." in body
        assert "tell a manager of your organisation" in body

    def test_in_their_language(self, world, client):
        client.post(reverse("set_language"), {"language": "fi"})
        client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        ((_to, body),) = self.letters()
        assert "Salasanasi vaihdettiin." in body

    def test_of_a_second_factor(self, world):
        secret = factor_of(world.caseworker.user)  # which ends the sessions of before
        client = world.client(world.caseworker)
        client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
        client.post(reverse("mfa_deactivate_totp"))
        ((to, body),) = self.letters()
        assert to == [world.caseworker.user.email]
        assert "The authenticator app was removed from your account." in body

    def test_of_whatever_the_library_has_a_letter_for(self):
        """A change that it tells of and we don't would go unseen: of an address our own letter tells."""
        source = "".join(path.read_text() for path in Path(allauth.__file__).parent.rglob("*.py"))
        told = re.findall(r'send_notification_mail\(\s*"(?:account|mfa)/email/(\w+)"', source)
        assert {"password_changed", "totp_deactivated", "recovery_codes_generated"} <= set(told)
        assert set(told) - set(CHANGES) == {"email_changed", "email_deleted"}

    def test_no_letter_says_a_code_or_where_somebody_was(self, world, client):
        client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        ((_to, body),) = self.letters()
        assert "127.0.0.1" not in body


class TestPages:
    def test_sign_in_says_that_a_recovery_code_works(self, world):
        user = world.caseworker.user
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(user)
        client = WebClient()
        page = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
        assert "recovery codes works here, too" in page.text
        code = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()[0]
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302

    def test_the_picture_with_the_secret_does_not_tell_it_in_its_text(self, world):
        client = WebClient()
        client.post(reverse("account_login"), {"login": world.caseworker.user.email, "password": PASSWORD})
        client.post(client.get(reverse("mfa_activate_totp")).url, {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        assert f'alt="{secret}"' not in page.text
        assert "QR code for your authenticator app" in page.text
        assert page.text.count(secret) == 1

    def test_an_administrator_who_is_no_member_lands_in_the_administration(self, world):
        administrator = User.objects.create_superuser("admin@test.example", PASSWORD, full_name="Admin")
        client = WebClient()
        client.force_login(administrator)
        page = client.get("/", follow=True)
        assert page.redirect_chain[-1][0] == reverse("admin:index")
