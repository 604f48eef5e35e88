"""Where programmes are found and when they are open: on Find help, over the API, in the directory as HSDS 3.0 has it."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone

from partnership.audit_trail.models import RecordChange
from partnership.isolation.errors import RuleError
from programs.locations import actions as locations
from programs.locations.models import Location, OpeningHours
from programs.locations.opening import opening_of
from tests.systems import System
from tests.world import WebClient, World, on_web, run_as

MONDAY = datetime(2026, 11, 30, tzinfo=ZoneInfo("Europe/Helsinki"))
WEEKDAYS = {day: (time(9), time(16)) for day in range(1, 6)}


@pytest.fixture
def place(world: World) -> Location:
    return save(world, hours=WEEKDAYS)


def save(world: World, hours: Any = None, **fields: Any) -> Location:
    terms = {"street": "Katu 1", "postal_code": "00500", "city": "Helsinki"} | fields
    location = Location(partner=world.ngo, programme=world.programme, **terms)
    return run_as(world.case_manager, locations.save_location, location=location, hours=hours or {})


class TestOpening:
    @pytest.mark.parametrize(
        ("days", "clock", "says"),
        [
            (0, time(8, 59), (False, "Monday", time(9), True)),
            (0, time(9), (True, time(16))),
            (0, time(15, 59), (True, time(16))),
            (0, time(16), (False, "Tuesday", time(9), False)),
            (4, time(17), (False, "Monday", time(9), False)),
            (5, time(12), (False, "Monday", time(9), False)),
        ],
    )
    def test_it_is_open_between_its_hours_and_tells_when_it_opens_next(self, days, clock, says):
        hours = [OpeningHours(weekday=day, opens_at=span[0], closes_at=span[1]) for day, span in WEEKDAYS.items()]
        opening = opening_of(hours, (MONDAY + timedelta(days=days)).replace(hour=clock.hour, minute=clock.minute))
        told = (True, opening.closes_at) if opening.is_open else (False, *opening[2:])
        assert told == says

    def test_once_a_week_it_opens_next_week(self):
        only = [OpeningHours(weekday=1, opens_at=time(9), closes_at=time(10))]
        assert opening_of(only, MONDAY.replace(hour=11))[2:] == ("Monday", time(9), False)

    def test_without_hours_nothing_is_said(self):
        assert opening_of([]) is None


class TestFindHelp:
    def page(self, **asked: str) -> str:
        return WebClient().get("/find-help/", asked).content.decode()

    @pytest.mark.parametrize(("hour", "is_there"), [(10, True), (20, False)])
    def test_open_now_shows_what_is_open_now(self, world, place, set_clock, hour, is_there):
        set_clock(MONDAY.replace(hour=hour))
        assert ("Counselling" in self.page(now="1")) == is_there
        page = self.page()
        assert ("Open now, until 16:00" in page) == is_there
        assert "Katu 1" in page

    def test_a_confidential_address_is_not_stored_and_so_never_shown(self, world):
        with pytest.raises(ValidationError):
            save(world, is_confidential=True)
        save(world, is_confidential=True, street="", postal_code="")
        assert "Call to be told the address" in self.page()

    def test_when_its_partner_checked_it_stands_there(self, world, set_clock):
        set_clock(MONDAY)
        run_as(world.case_manager, locations.check_programme, programme=world.programme)
        assert "Last checked on" in self.page()


class TestPages:
    def test_a_case_manager_adds_changes_and_removes_a_place(self, world):
        browser = world.client(world.case_manager)
        week = {"opens_1": "09:00", "closes_1": "16:00"}
        terms = {"street": "Katu 1", "postal_code": "00500", "city": "Helsinki", **week}
        browser.post(f"/programmes/{world.programme.pk}/place/", terms)
        place = Location.objects.get()
        assert [str(day) for day in place.hours.all()] == ["Monday 09:00–16:00"]
        browser.post(f"/places/{place.pk}/", terms | {"street": "Katu 2", "opens_1": "", "closes_1": ""})
        place.refresh_from_db()
        assert (place.street, place.hours.count()) == ("Katu 2", 0)
        assert RecordChange.objects.filter(record="programme", action="location.save").count() == 2
        browser.post(f"/places/{place.pk}/remove/")
        assert not Location.objects.exists()

    @pytest.mark.parametrize(
        ("times", "message"),
        [
            ({"opens_1": "09:00"}, "Give both times, or none."),
            ({"opens_1": "10:00", "closes_1": "09:00"}, "It closes before it opens."),
        ],
    )
    def test_a_day_has_both_times_in_their_order(self, world, times, message):
        answer = world.client(world.case_manager).post(
            f"/programmes/{world.programme.pk}/place/", {"street": "Katu 1", "city": "Helsinki", **times}
        )
        assert message in answer.content.decode()

    def test_the_action_holds_to_it_too(self, world):
        with pytest.raises(RuleError, match="closes before"):
            save(world, hours={1: (time(10), time(9))})

    def test_nobody_else_changes_it_by_sql_either(self, world, place):
        with on_web(world.other_caseworker):
            assert Location.objects.filter(pk=place.pk).update(street="Elsewhere") == 0
            other = Location(partner=world.ngo, programme=world.programme, street="Katu 9", city="Helsinki")
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                other.save()


class TestApi:
    def test_places_are_made_changed_and_removed(self, world, ngo):
        hours = [{"weekday": 1, "opens_at": "09:00", "closes_at": "16:00"}]
        terms = {"programme": world.programme.pk, "street": "Katu 1", "city": "Helsinki", "hours": hours}
        programme = f"programmes/{world.programme.pk}"
        before = ngo.call("get", programme)["ETag"]
        place = ngo.post("locations", terms, status=201)
        assert place["hours"] == hours
        assert ngo.call("get", programme)["ETag"] != before  # copies of the programme learn of it
        del terms["programme"]
        assert ngo.call("put", f"locations/{place['id']}", terms | {"hours": []}).found["hours"] == []
        twice = ngo.call("put", f"locations/{place['id']}", terms | {"hours": hours * 2}, status=422)
        assert twice.found["errors"][0]["pointer"] == "/hours"
        ngo.call("delete", f"locations/{place['id']}", status=204)
        assert ngo.get("locations")["results"] == []

    def test_another_partners_place_is_seen_and_not_changed(self, world, place):
        other = System(world.member(world.other_ngo, "case_manager", is_manager=True))
        assert other.get(f"locations/{place.pk}")["street"] == "Katu 1"
        other.call("delete", f"locations/{place.pk}", status=403)
        other.call("put", f"locations/{place.pk}", {"street": "X", "city": "Y"}, status=403)
        other.call("post", "locations", {"programme": world.programme.pk, "street": "X", "city": "Y"}, status=403)


# --- HSDS ----------------------------------------------------------------------------------------------------------------------

UUID = {"type": "string", "format": "uuid"}
TEXT, NUMBER = {"type": "string"}, {"type": "number"}
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def an(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object of HSDS: no null, and nothing that HSDS does not know."""
    return {
        "type": "object",
        "properties": {"id": UUID} | properties,
        "required": ["id", *required.split()],
        "additionalProperties": False,
    }


