"""The caseload: filtered, searched, handed over with its appointments."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.enrolments.models import NOT_SEEN_DAYS, Enrolment
from cases.planning.models import Appointment
from tests.shared_worlds import shared
from tests.world import World

CASELOAD = "/caseload/"


@shared
def team(world: World) -> World:
    """Two colleagues, each with people; one person with nobody."""
    make = lambda last_name, responsible, **fields: world.enrolment(
        person=world.person(world.ngo, last_name=last_name, **fields.pop("person", {})),
        responsible=responsible and responsible.user,
        **fields,
    )
    world.mine = make("Koivu", world.caseworker, person={"phone": "+358 40 123 4567", "born_on": date(1985, 3, 2)})
    world.mine_long_ago = make("Mänty", world.caseworker, started_on=world.today - timedelta(days=NOT_SEEN_DAYS + 1))
    world.theirs = make("Kuusi", world.case_manager)
    world.nobodys = make("Leppä", None)
    return world


def names(world: World, query: str = "", client=None) -> list[str]:
    page = (client or world.client(world.caseworker)).get(CASELOAD + query).context["page"]
    return sorted(enrolment.person.last_name for enrolment in page.rows)


@pytest.mark.parametrize(
    ("query", "whom"),
    [
        ("", ["Koivu", "Mänty"]),
        ("?whose=all", ["Koivu", "Kuusi", "Leppä", "Mänty"]),
        ("?whose=nobody", ["Leppä"]),
        ("?met=not_lately", ["Mänty"]),
        ("?whose=all&programme=0", []),
        ("?whose=nonsense", ["Koivu", "Mänty"]),
    ],
)
def test_it_is_filtered(team, query, whom):
    assert names(team, query) == whom


def test_a_colleagues_is_one_choice(team):
    assert names(team, f"?whose={team.case_manager.user.pk}") == ["Kuusi"]


@pytest.mark.parametrize("text", ["koivu", "koiuv", "2.3.1985", "040 123 4567", "+358401234567", "1234567"])
def test_a_name_with_a_typing_error_a_birth_date_or_a_phone_finds_and_the_filters_stay(team, text):
    client = team.client(team.caseworker)
    response = client.post(f"{CASELOAD}?whose=all", {"q": text})
    assert response.url == f"{CASELOAD}?whose=all&found=1"
    assert names(team, "?whose=all&found=1", client) == ["Koivu"]
    assert text not in response.url


def test_an_empty_search_shows_everybody_again(team):
    client = team.client(team.caseworker)
    client.post(CASELOAD, {"q": "koivu"})
    assert client.post(f"{CASELOAD}?whose=all&found=1", {"q": " "}).url == f"{CASELOAD}?whose=all"


class TestHandingOver:
    def hand_over(self, world: World, *enrolments: Enrolment, **more: str):
        sent = {"to": world.case_manager.user.pk, "pk": [enrolment.pk for enrolment in enrolments]} | more
        return world.client(world.caseworker).post(reverse("caseload_hand_over"), sent)

    def appointment(self, enrolment: Enrolment, responsible, days: int) -> Appointment:
        return Appointment.objects.create(
            partner=enrolment.partner,
            enrolment=enrolment,
            responsible=responsible.user,
            starts_at=timezone.now() + timedelta(days=days),
        )

    def test_many_at_once_and_one_comes_back_to_the_list_as_it_was(self, team):
        response = self.hand_over(team, team.mine, team.nobodys, next=f"{CASELOAD}?whose=all")
        assert response.url == f"{CASELOAD}?whose=all"
        handed = Enrolment.objects.filter(responsible=team.case_manager.user)
        assert set(handed) == {team.mine, team.nobodys, team.theirs}

    def test_the_appointments_to_come_go_along_and_no_other(self, team):
        to_come = self.appointment(team.mine, team.caseworker, 3)
        past = self.appointment(team.mine, team.caseworker, -3)
        of_another = team.member(team.ngo, "caseworker")
        theirs = self.appointment(team.mine, of_another, 3)
        self.hand_over(team, team.mine)
        responsible = dict(Appointment.objects.values_list("pk", "responsible"))
        assert responsible == {
            to_come.pk: team.case_manager.user.pk,
            past.pk: team.caseworker.user.pk,
            theirs.pk: of_another.user.pk,
        }
