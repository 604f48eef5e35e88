"""A new installation: one command makes the administrator, the office and the invitation of its coordinator."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from partnership.events.models import Letter
from partnership.members import actions as members
from partnership.members.models import Invitation, Membership, Partner, Role, User
from tests.world import WebClient

ADMINISTRATOR = {
    "DJANGO_SUPERUSER_EMAIL": "chief@portal.example",
    "DJANGO_SUPERUSER_FULL_NAME": "Chief",
    "DJANGO_SUPERUSER_PASSWORD": "correct horse battery",
}


@pytest.fixture
def _administrator_in_environment(monkeypatch):
    for name, value in ADMINISTRATOR.items():
        monkeypatch.setenv(name, value)


def first_office(*arguments: str) -> str:
    out = StringIO()
    call_command("first_office", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("_administrator_in_environment")
def test_on_an_empty_database_it_leads_to_a_coordinator_who_signs_in(db):
    said = first_office("anna@office.example", "--office", "Office of the North")
    office = Partner.objects.get()
    assert (office.name, office.kind) == ("Office of the North", "coordination")
    administrator = User.objects.get()
    assert administrator.is_staff
    # No mail may leave yet: whoever holds the database has proven enough.
    assert EmailAddress.objects.get(user=administrator).verified
    link = re.search(r"http://testserver(/invitation/\S+)", said)
    assert link
    assert Letter.objects.get().address == "anna@office.example"

    client = WebClient()
    assert client.get(link[1]).status_code == 200
    client.post(
        link[1], {"full_name": "Anna", "password": "correct horse battery", "password2": "correct horse battery"}
    )
    membership = Membership.objects.get()
    assert (membership.role, membership.is_manager, membership.partner) == (Role.COORDINATOR, True, office)


@pytest.mark.usefixtures("_administrator_in_environment")
def test_run_again_it_does_what_is_missing_and_no_more(db):
    first_office("anna@office.example")
    first_office("anna@office.example")
    assert (User.objects.count(), Partner.objects.count()) == (1, 1)
    assert Invitation.objects.filter(revoked_at=None).count() == 1
    user = User.objects.create_user("anna@office.example", "x" * 14, full_name="Anna")
    Membership.objects.create(user=user, partner=Partner.objects.get(), role=Role.COORDINATOR, is_manager=True)
    said = first_office("other@office.example")
    assert "Nothing to do: Coordination office has, or had, a manager. Ask them." in said
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_without_an_administrator_nobody_is_invited(db, monkeypatch):
    monkeypatch.delenv("DJANGO_SUPERUSER_EMAIL", raising=False)
    with pytest.raises(CommandError):
        first_office("anna@office.example")
    assert not Partner.objects.exists()


def test_only_an_administrator_makes_it(world):
    with pytest.raises(members.NotAllowed):
        members.make_first_office(administrator=world.coordinator.user, name="Mine", email="me@test.example")
