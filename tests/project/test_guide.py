"""Help, the guide of the first visit, the page of components, and pages for what goes wrong."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from partnership.members.models import Role, User
from partnership.pages.glossary import WORDS
from partnership.project.guide import ADMINISTRATOR, GUIDES
from tests.world import WebClient, World

BY_ROLE = {
    Role.CASEWORKER: "caseworker",
    Role.CASE_MANAGER: "case_manager",
    Role.POLICE_LIAISON: "liaison",
    Role.POLICE_DATA_OFFICER: "data_officer",
    Role.COURT_OFFICER: "court_officer",
    Role.PROFESSIONAL: "professional",
    Role.COORDINATOR: "coordinator",
    Role.AUDITOR: "auditor",
}


@pytest.mark.parametrize("role", BY_ROLE)
def test_each_step_of_the_guide_leads_to_a_page_that_the_role_may_open(world, role):
    client = world.client(getattr(world, BY_ROLE[role]))
    for step in GUIDES[role]:
        assert client.get(reverse(step.page)).status_code == 200, step.page


def test_an_administrators_jobs_lead_to_pages_that_an_administrator_may_open(world):
    client = WebClient()
    client.force_login(User.objects.create_user("admin@test.example", "x" * 14, full_name="Admin", is_staff=True))
    for step in GUIDES[ADMINISTRATOR]:
        assert client.get(reverse(step.page)).status_code == 200, step.page


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("role", GUIDES)
def test_each_role_has_a_page_of_help_with_a_picture_of_each_job_in_each_language(db, language, role):
    page = Client().get(reverse("help_role", args=[role]), HTTP_ACCEPT_LANGUAGE=language).text
    for step in GUIDES[role]:
        picture = f"help/{language}/{step.picture}.webp"
        assert finders.find(picture), picture
        assert static(picture) in page
        with translation.override(language):
            assert all(escape(str(sentence)) in page for sentence in (step.title, *step.how))


def test_help_leads_to_ones_own_jobs_and_from_there_into_the_portal(world):
    client = world.client(world.liaison)
    address = reverse("help_role", args=[Role.POLICE_LIAISON])
    assert f'href="{address}"' in client.get(reverse("help")).text
    assert f'href="{reverse("divert")}"' in client.get(address).text.split("<main")[1]
    assert client.get(reverse("help_role", args=["nobody"])).status_code == 404


def test_the_guide_stands_on_the_first_page_until_it_is_put_away_and_can_come_back(world):
    client = world.client(world.caseworker)
    assert "Your first visit" in client.get("/").content.decode()
    client.post(reverse("guide"))
    assert "Your first visit" not in client.get("/").content.decode()
    assert "Your first visit" in world.client(world.case_manager).get("/").content.decode()
    client.post(reverse("guide"), {"show": "1"})
    assert "Your first visit" in client.get("/").content.decode()


def test_help_explains_each_word_at_its_own_address(world):
    page = world.client(world.caseworker).get(reverse("help")).content.decode()
    for word in WORDS:
        assert f'id="{word.name}"' in page
    assert 'href="/help/#consent"' in world.client(world.caseworker).get(reverse("referral_new")).content.decode()


def test_the_page_of_components_is_not_in_production(world, settings):
    client = Client()
    assert client.get(reverse("styleguide")).status_code == 200
    settings.PRODUCTION = True
    assert client.get(reverse("styleguide")).status_code == 404


@pytest.fixture
def maintained(settings, tmp_path):
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    call_command("maintenance", "on")
    yield settings.MAINTENANCE_FILE
    call_command("maintenance", "off")


class TestMaintenance:
    def test_every_page_says_so_and_when_to_come_back_without_the_database(
        self, maintained, world, django_assert_num_queries
    ):
        client = Client()
        with django_assert_num_queries(0):
            response = client.get("/referrals/")
        assert response.status_code == 503
        assert response["Retry-After"] == "600"
        assert "Back soon" in response.content.decode()

    def test_the_api_says_it_as_a_problem_and_the_probes_still_answer(self, maintained, world):
        response = Client().get("/api/v1/referrals")
        assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
        assert response.json()["type"].endswith("maintenance")
        assert Client().get("/healthz").status_code == 200

    def test_afterwards_the_portal_is_back(self, maintained, world):
        call_command("maintenance", "off")
        assert world.client(world.caseworker).get("/").status_code == 200


class TestErrorPages:
    def test_too_much_at_once_is_said_and_what_to_do(self, world: World, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        client = world.client(world.caseworker)
        response = client.post(reverse("note_add", args=[world.enrolment().pk]), {"note-text": "x" * 2000})
        assert response.status_code == 413
        assert "too large" in response.content.decode()

    def test_too_many_attempts_to_sign_in_wait(self, world: World):
        client = Client()
        for _attempt in range(30):
            response = client.post(
                "/accounts/login/", {"login": "impatient@test.example", "password": "wrong"}, REMOTE_ADDR="203.0.113.9"
            )
            if response.status_code == 429:
                break
        page = response.content.decode()
        assert "Too many" in page