def many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


PHONE = an("number", number=TEXT)
ORGANIZATION = an("name description", name=TEXT, description=TEXT, email=TEXT, phones=many(PHONE))
SCHEDULE = an(
    service_at_location_id=UUID,
    freq={"enum": ["WEEKLY", "MONTHLY"]},
    byday={"type": "string", "pattern": "^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*$"},
    opens_at={"type": "string", "pattern": r"^\d\d:\d\d(Z|[+-]\d\d:\d\d)$"},
    closes_at={"type": "string", "pattern": r"^\d\d:\d\d(Z|[+-]\d\d:\d\d)$"},
)
ADDRESS = an(
    "address_1 city state_province postal_code country address_type",
    location_id=UUID, address_1=TEXT, city=TEXT, state_province=TEXT, postal_code=TEXT,
    country={"type": "string", "pattern": "^[A-Z]{2}$"}, address_type={"enum": ["physical", "postal", "virtual"]},
)  # fmt: skip
LOCATION = an(
    "location_type",
    location_type={"enum": ["physical", "postal", "virtual"]}, organization_id=UUID, name=TEXT, description=TEXT,
    addresses=many(ADDRESS), phones=many(PHONE),
    accessibility=many(an(location_id=UUID, description=TEXT)),
)  # fmt: skip
AT_LOCATION = an(service_id=UUID, location_id=UUID, location=LOCATION, schedules=many(SCHEDULE))
SERVICE = an(
    "name status",
    name=TEXT, description=TEXT, email=TEXT, organization=ORGANIZATION, minimum_age=NUMBER, maximum_age=NUMBER,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]}, assured_date=DAY,
    languages=many(an(service_id=UUID, name=TEXT, code={"type": "string", "pattern": "^[a-z]{2,3}$"})),
    service_areas=many(an(service_id=UUID, name=TEXT, extent=TEXT, extent_type={"enum": ["geojson", "topojson", "kml", "text"]})),
    service_at_locations=many(AT_LOCATION),
    attributes=many(
        an("link_id taxonomy_term", link_id=UUID, link_entity=TEXT,
           taxonomy_term=an("name description", code=TEXT, name=TEXT, description=TEXT))
    ),
    # Of 3.1, which readers of 3.0 pass over.
    last_modified={"type": "string", "format": "date-time"},
    service_capacities=many(
        an("available updated unit", service_id=UUID, available=NUMBER, description=TEXT,
           updated={"type": "string", "format": "date-time"}, unit=an("name", name=TEXT))
    ),
)  # fmt: skip
"""The objects that the portal tells of, as the schemas of HSDS 3.0 describe them: kinds of values, what is required, lists of codes."""


