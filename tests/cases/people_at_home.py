"""A person with a card for My page, and the phone on which they open it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from cases.my_page import actions as my_page
from cases.people.models import Person
from partnership.isolation.acting import Acting
from tests.world import WebClient, World, run_as

BORN_ON = date(1990, 5, 17)
"""Of the world's people, unless it is said."""


def card_of(world: World, by: Acting, person: Person, language: str = "en", days: int = 30) -> str:
    """A new card for the person; returns its code."""
    _card, code = run_as(
        by, my_page.make_card, person=person, valid_until=world.today + timedelta(days=days), language=language
    )
    return code


def tries(client: WebClient, code: str, born_on: date = BORN_ON, **more: Any) -> Any:
    sent = {"code": code, "day": born_on.day, "month": born_on.month, "year": born_on.year}
    return client.post(reverse("my_page"), sent, **more)


def phone_of(world: World, by: Acting, person: Person, **card: Any) -> WebClient:
    """The person's phone, on which My page is open."""
    phone = WebClient()
    answer = tries(phone, card_of(world, by, person, **card), person.born_on or BORN_ON)
    assert answer.status_code == 302, answer.content.decode()
    return phone


def page_of(phone: WebClient) -> str:
    """What My page shows."""
    return phone.get(reverse("my_page")).content.decode()
