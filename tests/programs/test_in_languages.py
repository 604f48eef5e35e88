"""Places and programmes have a name in each language: whoever reads Swedish finds Åbo, not Turku."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from partnership.members.models import District
from programs.catalogue.models import Programme

SWEDISH = {"HTTP_ACCEPT_LANGUAGE": "sv"}


@pytest.fixture
def abo(world):
    """The world's district and programme, with Swedish names."""
    District.objects.filter(pk=world.city.pk).update(name="Turku", name_sv="Åbo")
    world.programme.name_sv, world.programme.description_sv = "Samtalsstöd", "Sex möten."
    world.programme.save()
    world.programme.districts.set([world.city])
    return world


def test_find_help_speaks_of_them_in_the_readers_language(abo, client):
    swedish = client.get(reverse("find_help"), **SWEDISH).text
    for text in ("Samtalsstöd", "Sex möten.", "Åbo"):
        assert text in swedish
    assert "Turku" not in swedish
    assert "Turku" in client.get(reverse("find_help"), HTTP_ACCEPT_LANGUAGE="fi").text


def test_where_a_language_has_no_name_there_is_the_one_for_all(abo):
    with translation.override("fi"):
        assert (str(abo.programme), abo.programme.local_description) == (abo.programme.name, abo.programme.description)


def test_its_owner_gives_a_programme_its_names(world):
    address = reverse("programme_edit", args=[world.programme.pk])
    fields = {"name": "Anchor", "kind": "diversion", "accepts": ["self"], "name_sv": "Ankaret", "is_active": "on"}
    world.client(world.case_manager).post(address, fields)
    assert Programme.objects.get(pk=world.programme.pk).name_sv == "Ankaret"


def test_the_directory_for_other_systems_follows_the_callers_language(abo, client):
    names = {each["name"] for each in client.get("/api/v1/hsds/services", **SWEDISH).json()["contents"]}
    assert "Samtalsstöd" in names
    assert client.get("/api/v1/hsds/services?search=samtalsst").json()["total_items"] == 1


def test_the_api_has_each_name(abo, ngo):
    programme = ngo.get(f"programmes/{abo.programme.pk}")
    assert (programme["name_sv"], programme["name_fi"], programme["description_sv"]) == (
        "Samtalsstöd",
        "",
        "Sex möten.",
    )
    assert "Åbo" in {district["name_sv"] for district in ngo.get("districts")["results"]}


def test_the_search_knows_them_too(abo):
    page = abo.client(abo.caseworker)
    page.post(reverse("search"), {"q": "samtalsst"})
    assert reverse("programme", args=[abo.programme.pk]) in page.get(reverse("search")).text


def test_a_system_that_knows_one_language_takes_no_other_away(abo, ngo):
    ngo.call(
        "put", f"programmes/{abo.programme.pk}", {"name": "Talks", "kind": "diversion", "accepts": ["self"]}, status=200
    )
    assert ngo.get(f"programmes/{abo.programme.pk}")["name_sv"] == "Samtalsstöd"
