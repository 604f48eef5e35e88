"""Claims beside what was measured, all evidence of a programme on one page, and what of it is public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from django.urls import reverse
from django.utils import timezone, translation

from metrics.comparison.models import ComparisonResult
from metrics.evidence import actions
from metrics.evidence.judgement import Beside, Judged, Verdict, judged
from metrics.evidence.models import Claim, PublicEvidence
from metrics.runs.models import Run
from metrics.trends.models import Intervention, TrendChange
from partnership.actions import NotAllowed
from partnership.isolation.errors import Invalid, NotAParty
from tests.shared_worlds import shared
from tests.world import World, on_web, run_as

State = PublicEvidence.State


def reduced(lower: float, upper: float, group: str = "matched", **fields: Any) -> dict[str, Any]:
    """A comparison whose reduction of re-arrest has this interval."""
    return {
        "group": group, "offences": "any", "window_months": 36, "participants": 200, "comparisons": 300, "effective": 200.0,
        "rate": 0.2, "comparison_rate": 0.3, "difference": -0.1, "difference_lower": -0.15, "difference_upper": -0.05,
        "reduction": (lower + upper) / 2, "reduction_lower": lower, "reduction_upper": upper,
    } | fields  # fmt: skip


@shared
def measured(world: World) -> World:
    """A release in which the programme's re-arrest within three years is 20 to 50 % lower than of similar people."""
    world.run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k", finished_at=timezone.now(),
        released_at=timezone.now(), released_by=world.coordinator.user,
        published_at=timezone.now(), published_by=world.coordinator.user,
    )  # fmt: skip
    ComparisonResult.objects.create(run=world.run, programme=world.programme, partner=world.ngo, **reduced(0.2, 0.5))
    ComparisonResult.objects.create(
        run=world.run, programme=world.programme, partner=world.ngo, **reduced(0.3, 0.45, window_months=12)
    )
    world.claim = Claim(
        partner=world.coordinator.partner, programme=world.programme, measure="any", change=-40, months=36,
        words="40 % fewer", source="An application, 2024",
    )  # fmt: skip
    run_as(world.coordinator, actions.save_claim, claim=world.claim)
    return world


def judge(world: World, **changes: Any) -> Judged:
    claim = Claim.objects.get(pk=world.claim.pk)
    for name, value in changes.items():
        setattr(claim, name, value)
    return judged([claim], world.coordinator, release=world.run, newest=world.run)[0]


class TestWhatTheEstimateSays:
    @pytest.mark.parametrize(
        ("claimed", "lower", "upper", "verdict"),
        [
            (-40, -0.5, -0.2, "within"),
            (-50, -0.5, -0.2, "within"),  # the bounds belong to it, as they are shown
            (-20, -0.5, -0.204, "within"),
            (-51, -0.5, -0.2, "outside"),
            (-19, -0.5, -0.2, "outside"),
            (-40, -0.6, 0.3, "within"),
            (30, -0.5, -0.2, "outside"),
            (-40, None, None, "cannot_be_told"),
            (None, -0.5, -0.2, "within"),
            (None, -0.5, 0.1, "cannot_be_told"),
            (None, 0.1, 0.4, "outside"),
        ],
    )
    def test_within_outside_or_cannot_be_told(self, claimed, lower, upper, verdict):
        assert Beside("", lower, upper).verdict_on(claimed) == verdict

    def test_a_wide_interval_does_not_show_a_claim_to_be_right_and_says_so(self):
        with translation.override("en"):
            assert "does not show the claim to be right" in Beside("A", -0.6, 0.3).sentence(-40)
            assert "does not show" not in Beside("A", -0.6, -0.3).sentence(-40)

    def test_it_is_of_that_very_measure_and_window(self, measured):
        assert judge(measured).verdict == Verdict.WITHIN
        assert judge(measured, months=12).verdict == Verdict.WITHIN
        assert judge(measured, months=12, change=-25).verdict == Verdict.OUTSIDE
        assert judge(measured, months=24).verdict == Verdict.CANNOT_BE_TOLD
        assert judge(measured, measure="drug").verdict == Verdict.CANNOT_BE_TOLD

    def test_comparisons_that_disagree_are_said_to(self, measured):
        ComparisonResult.objects.create(
            run=measured.run, programme=measured.programme, partner=measured.ngo, **reduced(0.0, 0.1, "not_enrolled")
        )
        assert judge(measured).verdict == Verdict.DIFFER

    def test_a_refused_comparison_says_why_and_outvotes_nobody(self, measured):
        ComparisonResult.objects.create(
            run=measured.run, programme=measured.programme, partner=measured.ngo, group="baseline", offences="any",
            window_months=36, refusal="few_participants",
        )  # fmt: skip
        with translation.override("en"):
            told = judge(measured)
            assert told.verdict == Verdict.WITHIN
            assert any("Fewer than 60 participants".lower() in sentence.lower() for sentence in told.sentences)

    def test_of_a_place_it_is_the_change_over_five_years(self, measured):
        TrendChange.objects.create(
            run=measured.run, kind="five_years", district=measured.city, group="drug", verdict="not_shown", change=-0.1,
            lower=-0.25, upper=0.1, p=0.3, months=24,
        )  # fmt: skip
        about = {"programme": None, "district": measured.city, "measure": "drug_arrests", "months": 60}
        assert judge(measured, **about, change=-30).verdict == Verdict.OUTSIDE
        assert judge(measured, **about, change=-20).verdict == Verdict.WITHIN
        assert judge(measured, **about | {"measure": "overdoses"}, change=-20).verdict == Verdict.CANNOT_BE_TOLD

    def test_what_the_portal_does_not_measure_cannot_be_told(self, measured):
        assert judge(measured, measure="else").verdict == Verdict.CANNOT_BE_TOLD


