"""Every error of a rule says what is wrong and what to do; the catalogue of problems and its page are made from that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnership.api.problems import all_problems, rule_type, title_and_remedy
from partnership.isolation.errors import RuleError
from partnership.project.rights_table import load_declarations

load_declarations()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "api" / "errors.md"


def rule_errors(kind: type[RuleError] = RuleError) -> Iterator[type[RuleError]]:
    yield kind
    for subclass in kind.__subclasses__():
        yield from rule_errors(subclass)


@pytest.mark.parametrize("error_class", list(rule_errors()), ids=lambda error_class: error_class.__name__)
def test_an_error_says_in_its_docstring_what_is_wrong_and_what_to_do(error_class):
    assert error_class.__dict__.get("__doc__"), "Its docstring would be that of another error."
    title, remedy = title_and_remedy(error_class)
    assert title
    assert remedy.endswith(".")


def test_each_error_has_a_code_of_its_own():
    codes = [error_class.code for error_class in rule_errors()]
    assert len(codes) == len(set(codes))


def test_a_rule_has_the_same_status_in_the_catalogue_as_in_answers():
    catalogue = all_problems()
    assert all(catalogue[rule_type(error.code)].status == error.status for error in rule_errors())


def test_the_page_of_errors_lists_the_catalogue():
    rows = re.findall(r"^\| (\d{3}) \| ([a-z, -]+) \|", PAGE.read_text(), re.M)
    listed = {name: int(status) for status, names in rows for name in names.split(", ")}
    assert listed == {name: problem.status for name, problem in all_problems().items()}


def test_a_verb_of_the_other_party_is_forbidden_and_names_itself(world, police):
    referral = world.sent()
    problem = police.call("post", f"referrals/{referral.pk}/acknowledge", status=403).found
    assert problem["type"].endswith("/problems/not-a-party")
    assert problem["title"] == "The record is another partner's"
