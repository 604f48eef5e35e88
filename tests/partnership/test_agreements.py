"""Agreements between partners: on which days they are in force, and which of several counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from partnership.agreements.actions import agreement_in_force
from partnership.agreements.models import Agreement


class TestInForce:
    @pytest.mark.parametrize(
        ("begins", "ends", "is_in_force"),
        [(0, 0, True), (-9, 0, True), (-9, -1, False), (0, None, True), (1, None, False), (-9, 9, True)],
        ids=["its only day", "last day", "over", "first day", "not yet", "in the middle"],
    )
    def test_from_its_first_day_to_its_last(self, world, begins, ends, is_in_force):
        valid_to = None if ends is None else world.today + timedelta(days=ends)
        Agreement.objects.update(valid_from=world.today + timedelta(days=begins), valid_to=valid_to)
        assert (agreement_in_force(world.police, world.ngo) is not None) == is_in_force
        assert Agreement.objects.get().is_in_force == is_in_force

    def test_days_are_those_of_the_place_and_not_of_greenwich(self, world, set_clock):
        Agreement.objects.update(valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 10))
        set_clock(datetime(2026, 3, 10, 21, 59, tzinfo=UTC))
        assert agreement_in_force(world.police, world.ngo)
        set_clock(datetime(2026, 3, 10, 22, 0, tzinfo=UTC))  # midnight in Helsinki
        assert agreement_in_force(world.police, world.ngo) is None
        assert not Agreement.objects.get().is_in_force

    def test_both_partners_are_parties(self, world):
        world.agreement.parties.set([world.police, world.other_ngo])
        assert agreement_in_force(world.police, world.ngo) is None
        assert agreement_in_force(world.ngo, world.police) is None
        assert agreement_in_force(world.other_ngo, world.police) == world.agreement

    def test_of_several_the_one_that_promises_most_counts(self, world):
        quick = Agreement.objects.create(title="Quick", valid_from=world.today, days_to_acknowledge=1)
        quick.parties.set([world.police, world.ngo])
        assert agreement_in_force(world.police, world.ngo) == quick

    def test_ended_by_the_coordinator_it_is_in_force_no_longer(self, world):
        address = reverse("agreement_end", args=[world.agreement.pk])
        assert world.client(world.case_manager).post(address).status_code == 403
        assert agreement_in_force(world.police, world.ngo)
        world.client(world.coordinator).post(address)
        assert agreement_in_force(world.police, world.ngo) is None
        assert not Agreement.objects.get().is_in_force