class TestWhoRecords:
    def claim(self, world: World, **fields: Any) -> Claim:
        about = {"partner": world.ngo, "programme": world.programme, "measure": "any", "change": -10, "months": 12}
        return Claim(**about | {"words": "w", "source": "s"} | fields)

    def test_a_manager_about_the_own_programmes(self, measured):
        assert run_as(measured.case_manager, actions.save_claim, claim=self.claim(measured)).pk

    def test_no_manager_about_somebody_elses(self, measured):
        claim = self.claim(measured, partner=measured.other_ngo)
        with pytest.raises(NotAParty):
            run_as(measured.member(measured.other_ngo, "case_manager"), actions.save_claim, claim=claim)

    def test_no_caseworker(self, measured):
        with pytest.raises(NotAllowed):
            run_as(measured.caseworker, actions.save_claim, claim=self.claim(measured))

    @pytest.mark.parametrize(
        "fields",
        [
            {"programme": None},
            {"months": None},
            {"months": 60, "measure": "drug_arrests"},
            {"change": 0},
            {"change": -101},
            {"source": ""},
        ],
    )
    def test_what_makes_no_sense_is_not_stored(self, measured, fields):
        with pytest.raises(IntegrityError), transaction.atomic():
            run_as(
                measured.coordinator,
                actions.save_claim,
                claim=self.claim(measured, partner=measured.coordinator.partner, **fields),
            )

    def test_a_claim_about_a_programme_is_seen_by_it_and_the_coordinator_alone(self, measured):
        for acting, sees in ((measured.coordinator, 1), (measured.caseworker, 1), (measured.liaison, 0)):
            with on_web(acting):
                assert Claim.objects.count() == sees

    def test_sql_plants_none_about_somebody_elses_programme(self, measured):
        other = measured.member(measured.other_ngo, "case_manager")
        with pytest.raises(ProgrammingError), transaction.atomic(), on_web(other):
            self.claim(measured, partner=measured.other_ngo, written_by=other.user).save()


