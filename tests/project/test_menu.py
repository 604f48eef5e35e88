"""The menu: a few groups, each short enough to be read, with what the role may open and nothing else."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest
from django.utils.translation import override

from partnership.practices.actions import choose_practices
from partnership.practices.models import Practice
from partnership.project.menu import GROUPS, MOST_ENTRIES, drawn, menu_of
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


def test_a_page_shows_the_menu_of_its_own_role_language_and_place_whoever_asked_before(world: World):
    asked = [(role, language) for role in ROLES for language in ("en", "fi")]
    for role, language in [*asked, *reversed(asked)]:
        acting = getattr(world, role)
        acting.user.language = language
        acting.user.save()
        with override(language):
            entries = [item for group in menu_of(acting, "/figures/recidivism/") for item in group.items]
            expected = [(escape(item.url), str(item.label), item.is_current) for item in entries]
            html = world.client(acting).get("/help/").content.decode()
            at_help = re.findall(r'<a href="([^"]+)"( aria-current="page")?>\s*<svg.*?</svg>\s*(.+?)\s*</a>', drawn(acting, "/figures/recidivism/"), re.S)  # fmt: skip
        assert [(url, unescape(label), bool(current)) for url, current, label in at_help] == expected
        assert all(html.count(f'<a href="{url}"') >= 2 for url, _label, _current in expected), "wide and narrow"
