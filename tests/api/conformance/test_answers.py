"""Answers as the guide promises them: errors all at once, moments in UTC, exports named as the rest."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re

import pytest

from partnership.api.problems import all_problems, pointer
from partnership.project.rights_table import load_declarations

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class TestErrors:
    def test_all_that_is_wrong_is_said_at_once(self, world, ngo):
        body = {"last_name": 5, "sex": "x", "born_on": "31.1.1990", "email": "no", "colour": "red"}
        problem = ngo.call("post", "persons", body, status=422).found
        assert {(error["pointer"], error["code"]) for error in problem["errors"]} == {
            ("/last_name", "wrong_type"),
            ("/sex", "invalid_choice"),
            ("/born_on", "invalid"),
            ("/email", "invalid"),
            ("/colour", "unknown"),
        }

    def test_a_wrong_code_is_told_which_there_are(self, world, ngo, police):
        (error,) = ngo.call("post", "persons", {"last_name": "A", "sex": "x"}, status=422).found["errors"]
        assert error["allowed"] == ["female", "male", "other", "unknown"]
        assert "female" in error["detail"]
        (error,) = ngo.call("get", "referrals?state=lost", status=400).found["errors"]
        assert (error["parameter"], error["code"]) == ("state", "invalid_choice")
        assert "waitlisted" in error["allowed"]
        given = {"name": "X", "kind": "youth", "accepts": ["self", "letter"]}
        (error,) = ngo.call("post", "programmes", given, status=422).found["errors"]
        assert (error["pointer"], error["code"]) == ("/accepts/1", "invalid_choice")
        assert "court" in error["allowed"]

    def test_a_pointer_leads_to_the_value_whatever_it_is_called(self, world, ngo):
        body = {"last_name": "A", "a/b": 1, "m~n": 2, "": 3}
        problem = ngo.call("post", "persons", body, status=422).found
        assert {error["pointer"] for error in problem["errors"]} == {"/a~1b", "/m~0n", "/"}

    def test_the_body_as_a_whole_has_the_empty_pointer(self, world, ngo):
        assert pointer([]) == ""
        (error,) = ngo.call("post", "persons", [1], status=422).found["errors"]
        assert error["pointer"] == ""

    def test_deep_in_a_list_it_is_the_element(self, world, police):
        referral = world.draft()
        terms = {"deadline": "2099-01-01", "conditions": [{"kind": "sessions"}, {"kind": "dance", "target": 0}]}
        problem = police.call("put", f"referrals/{referral.pk}/diversion", terms, status=422).found
        assert {error["pointer"] for error in problem["errors"]} == {"/conditions/1/kind", "/conditions/1/target"}

    def test_every_type_of_problem_says_what_to_do(self):
        load_declarations()
        assert [name for name, problem in all_problems().items() if not str(problem.remedy).endswith(".")] == []

    def test_a_conflict_names_the_record_that_stands_against_it(self, world, ngo):
        known = ngo.post("persons", {"last_name": "A", "identity_code": "131052-308T"}, status=201)
        problem = ngo.call("post", "persons", {"identity_code": "131052-308T"}, status=409).found
        assert ngo.get(problem["record"])["id"] == known["id"]
        assert problem["remedy"].startswith("Use that record")
        body = {
            "person": known["id"], "programme": world.programme.pk, "started_on": world.today.isoformat(),
            "measurement_consent": True,
        }  # fmt: skip
        enrolment = ngo.post("enrolments", body, status=201)
        problem = ngo.call("post", "enrolments", body, status=409).found
        assert problem["record"].endswith(f"/enrolments/{enrolment['id']}")
        referral = world.sent()
        ngo.post(f"referrals/{referral.pk}/decline", {"reason": "no_capacity"})
        problem = ngo.call("post", f"referrals/{referral.pk}/accept", {}, status=409).found
        assert problem["record"].endswith(f"/referrals/{referral.pk}")


class TestTimes:
    def moments(self, value: object) -> list[str]:
        if isinstance(value, dict):
            own = [str(each) for key, each in value.items() if key.endswith("_at") and each]
            return own + [moment for each in value.values() for moment in self.moments(each)]
        if isinstance(value, list):
            return [moment for each in value for moment in self.moments(each)]
        return []

    def test_moments_are_in_utc_with_z_wherever_they_stand(self, world, police):
        referral = world.enrolled()
        for address in (f"referrals/{referral.pk}", "referrals", "persons", f"referrals/{referral.pk}/history"):
            found = police.get(address)
            moments = self.moments(found)
            assert moments or "history" in address
            assert [moment for moment in moments if not MOMENT.fullmatch(moment)] == []
        assert police.get(f"referrals/{referral.pk}")["consent"]["recorded_at"].endswith("Z")

    @pytest.mark.parametrize("resource", ["referrals", "enrolments"])
    def test_an_export_is_named_and_written_as_the_list(self, world, ngo, resource):
        world.enrolled()
        (listed,) = ngo.get(resource)["results"]
        (row,) = csv.DictReader(io.StringIO(ngo.call("get", f"exports/{resource}").body.decode()))
        (line,) = [
            json.loads(each) for each in ngo.call("get", f"exports/{resource}?file_format=ndjson").body.splitlines()
        ]
        assert set(row) == set(line) <= set(listed)
        for name, value in line.items():
            if name.endswith("_at"):
                assert value is None or MOMENT.fullmatch(value), name
                assert row[name] == (value or "")
            else:
                assert value == listed[name], name


class TestCompression:
    def test_a_long_list_is_sent_compressed_to_who_takes_it(self, world, ngo):
        for _number in range(3):
            world.person(world.ngo)
        plain = ngo.call("get", "persons")
        packed = ngo.http.get(
            "/api/v1/persons", headers={"Authorization": f"Bearer {ngo.token}", "Accept-Encoding": "gzip"}
        )
        assert packed["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(packed.content)) == plain.found
        assert "Accept-Encoding" in packed["Vary"]
        ngo.call("get", "persons", status=304, If_None_Match=packed["ETag"])
