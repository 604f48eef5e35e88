"""The read-only API: programmes, own referrals, figures; its description fits what it does."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from metrics.models import RecidivismResult, Run
from tests.world import World


def get(world: World, role: str, address: str) -> dict:
    response = world.client(getattr(world, role)).get(address)
    assert response.status_code == 200, response.content
    return response.json()


class TestReferrals:
    def test_a_party_sees_its_own_without_the_identity(self, world):
        referral = world.sent()
        found = get(world, "caseworker", "/api/v1/referrals/")
        assert [r["id"] for r in found["results"]] == [referral.pk]
        assert found["results"][0]["fhir_task_status"] == "requested"
        assert "Meik" not in json.dumps(found)

    def test_another_partner_sees_none_and_a_data_officer_none(self, world):
        world.sent()
        for role in ("other_caseworker", "other_liaison", "data_officer", "auditor"):
            assert get(world, role, "/api/v1/referrals/")["results"] == []

    def test_pages_follow_the_next_link_to_the_end(self, world):
        for number in range(5):
            world.sent(person=world.person(world.police, first_names=f"P{number}"))
        seen, address = [], "/api/v1/referrals/?limit=2"
        while address:
            page = get(world, "caseworker", address)
            seen += [r["id"] for r in page["results"]]
            address = page["next"]
        assert len(seen) == len(set(seen)) == 5

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "after=nonsense", "state=nonsense", "kind=x", "direction=x"]
    )
    def test_a_wrong_parameter_is_an_error(self, world, query):
        assert world.client(world.caseworker).get(f"/api/v1/referrals/?{query}").status_code == 400

    def test_direction(self, world):
        world.sent()
        assert len(get(world, "liaison", "/api/v1/referrals/?direction=outgoing")["results"]) == 1
        assert get(world, "liaison", "/api/v1/referrals/?direction=incoming")["results"] == []

    def test_it_only_reads(self, world):
        referral = world.sent()
        client = world.client(world.caseworker)
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/api/v1/referrals/{referral.pk}/").status_code == 405


def test_programmes_with_capacity(world):
    found = get(world, "other_liaison", "/api/v1/programmes/?capacity=open")
    assert {p["name"] for p in found["results"]} == {"Counselling", "Mentors"}
    assert found["results"][0]["capacity"] == "open"


def test_figures_are_those_of_the_newest_finished_run(world):
    for state, count in ((Run.State.DONE, 10), (Run.State.DONE, 20), (Run.State.RUNNING, 30)):
        run = Run.objects.create(reason="test", state=state, definition="d")
        RecidivismResult.objects.create(
            run=run,
            partner=world.ngo,
            programme=world.programme,
            offences="any",
            window_months=12,
            eligible=50,
            rearrested=count,
        )
    assert [r["rearrested"] for r in get(world, "caseworker", "/api/v1/recidivism/")["results"]] == [20]
    # Another partner sees the partnership's figures and its own, which it has none of here.
    assert get(world, "liaison", "/api/v1/recidivism/")["results"] == []
    assert get(world, "other_caseworker", "/api/v1/recidivism/")["results"] == []


def test_the_description_is_openapi_31_and_names_every_address(world):
    response = world.client(world.caseworker).get(
        reverse("openapi"), headers={"Accept": "application/vnd.oai.openapi+json"}
    )
    schema = json.loads(response.content)
    assert schema["openapi"].startswith("3.1")
    assert {path.split("{")[0] for path in schema["paths"]} == {
        "/api/v1/arrest-trends/", "/api/v1/programmes/", "/api/v1/recidivism/", "/api/v1/referrals/",
    }  # fmt: skip
