"""Referrals for who speaks FHIR R4: searching, reading, and what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from referrals.fhir.search import Period, _limits
from referrals.handover.models import Referral
from tests.world import WebClient, do

TYPE = "application/fhir+json"


def numbers(system, query: str) -> list[str]:
    bundle = system.get(f"fhir/Task?{query}")
    return [entry["resource"]["id"] for entry in bundle["entry"]]


class TestSearching:
    def test_by_number(self, world, ngo):
        first = world.sent()
        second = world.sent(person=world.person(world.police))
        third = world.sent(person=world.person(world.police))
        assert numbers(ngo, f"_id={first.pk},{third.pk}") == [str(third.pk), str(first.pk)]
        assert numbers(ngo, f"_id={second.pk}&_format=json") == [str(second.pk)]

    def test_by_status_in_the_words_of_each_resource(self, world, ngo):
        waiting = world.sent()
        declined = do(world, "decline", world.sent(person=world.person(world.police)))
        assert numbers(ngo, "status=requested") == [str(waiting.pk)]
        assert numbers(ngo, "status=rejected,requested") == [str(declined.pk), str(waiting.pk)]
        found = ngo.get("fhir/ServiceRequest?status=revoked")["entry"]
        assert [entry["resource"]["id"] for entry in found] == [str(declined.pk)]

    @pytest.mark.parametrize(
        ("prefix", "before", "on", "after"),
        [("eq", 0, 1, 0), ("", 0, 1, 0), ("ne", 1, 0, 1), ("gt", 0, 0, 1), ("sa", 0, 0, 1), ("lt", 1, 0, 0),
         ("eb", 1, 0, 0), ("ge", 0, 1, 1), ("le", 1, 1, 0)],
    )  # fmt: skip
    def test_by_day_with_each_prefix(self, world, ngo, prefix, before, on, after):
        noon = timezone.make_aware(datetime(2026, 3, 10, 12))
        referrals = [world.sent(person=world.person(world.police)) for _number in range(3)]
        for days, referral in zip((-1, 0, 1), referrals, strict=True):
            Referral.objects.filter(pk=referral.pk).update(changed_at=noon + timedelta(days=days))
        wanted = [str(r.pk) for r, is_in in zip(referrals, (before, on, after), strict=True) if is_in]
        assert numbers(ngo, f"_lastUpdated={prefix}2026-03-10") == wanted

    def test_between_two_days(self, world, ngo):
        referral = world.sent()
        Referral.objects.filter(pk=referral.pk).update(changed_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
        assert numbers(ngo, "_lastUpdated=ge2026-03&_lastUpdated=lt2026-04") == [str(referral.pk)]
        assert numbers(ngo, "_lastUpdated=ge2026-04&_lastUpdated=lt2026-05") == []

    @given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
    def test_a_coarser_date_holds_every_finer_one(self, moment):
        stamp = moment.isoformat(timespec="seconds")
        values = [stamp[:4], stamp[:7], stamp[:10]]
        limits = [_limits(value) for value in values]
        for (start, end), (finer_start, finer_end) in pairwise(limits):
            assert start <= finer_start < finer_end <= end

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("2026-03-10T12:00Z", 60), ("2026-03-10T12:00:00Z", 1), ("2026-03-10T12:00:00.5+02:00", 0.1)],
    )
    def test_a_moment_is_as_long_as_it_is_exact(self, value, seconds):
        start, end = _limits(value)
        assert (end - start).total_seconds() == seconds

    @pytest.mark.parametrize("value", ["yesterday", "2026-13", "2026-02-30", "xx2026", "2026-03-10T12:00:00", "9999"])
    def test_what_is_no_date_is_refused(self, value):
        with pytest.raises(Exception, match=r"date|day"):
            Period().run_validation(value)


class TestReading:
    def test_a_resource_has_a_weak_tag_of_its_version(self, world, ngo):
        referral = world.sent()
        response = ngo.call("get", f"fhir/Task/{referral.pk}")
        assert response["ETag"] == f'W/"{response.found["meta"]["versionId"]}"'
        assert response["Last-Modified"]
        ngo.call("get", f"fhir/Task/{referral.pk}", status=304, If_None_Match=response["ETag"])
        do(world, "acknowledge", referral)
        ngo.call("get", f"fhir/Task/{referral.pk}", If_None_Match=response["ETag"])


class TestErrors:
    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [("fhir/Task/999999", 404, "not-found"), ("fhir/Task?status=lost", 400, "invalid"),
         ("fhir/Task?_format=xml", 400, "invalid"), ("fhir/Task?_lastUpdated=soon&_count=0", 400, "invalid")],
    )  # fmt: skip
    def test_what_is_wrong_is_an_operation_outcome(self, world, ngo, query, status, code):
        response = ngo.call("get", query, status=status)
        assert response["Content-Type"] == TYPE
        assert response.found["resourceType"] == "OperationOutcome"
        assert {issue["code"] for issue in response.found["issue"]} == {code}
        assert len(response.found["issue"]) == max(1, query.count("="))

    def test_without_a_token_too(self, world):
        response = WebClient().get("/api/v1/fhir/Task")
        assert (response.status_code, response["Content-Type"]) == (401, TYPE)
        assert response.json()["issue"][0]["code"] == "login"
