"""The menu: a few groups, each short enough to be read, with what the role may open and nothing else."""

from __future__ import annotations

import pytest

from partnership.practices.actions import choose_practices
from partnership.practices.models import Practice
from partnership.project.menu import GROUPS, MOST_ENTRIES, menu_of
from tests.world import World, run_as

ROLES = (
    "caseworker",
    "case_manager",
    "liaison",
    "data_officer",
    "court_officer",
    "professional",
    "coordinator",
    "auditor",
)


@pytest.mark.parametrize("role", ROLES)
def test_no_group_has_more_entries_than_are_read(world: World, role: str):
    for group in menu_of(getattr(world, role), "/"):
        assert 1 <= len(group.items) <= MOST_ENTRIES, group.label


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_opens(world: World, role: str):
    acting = getattr(world, role)
    client = world.client(acting)
    for group in menu_of(acting, "/"):
        for item in group.items:
            assert client.get(item.url).status_code == 200, item.url


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_in_it_is_refused(world: World, role: str):
    from django.urls import reverse

    acting = getattr(world, role)
    client = world.client(acting)
    offered = {item.url for group in menu_of(acting, "/") for item in group.items}
    for group in GROUPS:
        for entry in group.entries:
            if (url := reverse(entry.url_name)) not in offered and not entry.practice:
                assert client.get(url).status_code == 403, url


def test_a_police_data_officer_browses_no_people(world: World):
    urls = {item.url for group in menu_of(world.data_officer, "/") for item in group.items}
    assert "/people/" not in urls
    assert "/imports/" in urls


def test_a_practice_stands_in_it_once_the_partner_uses_it(world: World):
    acting = world.caseworker

    def offered() -> set[str]:
        page = str(world.client(acting).get("/").content)
        return {url for url in ("/contacts/", "/caseload/") if f'href="{url}"' in page}

    assert offered() == {"/caseload/"}
    run_as(world.case_manager, choose_practices, practices=[Practice.CONTACTS])
    assert offered() == {"/caseload/", "/contacts/"}
