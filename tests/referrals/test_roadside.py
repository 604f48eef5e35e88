"""Diverting at the roadside, the letter that the person takes along, and how a unit's diversions turn out over time."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.people.models import Person
from partnership.audit_trail.models import ReadLog
from partnership.members.models import District
from programs.locations import actions as locations
from programs.locations.models import Location
from referrals.consents import actions as consents
from referrals.diversions import actions as diversions
from referrals.diversions import outcomes
from referrals.diversions.models import DiversionAgreement
from referrals.diversions.outcomes import ORDER, by_quarter
from referrals.handover.models import Referral
from tests.referrals.test_refer_form import PNG
from tests.world import do, on_web, run_as

CODE = "020394-123X"


def fields(world, **more):
    return {
        "person-first_names": "Ville",
        "person-last_name": "Virtanen",
        "person-born_on": "1994-03-02",
        "person-phone": "040 123 4567",
        "diversion-offence": "060111",
        "programme": world.programme.pk,
        "summary": "First time.",
        "diversion-deadline": (world.today + timedelta(days=90)).isoformat(),
        "diversion-sessions": "5",
        "diversion-assessment": "on",
        "consent-is_given": "on",
        "consent-scope": "identity_and_situation",
        "consent-purpose": "Help",
        "consent-reports_back": "on",
        "consent-signed_on": world.today.isoformat(),
        "consent-signed_how": "verbal",
        "consent-witness": "Inspector Laine",
        "consent-expires_on": (world.today + timedelta(days=365)).isoformat(),
        "consent-told_right_to_withdraw": "on",
    } | more


def divert(world, **more):
    return world.client(world.liaison).post(reverse("divert"), fields(world, **more))


class TestDivert:
    @pytest.mark.parametrize(
        ("code", "word"),
        [("020394-123A", "typing error"), ("310294-123X", "does not exist"), (CODE, None), ("0203", None)],
    )
    def test_a_mistyped_code_says_so_at_once(self, world, code, word):
        address = reverse("known_people") + "?at=roadside"
        answer = world.client(world.liaison).post(address, {"person-identity_code": code}).text
        assert word in answer if word else "invalid-feedback" not in answer

    def test_no_way_to_reach_the_person_is_asked_about(self, world):
        response = divert(world, **{"person-phone": ""})
        assert response.status_code == 422
        assert "no way to reach the person" in response.text
        assert not Referral.objects.exists()
        divert(world, **{"person-phone": "", "unreachable": "1"})
        assert Referral.objects.exists()

    def test_a_safe_way_is_a_way(self, world):
        divert(world, **{"person-phone": "", "safe_contact": "His sister, 040 765 4321"})
        assert Referral.objects.exists()

    def test_a_district_includes_its_parts_and_what_it_is_a_part_of(self, world):
        part = District.objects.create(name="Quay", code="H11", parent=world.city)
        world.programme.districts.set([part])
        page = " ".join(world.client(world.liaison).get(reverse("divert")).text.split())
        assert f'value="{world.city.pk}" data-around="{world.city.pk} {part.pk}"' in page
        assert f'value="{part.pk}" data-around="{part.pk} {world.city.pk}"' in page

    def test_at_the_end_it_says_what_to_tell_the_person(self, world):
        world.ngo.phone = "09 123 456"
        world.ngo.save()
        place = Location(
            partner=world.ngo, programme=world.programme, name="Vinkki", street="Kalasatama 1", city="Helsinki"
        )
        run_as(world.case_manager, locations.save_location, location=place, hours={})
        page = world.client(world.liaison).get(divert(world).url).text
        assert "Kalasatama 1" in page
        assert "Anchor contacts you by" in page
        assert 'href="tel:09 123 456"' in page
        diversion = DiversionAgreement.objects.get()
        assert ReadLog.objects.filter(what="diversion", object_id=diversion.pk, user=world.liaison.user).exists()
        assert world.client(world.other_liaison).get(reverse("divert_tell", args=[diversion.pk])).status_code == 404

    def test_a_signature_on_the_screen_is_the_consent_and_none_is_none(self, world):
        signed = {"consent-is_given": "", "consent-signed_how": "screen", "consent-witness": ""}
        response = divert(world, **signed)
        assert "Nothing is signed yet" in response.text
        assert not Referral.objects.exists()
        divert(world, **signed, **{"consent-signature": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"})
        assert Referral.objects.get().consent.is_valid

    def test_somebody_whom_the_unit_knows_is_diverted_without_being_typed_again(self, world):
        known = world.person(world.police, first_names="Known", phone="040 123 4567")
        client = world.client(world.liaison)
        found = client.post(reverse("known_people") + "?at=roadside", {"person-last_name": known.last_name})
        address = f"{reverse('divert')}?person={known.pk}"
        assert address in found.content.decode()
        assert "Known" in client.get(address).content.decode()
        assert ReadLog.objects.filter(what="person", object_id=known.pk, user=world.liaison.user).exists()
        sent = {name: value for name, value in fields(world).items() if not name.startswith("person-")}
        client.post(address, sent)
        assert Referral.objects.get().person == known
        assert Person.objects.filter(partner=world.police).count() == 1

    def test_another_units_person_is_not_found(self, world):
        theirs = world.person(world.other_police)
        assert world.client(world.liaison).get(f"{reverse('divert')}?person={theirs.pk}").status_code == 404

    def test_one_page_makes_person_consent_conditions_and_sends(self, world):
        response = divert(world)
        referral = Referral.objects.get()
        assert response.url == reverse("divert_tell", args=[referral.diversion.pk])
        assert (referral.state, referral.kind) == ("sent", "arrest_diversion")
        assert referral.consent.is_valid
        assert [(c.kind, c.target) for c in referral.diversion.conditions.order_by("id")] == [
            ("assessment", 1),
            ("sessions", 5),
        ]
        assert (referral.diversion.offence, referral.need.summary) == ("060111", "First time.")

    def test_a_known_identity_code_means_the_known_person(self, world):
        world.person(world.police, identity_code=CODE, born_on=date(1994, 3, 2))
        divert(world, **{"person-identity_code": CODE})
        assert Person.objects.filter(partner=world.police).count() == 1

    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ({"consent-is_given": ""}, b"consent"),
            ({"programme": ""}, b"Choose a programme"),
            ({"consent-told_right_to_withdraw": ""}, b"right to withdraw"),
            ({"diversion-deadline": "2020-01-01"}, b"future"),
            ({"person-first_names": ""}, b"First names"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_is_sent_or_half_saved(self, world, change, word):
        response = divert(world, **change)
        assert response.status_code == 422
        assert word in response.content
        assert b"Virtanen" in response.content
        assert not Referral.objects.exists()
        assert not Person.objects.filter(partner=world.police).exists()

    def test_under_18_a_guardian_consents(self, world):
        young = {
            "person-born_on": (world.today - timedelta(days=16 * 366)).isoformat(),
            "diversion-talk_on": world.today.isoformat(),
            "diversion-talk_with": "guardian",
        }
        assert b"guardian" in divert(world, **young).content
        divert(world, **young, **{"consent-guardian_name": "Mother"})
        assert Referral.objects.get().consent.guardian_name == "Mother"

    def test_programmes_with_free_places_come_first_and_closed_ones_not_at_all(self, world):
        world.programme.capacity = "assessment_first"
        world.programme.save()
        world.other_programme.places = 3
        world.other_programme.save()
        page = world.client(world.liaison).get(reverse("divert")).content.decode()
        assert page.index("Mentors") < page.index("Counselling")
        world.other_programme.capacity = "closed"
        world.other_programme.save()
        assert "Mentors" not in world.client(world.liaison).get(reverse("divert")).content.decode()

    def test_the_units_own_district_is_chosen_and_only_this_page_may_ask_for_the_position(self, world):
        District.objects.filter(pk=world.city.pk).update(latitude=60.1, longitude=24.9)
        client = world.client(world.liaison)
        response = client.get(reverse("divert"))
        page = " ".join(response.content.decode().split())
        assert (
            f'<option value="{world.city.pk}" data-around="{world.city.pk}" data-at="60.1000 24.9000" selected>' in page
        )
        assert "geolocation=(self)" in response["Permissions-Policy"]
        assert "geolocation=()" in client.get("/")["Permissions-Policy"]


class TestLetter:
    def text(self, response):
        assert response["Content-Type"] == "application/pdf"
        return response.content

    def test_both_parties_can_print_it_in_each_language(self, world):
        referral = do(world, "waitlist", world.sent())
        for acting in (world.liaison, world.caseworker):
            for language in ("", "fi", "sv", "en"):
                address = reverse("diversion_letter", args=[referral.diversion.pk])
                response = world.client(acting).get(address, {"lang": language} if language else {})
                assert self.text(response).startswith(b"%PDF")

    def test_its_language_is_in_the_file(self, world):
        address = reverse("diversion_letter", args=[world.sent().diversion.pk])
        assert b"/Lang(fi" in world.client(world.liaison).get(address, {"lang": "fi"}).content

    def test_nobody_else_and_nobody_after_the_consent_was_withdrawn(self, world):
        referral = world.sent()
        address = reverse("diversion_letter", args=[referral.diversion.pk])
        assert world.client(world.other_liaison).get(address).status_code == 404
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        assert world.client(world.caseworker).get(address).status_code == 404


class TestOutcomes:
    def quarters(self, world, acting=None, today=None):
        with on_web(acting or world.liaison):
            seen = DiversionAgreement.objects.seen_by(acting or world.liaison)
            return by_quarter(seen, today or world.today)

    def test_twelve_quarters_newest_first_without_gaps(self, world):
        starts = [quarter.start for quarter in self.quarters(world, today=date(2028, 2, 29))]
        assert (starts[0], starts[1], starts[-1]) == (date(2028, 1, 1), date(2027, 10, 1), date(2025, 4, 1))
        assert len(set(starts)) == outcomes.QUARTERS

    def test_counted_by_the_quarter_of_sending_and_by_outcome(self, world):
        met = world.enrolled()
        run_as(world.caseworker, diversions.report_outcome, diversion=met.diversion, outcome="completed")
        world.sent(person=world.person(world.police, first_names="Open"))
        first, *rest = self.quarters(world)
        assert first.sent == 2
        assert first.counts["completed"] == first.counts["open"] == 1
        assert first.met_of_closed == (1, 1)
        assert sum(quarter.sent for quarter in rest) == 0
        assert sum(width for _name, _at, width in first.parts) == pytest.approx(outcomes.BAR)
        page = world.client(world.liaison).get(reverse("diversion_outcomes")).content.decode()
        assert (
            "Of 1 diversion that was closed in the last three years, the conditions were met in 1 (100 %)"
            in " ".join(page.split())
        )

    def test_sent_at_midnight_of_new_year_belongs_to_the_local_quarter(self, world):
        referral = world.sent()
        midnight = datetime(2026, 1, 1, 0, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
        Referral.objects.filter(pk=referral.pk).update(sent_at=midnight)
        found = {quarter.start: quarter.sent for quarter in self.quarters(world, today=date(2026, 3, 31))}
        assert (found[date(2026, 1, 1)], found[date(2025, 10, 1)]) == (1, 0)
        Referral.objects.filter(pk=referral.pk).update(sent_at=midnight - timedelta(microseconds=1))
        found = {quarter.start: quarter.sent for quarter in self.quarters(world, today=date(2026, 3, 31))}
        assert (found[date(2026, 1, 1)], found[date(2025, 10, 1)]) == (0, 1)

    def test_each_unit_counts_its_own(self, world):
        world.sent()
        assert sum(quarter.sent for quarter in self.quarters(world, world.other_liaison)) == 0
        assert sum(quarter.sent for quarter in self.quarters(world, world.caseworker)) == 1

    def test_a_withdrawn_diversion_is_neither_met_nor_missed(self, world):
        referral = world.enrolled()
        run_as(world.caseworker, diversions.report_outcome, diversion=referral.diversion, outcome="withdrawn")
        assert self.quarters(world)[0].met_of_closed == (0, 0)

    def test_each_outcome_has_its_column(self):
        assert {code for code, _label in ORDER} == set(DiversionAgreement.Outcome.values) - {""} | {"open", "ended"}


def test_what_lies_years_back_is_not_counted(world):
    referral = world.sent()
    Referral.objects.filter(pk=referral.pk).update(sent_at=timezone.now() - timedelta(days=4 * 365))
    page = world.client(world.liaison).get(reverse("diversion_outcomes")).content.decode()
    assert "No diversion in the last three years" in page
