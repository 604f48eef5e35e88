"""A system gets no more than its kind needs, unless somebody marks it."""

from __future__ import annotations

import pytest

from partnership.integrations.scopes import grantable, kinds_for
from partnership.members.models import Partner


@pytest.mark.parametrize("kind", Partner.Kind)
def test_every_kind_of_partner_is_offered_systems_with_scopes_that_it_may_have(kind):
    partner = Partner(kind=kind)
    for system in kinds_for(partner).values():
        assert system.scopes
        assert set(system.scopes) <= set(grantable(partner))


@pytest.mark.parametrize("kind", Partner.Kind)
def test_statistics_show_nobody(kind):
    assert set(kinds_for(Partner(kind=kind))["statistics"].scopes) <= {"directory:read", "metrics:read"}


def test_the_form_begins_with_what_the_chosen_kind_needs_and_with_nothing_otherwise(world):
    client = world.client(world.case_manager)
    form = client.get("/api-clients/new/?kind=cases").context["form"]
    assert "enrolments:write" in form["scopes"].value()
    assert "arrests:read" not in form["scopes"].value()
    for address in ("/api-clients/new/", "/api-clients/new/?kind=records", "/api-clients/new/?kind=x"):
        assert not client.get(address).context["form"]["scopes"].value()