class TestDirectory:
    def get(self, address: str) -> Any:
        return WebClient().get(f"/api/v1/hsds/{address}").json()

    def hold(self, what: Any, schema: dict[str, Any]) -> None:
        jsonschema.validate(what, schema, format_checker=jsonschema.FormatChecker())

    def test_every_object_is_as_hsds_describes_it(self, world, place):
        save(
            world, is_confidential=True, street="", postal_code="", city="Espoo", access="Ring the bell.", phone="040 1"
        )
        world.programme.languages, world.programme.places, world.programme.age_to = ["fi", "so"], 3, 30
        world.programme.save()
        run_as(world.case_manager, locations.check_programme, programme=world.programme)
        for row in self.get("services")["contents"]:
            self.hold(row, SERVICE)
            self.hold(self.get(f"services/{row['id']}"), SERVICE)
        for row in self.get("organizations")["contents"]:
            self.hold(row, ORGANIZATION)
        for row in self.get("service_at_locations")["contents"]:
            self.hold(row, AT_LOCATION)
            assert self.get(f"service_at_locations/{row['id']}") == row
        hidden, shown = sorted(
            (row["location"] for row in self.get("service_at_locations")["contents"]),
            key=lambda row: "addresses" in row,
        )
        assert "addresses" not in hidden
        assert shown["addresses"][0]["address_1"] == "Katu 1"
        assert "null" not in json.dumps(self.get("services"))

    def test_days_with_the_same_hours_are_one_schedule(self, world):
        save(world, hours=WEEKDAYS | {6: (time(10), time(12))})
        schedules = self.get("service_at_locations")["contents"][0]["schedules"]
        assert [(each["byday"], each["opens_at"][:5]) for each in schedules] == [
            ("MO,TU,WE,TH,FR", "09:00"), ("SA", "10:00"),
        ]  # fmt: skip

    def test_modified_after_tells_what_changed_on_that_day_or_later(self, world, place):
        today = timezone.localdate()
        changed = self.get(f"services?modified_after={today}")["contents"]
        assert world.programme.name in [row["name"] for row in changed]
        assert self.get(f"services?modified_after={today + timedelta(days=1)}")["contents"] == []
