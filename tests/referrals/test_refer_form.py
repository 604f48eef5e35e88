"""The form of a referral: knows one's own people, offers what takes the kind, keeps the signed form for its partner alone."""

from __future__ import annotations

import base64
import re
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.consents.actions import NotSigned, WitnessMissing, record_consent
from cases.consents.models import Consent, ConsentPaper
from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import Acting
from referrals.handover.models import Referral
from tests.systems import System
from tests.world import database_role, on_web, run_as

PNG = b"\x89PNG\r\n\x1a\n" + b"drawn"


def canvas(*samples: int) -> bytes:
    """A PNG of one pixel, with these samples: red, green, blue, opacity."""
    data = zlib.compress(bytes([0, *samples]))
    chunk = lambda kind, body: len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
    size = (1).to_bytes(4) + (1).to_bytes(4) + bytes([8, 6, 0, 0, 0])
    return PNG[:8] + chunk(b"IHDR", size) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def fields(world, **more):
    return {
        "kind": "arrest_diversion",
        "programme": world.programme.pk,
        "person-last_name": "Virtanen",
        "person-first_names": "Ville",
        "person-born_on": "1994-03-02",
        "person-sex": "male",
        "diversion-deadline": "",
        "consent-is_given": "on",
        "consent-scope": "identity",
        "consent-purpose": "Help",
        "consent-signed_on": world.today.isoformat(),
        "consent-signed_how": "paper",
        "consent-expires_on": world.today.replace(year=world.today.year + 1).isoformat(),
        "consent-told_right_to_withdraw": "on",
        "save": "1",
    } | more


def send(world, **more):
    return world.client(world.liaison).post(reverse("referral_new"), fields(world, **more))


class TestKnownPeople:
    def ask(self, world, acting, **typed):
        data = {f"person-{name}": value for name, value in typed.items()}
        return world.client(acting).post(reverse("known_people"), data).content.decode()

    def test_an_own_person_is_offered_while_the_name_is_typed(self, world):
        person = world.person(world.police, last_name="Virtanen", first_names="Ville")
        assert f"?person={person.pk}" in self.ask(world, world.liaison, last_name="Virt", first_names="")
        assert f"?person={person.pk}" not in self.ask(world, world.liaison, last_name="Vi")

    def test_with_a_birth_date_only_the_same_person_is_offered(self, world):
        person = world.person(world.police, last_name="Virtanen")
        assert f"?person={person.pk}" in self.ask(world, world.liaison, last_name="Virtanen", born_on="1990-05-17")
        assert "?person=" not in self.ask(world, world.liaison, last_name="Virtanen", born_on="1990-05-18")

    def test_another_partners_person_is_never_offered(self, world):
        world.person(world.ngo, last_name="Virtanen")
        assert "Virtanen" not in self.ask(world, world.liaison, last_name="Virtanen")

    def test_what_was_offered_stands_in_the_log_of_reads(self, world):
        world.person(world.police, last_name="Virtanen")
        self.ask(world, world.liaison, last_name="Virtanen")
        assert ReadLog.objects.filter(what="person_list", count=1, user=world.liaison.user).exists()

    def test_a_name_is_not_asked_for_in_an_address(self, world):
        assert world.client(world.liaison).get(reverse("known_people")).status_code == 405


def test_each_programme_says_which_kinds_it_takes(world):
    page = world.client(world.liaison).get(reverse("referral_new")).content.decode()
    found = re.search(rf'<option value="{world.programme.pk}"[^>]*data-for="([^"]*)"', page)
    assert found
    assert "arrest_diversion" in found[1].split()


