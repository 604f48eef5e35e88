"""The coordinator's first page is a briefing: what is found, the promises kept least, what waits, and who is joining."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from metrics.comparison.models import ComparisonResult
from metrics.quality.models import FeedQuality
from metrics.referral_figures.models import ReferralResult
from metrics.runs.models import Run
from metrics.trends.models import TrendChange
from partnership.agreements.models import Agreement
from partnership.events.outbox import FAILED_KEY
from partnership.members.joining import joining_partners
from partnership.members.models import Invitation, Partner
from partnership.pages.briefing import Line, lines
from programs.catalogue.models import Programme
from referrals.handover.models import Referral
from tests.world import World, on_web

STEPS = ["Manager invited", "Invitation accepted", "Agreement signed by both", "Programme published", "First referral sent or received"]  # fmt: skip


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def said(world: World) -> dict[str, list[Line]]:
    with on_web(world.coordinator):
        return lines(world.coordinator)


def texts(found: list[Line]) -> str:
    return " | ".join(f"{line.title}: {line.text} [{line.tag}]" for line in found).replace("\N{NO-BREAK SPACE}", " ")


def compare(run: Run, programme: Programme) -> None:
    """The programme's participants are arrested again less often than similar people."""
    ComparisonResult.objects.create(
        run=run, programme=programme, partner=programme.partner, group="matched", offences="any", window_months=12,
        difference=-0.15, difference_lower=-0.2, difference_upper=-0.1,
    )  # fmt: skip


class TestFindings:
    def test_each_question_has_its_answer_before_anything_was_computed(self, world):
        found = said(world)["finding"]
        assert [line.title for line in found] == ["Does it work?", "Are arrests falling?"]
        assert "No release yet" in found[0].text
        assert "too few to compare" in found[1].text

    def test_effects_are_those_of_the_release_and_arrests_and_referrals_of_the_newest_run(self, world, run):
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now())
        compare(run, world.programme)
        newer = Run.objects.create(reason="t", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")
        TrendChange.objects.create(
            run=newer, kind="five_years", group="drug", verdict="fall", change=-0.2, lower=-0.3, upper=-0.1, p=0.001
        )
        counts = {"acknowledged": 9, "answered": 9, "enrolled": 3, "declined:no_capacity": 6}
        ReferralResult.objects.create(run=newer, is_protected=False, sent=10, counts=counts)
        effects, arrests, referrals = said(world)["finding"]
        assert effects.text.startswith(f"{world.programme.name}: lower.")
        assert "2026-Q4" in effects.text
        assert "A fall is shown" in arrests.text
        assert referrals.text == (
            "Most get stuck between answer and enrolment: 6 of 9 answered were not enrolled (yet). "
            "6 declined for want of a place."
        )

    def test_it_says_what_the_page_of_effects_says_first(self, world, run):
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now())
        compare(run, world.programme)
        compare(run, world.other_programme)
        finding = world.client(world.coordinator).get(reverse("effects")).context["finding"]
        assert "lower in 2 of 2 programmes" in finding
        (line, *_others) = said(world)["finding"]
        assert line.text.startswith(finding)
        assert line.address == reverse("effects")


class TestPromisesAndWhatWaits:
    def test_the_promise_kept_least_comes_first_with_its_share_and_leads_to_its_page(self, world, run):
        for partner, kept in ((world.ngo, 38), (world.other_ngo, 10), (world.office, None)):
            counts = {"to_answer": 40, "answered_in_time": kept} if kept else {"to_answer": 3, "answered_in_time": 0}
            ReferralResult.objects.create(run=run, to_partner=partner, is_protected=False, sent=40, counts=counts)
        ReferralResult.objects.create(run=run, is_protected=False, sent=80, counts={})
        promises = said(world)["promise"]
        assert texts(promises) == (
            "Bridge: answered in time: 10 of 40 [25 %] | Anchor: answered in time: 38 of 40 [95 %]"
        )
        assert promises[0].address == reverse("referral_figures") + f"?of=to-{world.other_ngo.pk}"

    def test_nothing_waits_where_all_is_done(self, world):
        assert said(world)["waiting"] == []

    def test_what_waits_is_named_and_counted(self, world, run, settings):
        FeedQuality.objects.create(
            run=run, partner=world.police, district=world.city, days_late=61, problems=["late"], complete_through=world.today
        )  # fmt: skip
        Run.objects.update(quarter=f"{world.today.year}-Q{(world.today.month + 2) // 3}")
        referral = world.sent()
        Referral.objects.filter(pk=referral.pk).update(due_acknowledge_at=timezone.now() - timedelta(days=1))
        Agreement.objects.update(valid_to=world.today + timedelta(days=30))
        cache.set(FAILED_KEY, 2)
        try:
            waiting = texts(said(world)["waiting"])
        finally:
            cache.delete(FAILED_KEY)
        for part in ("[not released]", "The feed of Harbour Police is late [61 days]", "Events: ", "Referrals: Wait longer than promised [1]", "Agreements: "):  # fmt: skip
            assert part in waiting
        assert "Meikäläinen" not in world.client(world.coordinator).get("/").text


class TestJoining:
    def found(self, world: World) -> dict[str, list[bool]]:
        with on_web(world.coordinator):
            return {
                joining.partner.name: [done for _label, done in joining.steps]
                for joining in joining_partners(10)
                if joining.partner not in (world.prosecutors, world.social)
            }

    def new(self, world: World, kind: str = "ngo") -> Partner:
        world.sent(by=world.other_liaison, programme=world.other_programme)
        world.sent()
        return world.partner("Newcomer", kind)

    def test_step_by_step_until_all_is_done(self, world):
        partner = self.new(world)
        done = [False] * 5
        assert self.found(world) == {"Newcomer": done}
        invitation = Invitation.objects.create(
            partner=partner, email="n@test.example", role="case_manager", is_manager=True, token_hash="x",
            invited_by=world.coordinator.user, expires_at=timezone.now() + timedelta(days=14),
        )  # fmt: skip
        steps = [
            lambda: None,
            lambda: Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now()),
            lambda: world.agreement.parties.add(partner),
            lambda: Programme.objects.create(partner=partner, name="P", kind="mentoring", accepts=["arrest_diversion"]),
        ]
        for number, step in enumerate(steps):
            step()
            done[number] = True
            assert self.found(world) == {"Newcomer": done}
        world.sent(programme=Programme.objects.get(partner=partner))
        assert self.found(world) == {}

    def test_who_publishes_has_members_though_nobody_was_invited(self, world):
        partner = self.new(world)
        Programme.objects.create(partner=partner, name="P", kind="mentoring", accepts=["ngo_to_ngo"])
        assert self.found(world) == {"Newcomer": [True, True, False, True, False]}

    def test_police_publish_no_programme_and_who_left_is_not_waited_for(self, world):
        partner = self.new(world, "police")
        assert [len(steps) for steps in self.found(world).values()] == [4]
        Partner.objects.filter(pk=partner.pk).update(is_active=False)
        assert self.found(world) == {}

    def test_the_page_shows_them(self, world):
        self.new(world)
        page = world.client(world.coordinator).get("/").text
        assert "Partners that are joining" in page
        for step in STEPS:
            assert step in page