class TestInPublic:
    def agreed(self, world: World) -> PublicEvidence:
        return run_as(world.case_manager, actions.agree_to_publish, programme=world.programme)

    def test_it_takes_the_organisation_and_the_office(self, measured, client):
        evidence = self.agreed(measured)
        address = reverse("public_evidence", args=[evidence.pk])
        assert client.get(address).status_code == 404
        run_as(measured.coordinator, actions.publish_evidence, evidence=evidence)
        page = client.get(address, {"language": "en"}).content.decode()
        assert "40 % fewer" in page
        assert "between −50" in page.replace("-", "−")
        assert not client.get(address).cookies

    def test_each_language_is_frozen_in_its_own_words(self, measured):
        content = self.agreed(measured).content
        assert set(content) == {"fi", "sv", "en"}
        assert content["fi"]["sections"][0]["title"] == "Ketkä osallistuvat"

    def test_nobody_publishes_alone(self, measured):
        with pytest.raises(NotAllowed):
            run_as(measured.coordinator, actions.agree_to_publish, programme=measured.programme)
        with pytest.raises(NotAllowed):
            run_as(measured.case_manager, actions.publish_evidence, evidence=self.agreed(measured))

    def test_nobody_agrees_for_somebody_else(self, measured):
        with pytest.raises(NotAParty):
            run_as(
                measured.member(measured.other_ngo, "case_manager"),
                actions.agree_to_publish,
                programme=measured.programme,
            )

    def test_what_was_changed_since_is_not_published(self, measured):
        evidence = self.agreed(measured)
        measured.claim.change = -90
        run_as(measured.coordinator, actions.save_claim, claim=measured.claim)
        with pytest.raises(actions.EvidenceChanged):
            run_as(measured.coordinator, actions.publish_evidence, evidence=evidence)

    def test_either_side_takes_it_back_with_a_reason_that_the_public_reads(self, measured, client):
        evidence = self.agreed(measured)
        run_as(measured.coordinator, actions.publish_evidence, evidence=evidence)
        with pytest.raises(Invalid):
            run_as(measured.case_manager, actions.withdraw_evidence, evidence=evidence, because=" ")
        run_as(measured.case_manager, actions.withdraw_evidence, evidence=evidence, because="A mistake in it")
        page = client.get(reverse("public_evidence", args=[evidence.pk]), {"language": "en"}).content.decode()
        assert "A mistake in it" in page
        assert "40 % fewer" not in page
        assert self.agreed(measured).pk  # and may agree anew

    def test_agreeing_twice_is_said(self, measured):
        self.agreed(measured)
        with pytest.raises(Invalid):
            self.agreed(measured)

    def test_it_is_of_a_public_release_alone_and_goes_with_it(self, measured, client):
        evidence = self.agreed(measured)
        run_as(measured.coordinator, actions.publish_evidence, evidence=evidence)
        Run.objects.update(withdrawn_at=timezone.now(), withdrawn_because="A wrong feed")
        page = client.get(reverse("public_evidence", args=[evidence.pk]), {"language": "en"}).content.decode()
        assert "A wrong feed" in page
        assert "40 % fewer" not in page
        run_as(measured.case_manager, actions.withdraw_evidence, evidence=evidence, because="With its release")
        with pytest.raises(actions.NoReleaseYet):
            self.agreed(measured)
        with pytest.raises(ProgrammingError), transaction.atomic(), on_web(measured.case_manager):
            PublicEvidence.objects.create(
                partner=measured.ngo, programme=measured.programme, run=measured.run, content={},
                agreed_by=measured.case_manager.user,
            )  # fmt: skip

    def test_nothing_is_agreed_to_before_a_release(self, world):
        with pytest.raises(actions.NoReleaseYet):
            self.agreed(world)

    def test_sql_changes_no_word_of_it(self, measured):
        evidence = self.agreed(measured)
        for acting in (measured.case_manager, measured.coordinator):
            with pytest.raises((InternalError, ProgrammingError, IntegrityError)), transaction.atomic(), on_web(acting):
                PublicEvidence.objects.filter(pk=evidence.pk).update(content={}, state="published")

    def test_sql_of_its_organisation_does_not_publish_it(self, measured):
        evidence = self.agreed(measured)
        with pytest.raises(ProgrammingError), transaction.atomic(), on_web(measured.case_manager):
            PublicEvidence.objects.filter(pk=evidence.pk).update(
                state="published", published_at=timezone.now(), published_by=measured.case_manager.user
            )


class TestPages:
    def test_one_page_says_it_all(self, measured):
        page = (
            measured.client(measured.case_manager)
            .get(reverse("evidence", args=[measured.programme.pk]))
            .content.decode()
        )
        for title in ("Who takes part", "Arrested again", "How people are", "What people say", "What is claimed"):
            assert title in page

    def test_another_partners_is_not_found(self, measured):
        client = measured.client(measured.member(measured.other_ngo, "case_manager"))
        for name in ("evidence", "evidence_paper"):
            assert client.get(reverse(name, args=[measured.programme.pk])).status_code == 404

    def test_it_is_a_report_too(self, measured):
        response = measured.client(measured.coordinator).get(reverse("evidence_paper", args=[measured.programme.pk]))
        assert response.content.startswith(b"%PDF")

    def test_a_claim_comes_back_with_what_is_wrong_and_is_saved_once_right(self, measured):
        client = measured.client(measured.coordinator)
        sent = {
            "words": "Fewer arrests", "source": "A speech", "district": measured.city.pk, "measure": "drug_arrests",
            "change": "-30", "months": "12",
        }  # fmt: skip
        refused = client.post(reverse("claim_new"), sent)
        assert refused.status_code == 422
        assert "Fewer arrests" in refused.content.decode()
        assert client.post(reverse("claim_new"), sent | {"months": "60"}).status_code == 302
        assert "Fewer arrests" in client.get(reverse("claim_list")).content.decode()

    def test_a_claim_about_an_intervention(self, measured):
        intervention = Intervention.objects.create(
            name="Campaign", started_on=measured.today - timedelta(days=400), created_by=measured.coordinator.user
        )
        sent = {
            "words": "Arrests fall",
            "source": "A speech",
            "intervention": intervention.pk,
            "measure": "drug_arrests",
        }
        assert measured.client(measured.coordinator).post(reverse("claim_new"), sent).status_code == 302