class TestSignedForm:
    def test_a_signature_on_the_screen_is_kept_encrypted_and_comes_back_as_it_was(self, world):
        drawn = "data:image/png;base64," + base64.b64encode(PNG).decode()
        send(world, **{"consent-signed_how": "screen", "consent-signature": drawn})
        paper = ConsentPaper.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM cases_consentpaper")
            assert b"drawn" not in bytes(cursor.fetchone()[0])
        response = world.client(world.liaison).get(reverse("consent_paper", args=[paper.consent_id]))
        assert response.content == PNG
        assert response["Content-Type"] == "image/png"
        assert response["Content-Disposition"].startswith("attachment")
        assert ReadLog.objects.filter(what="consent_paper", object_id=paper.consent_id).exists()

    def test_an_uploaded_form_is_kept(self, world):
        send(world, **{"consent-paper": SimpleUploadedFile("form.pdf", b"%PDF-1.7 signed")})
        assert ConsentPaper.objects.get().media_type == "application/pdf"

    @pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"MZ program", b"\x89PNG but not"])
    def test_what_is_neither_picture_nor_pdf_is_refused_whatever_it_is_called(self, world, content):
        response = send(world, **{"consent-paper": SimpleUploadedFile("form.pdf", content)})
        assert response.status_code == 422
        assert not Consent.objects.exists()

    def test_too_large_a_file_is_refused_with_a_word_on_what_to_do(self, world):
        file = SimpleUploadedFile("form.pdf", b"%PDF-" + bytes(4 * 1024 * 1024))
        response = send(world, **{"consent-paper": file})
        assert response.status_code == 422
        assert b"lower resolution" in response.content

    def test_a_broken_signature_is_refused(self, world):
        response = send(world, **{"consent-signed_how": "screen", "consent-signature": "data:image/png;base64,%%%"})
        assert response.status_code == 422
        assert b"sign again" in response.content

    def test_neither_the_receiver_nor_anybody_else_sees_the_form(self, world):
        send(world, **{"consent-paper": SimpleUploadedFile("form.pdf", b"%PDF-1.7 signed")})
        consent = ConsentPaper.objects.get().consent
        for acting in (world.caseworker, world.other_liaison):
            assert world.client(acting).get(reverse("consent_paper", args=[consent.pk])).status_code == 404
            with on_web(acting):
                assert not ConsentPaper.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic(), database_role("worker"):
            ConsentPaper.objects.exists()

    def test_a_draft_without_a_form_is_a_draft_all_the_same(self, world):
        assert send(world).status_code == 302
        assert Referral.objects.get().consent
        assert not ConsentPaper.objects.exists()


class TestSigned:
    """A consent that says it was signed was signed."""

    @staticmethod
    def drawn(picture: bytes) -> dict[str, str]:
        return {
            "consent-signed_how": "screen",
            "consent-signature": "data:image/png;base64," + base64.b64encode(picture).decode(),
        }

    @pytest.mark.parametrize("picture", [None, canvas(0, 0, 0, 0)])
    def test_an_empty_pad_is_no_signature(self, world, picture):
        signed = self.drawn(picture) if picture else {"consent-signed_how": "screen", "consent-signature": ""}
        response = send(world, **signed)
        assert response.status_code == 422
        assert "Nothing is signed yet" in response.text
        assert not Consent.objects.exists()

    def test_a_drawn_one_is(self, world):
        assert send(world, **self.drawn(canvas(20, 50, 74, 255))).status_code == 302
        assert ConsentPaper.objects.exists()

    def test_after_an_error_elsewhere_the_picture_comes_back(self, world):
        signed = self.drawn(canvas(20, 50, 74, 255))
        response = send(world, **signed, **{"person-first_names": ""})
        assert response.status_code == 422
        assert signed["consent-signature"] in response.text.replace("&amp;", "&").replace("&#x27;", "'")

    def test_a_spoken_consent_names_its_witness(self, world):
        response = send(world, **{"consent-signed_how": "verbal"})
        assert response.status_code == 422
        assert "Say who heard" in response.text
        send(world, **{"consent-signed_how": "verbal", "consent-witness": "Inspector Laine"})
        assert Consent.objects.get().witness == "Inspector Laine"

    def test_nobody_records_an_unsigned_one_past_the_page(self, world):
        terms = {"purpose": "Help", "signed_on": world.today, "told_right_to_withdraw": True, "expires_on": world.today}
        referral = world.draft()
        for signed_how, error in (("screen", NotSigned), ("verbal", WitnessMissing)):
            with pytest.raises(error):
                run_as(
                    world.liaison, record_consent, to_partner=world.ngo, person=referral.person,
                    signed_how=signed_how, **terms,
                )  # fmt: skip

    def test_systems_send_the_signature_or_name_the_witness(self, world):
        manager = Acting(world.member(world.police, "police_liaison", is_manager=True).membership)
        referral, system = world.draft(), System(manager)
        address = f"referrals/{referral.pk}/consent"
        body = {"purpose": "Help", "signed_on": str(world.today), "told_right_to_withdraw": True,
                "expires_on": str(world.today)}  # fmt: skip
        system.call("put", address, body | {"signed_how": "screen"}, status=422)
        system.call("put", address, body | {"signed_how": "verbal"}, status=422)
        signature = self.drawn(canvas(20, 50, 74, 255))["consent-signature"]
        system.call("put", address, body | {"signed_how": "screen", "signature": signature})
        assert ConsentPaper.objects.filter(consent__signed_how="screen").exists()
        answer = system.call("put", address, body | {"signed_how": "verbal", "witness": "Inspector Laine"}).found
        assert answer["consent"]["witness"] == "Inspector Laine"

    def test_the_referral_shows_how_when_and_by_whom_it_was_witnessed(self, world):
        send(world, **{"consent-signed_how": "verbal", "consent-witness": "Inspector Laine", "save": "", "send": "1"})
        referral = Referral.objects.get()
        for acting in (world.liaison, world.caseworker):
            page = world.client(acting).get(reverse("referral", args=[referral.pk])).text
            assert "Inspector Laine" in page
            assert world.liaison.user.full_name in page
            assert "Spoken, with a witness" in page
