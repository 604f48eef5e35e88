"""What no flow of an agreement names does not leave: each kind of data, by a page, by a system, and in messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from partnership.agreements import actions as agreements
from partnership.agreements.flows import ANCHOR, CASEWORK, PROTECTION, NoFlow, may_leave
from partnership.agreements.models import AgreementVersion, DataFlow
from partnership.isolation.acting import Acting
from referrals.diversions import actions as diversions
from referrals.end_reports.models import EndReport
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure, Message, Need, Referral
from referrals.handover.transitions import State
from referrals.statements import actions as statements
from referrals.statements.models import Statement
from tests.agreements import let_flow
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import do, on_web, run_as

Category = DataFlow.Category


@shared
def case(world):
    """A draft of the police to the NGO, somebody enrolled there, a diversion that waits for its decision by each authority."""
    manager = lambda partner, role: Acting(world.member(partner, role, is_manager=True).membership)
    world.systems = {
        "police": System(manager(world.police, "police_liaison")),
        "ngo": System(world.case_manager),
        "prosecutors": System(manager(world.prosecutors, "court_officer")),
    }
    phone = {"phone": "+358 40 1234567"}
    world.the_draft = world.draft(person=world.person(world.police, first_names="Draft", **phone))
    world.referral = world.enrolled(person=world.person(world.police, first_names="Enrolled"))
    decided = world.enrolled(person=world.person(world.police, first_names="Decided"))
    run_as(world.caseworker, diversions.report_outcome, diversion=decided.diversion, outcome="completed")
    world.to_decide, world.addressed_one = decided.diversion, world.addressed()
    return world


def only_without(world, category: str) -> None:
    """Every agreement lets everything flow but this."""
    DataFlow.objects.filter(category=category).delete()


def call(case, who: str, address: str, body: Any = None) -> bool:
    """Whether a partner's system is let do it."""
    system = case.systems[who]
    tag = system.call("get", address.rpartition("/")[0]).headers["ETag"]
    token = {"Authorization": f"Bearer {system.token}", "If-Match": tag}
    response = system.http.post(f"/api/v1/{address}", data=body or {}, content_type="application/json", headers=token)
    assert response.status_code < 300 or response.json()["type"].endswith("/no-flow"), response.content
    return response.status_code < 300


def post(case, acting: Acting, name: str, pk: int, form: dict[str, Any] | None = None, *more: str) -> None:
    case.client(acting).post(reverse(name, args=[pk, *more]), form or {})


def sent(case) -> Referral:
    return Referral.objects.get(pk=case.the_draft.pk)


# By a page, and by a system: whether it left.


def send_by_page(case) -> bool:
    post(case, case.liaison, "referral_do", case.the_draft.pk, {}, "send")
    return sent(case).state == State.SENT


def send_by_system(case) -> bool:
    return call(case, "police", f"referrals/{case.the_draft.pk}/send")


def contact_by_page(case) -> bool:
    assert send_by_page(case)
    do(case, "accept", sent(case))
    return b"+358 40 1234567" in case.client(case.caseworker).get(reverse("referral", args=[case.the_draft.pk])).content


def contact_by_system(case) -> bool:
    assert send_by_system(case)
    do(case, "accept", sent(case))
    return case.systems["ngo"].get(f"referrals/{case.the_draft.pk}")["disclosure"]["phone"] != ""


def message_by_page(case) -> bool:
    post(case, case.caseworker, "message_add", case.referral.pk, {"text": "Came late."})
    return Message.objects.filter(referral=case.referral).exists()


def message_by_system(case) -> bool:
    return call(case, "ngo", f"referrals/{case.referral.pk}/messages", {"text": "Came late."})


def attendance_by_page(case) -> bool:
    condition = case.referral.diversion.conditions.get()
    post(
        case,
        case.caseworker,
        "condition_progress",
        condition.pk,
        {f"c{condition.pk}-done": 2, f"c{condition.pk}-on": case.today},
    )
    condition.refresh_from_db()
    return condition.done == 2


def attendance_by_system(case) -> bool:
    diversion = case.referral.diversion
    body = {"condition": diversion.conditions.get().pk, "done": 2, "reported_on": str(case.today)}
    return call(case, "ngo", f"diversions/{diversion.pk}/progress", body)


def outcome_by_page(case) -> bool:
    post(case, case.caseworker, "diversion_outcome", case.referral.diversion.pk, {"outcome-outcome": "partly"})
    case.referral.diversion.refresh_from_db()
    return case.referral.diversion.outcome == "partly"


def outcome_by_system(case) -> bool:
    return call(case, "ngo", f"diversions/{case.referral.diversion.pk}/outcome", {"outcome": "partly"})


def decision_form(fields: dict[str, str]) -> dict[str, str]:
    return {f"decision-{name}": value for name, value in fields.items()}


def decision_by_page(case) -> bool:
    form = {"decided_by": "police", "decision": "no_further_action", "reasons": "All met."}
    post(case, case.liaison, "diversion_decide", case.to_decide.pk, decision_form(form))
    case.to_decide.refresh_from_db()
    return bool(case.to_decide.decision)


def decision_by_system(case) -> bool:
    body = {"decision": "no_further_action", "reasons": "All met."}
    return call(case, "police", f"diversions/{case.to_decide.pk}/decide", body)


DISPOSAL = {"decision": "charge_dropped", "reasons": "All met.", "section": "ROL 1:8"}


def disposal_by_page(case) -> bool:
    post(case, case.court_officer, "diversion_decide", case.addressed_one.pk, decision_form(DISPOSAL))
    case.addressed_one.refresh_from_db()
    return bool(case.addressed_one.decision)


def disposal_by_system(case) -> bool:
    return call(case, "prosecutors", f"diversions/{case.addressed_one.pk}/decide", DISPOSAL)


WAYS: dict[str, list[Callable[[Any], bool]]] = {
    Category.IDENTITY: [send_by_page, send_by_system],
    Category.CONTACT: [contact_by_page, contact_by_system],
    Category.SITUATION: [send_by_page, send_by_system, message_by_page, message_by_system],
    Category.ATTENDANCE: [attendance_by_page, attendance_by_system],
    Category.OUTCOME: [outcome_by_page, outcome_by_system],
    Category.DECISION: [decision_by_page, decision_by_system],
    Category.DISPOSAL: [disposal_by_page, disposal_by_system],
}


def test_every_kind_of_data_has_its_ways():
    assert set(WAYS) == set(Category)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "not named"])
@pytest.mark.parametrize(
    ("category", "way"),
    [(category, way) for category, ways in WAYS.items() for way in ways],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_it_leaves_where_a_flow_names_it_and_nowhere_else(case, category, way, is_named):
    if not is_named:
        only_without(case, category)
    assert way(case) == is_named


class TestReports:
    """Of what goes beside a referral: neither sent, nor read any more where it was sent before."""

    TERMS = {"signed_how": "paper", "told_right_to_withdraw": True}

    def state(self, case, **more: Any):
        days = {"signed_on": case.today, "expires_on": case.today + timedelta(days=90)}
        return run_as(
            case.caseworker, statements.send_statement, enrolment=case.referral.enrolment, to_partner=case.prosecutors,
            attendance="as_agreed", **self.TERMS, **days, **more,
        )  # fmt: skip

    @pytest.mark.parametrize("category", ["identity", "attendance_counts"])
    def test_a_statement_needs_both(self, case, category):
        self.state(case)
        only_without(case, category)
        with pytest.raises(NoFlow):
            self.state(case)
        with on_web(case.court_officer):
            assert not Statement.objects.exists()

    def test_a_note_for_the_court_is_of_the_situation(self, case):
        only_without(case, "situation")
        self.state(case)
        with pytest.raises(NoFlow):
            self.state(case, note="Goes well.")

    def test_an_attended_session_is_counted_for_the_police_where_counts_may_leave(self, case):
        only_without(case, "attendance_counts")
        diversions.count_sessions(enrolment=case.referral.enrolment_id)
        assert case.referral.diversion.conditions.get().reported_on is None

    def test_how_it_ended_is_not_told_by_the_referral_either(self, case):
        only_without(case, "outcome")
        ended = run_as(
            case.caseworker, handover.end_early, referral=case.referral, reason="person_left", ended_on=case.today
        )
        assert ended.reason_code == handover.NOT_REPORTED
        assert not EndReport.objects.exists()


class TestNarrowing:
    """A version that names less closes what was open, in the same moment."""

    def narrow(self, case, *left: str) -> None:
        version = AgreementVersion(agreement=case.agreement, valid_from=case.today)
        version = run_as(case.coordinator, agreements.draft_version, version=version)
        for flow in version.flows.exclude(category__in=left):
            run_as(case.coordinator, agreements.take_out_flow, flow=flow)
        run_as(case.coordinator, agreements.record_signed, version=version)

    def seen(self, case) -> tuple[bool, bool, bool]:
        with on_web(case.caseworker):
            return tuple(  # type: ignore[return-value]
                model.objects.filter(referral=case.referral).exists() for model in (Disclosure, Need, Message)
            )

    @pytest.mark.parametrize(
        ("left", "expected"),
        [
            (["identity", "situation"], (True, True, True)),
            (["identity"], (True, False, False)),
            (["situation"], (False, False, False)),
        ],
        ids=["both", "no situation", "no identity"],
    )
    def test_the_receiver_sees_what_may_still_leave(self, case, left, expected):
        DataFlow.objects.exclude(version__agreement=case.agreement).delete()
        run_as(case.liaison, handover.write_message, referral=case.referral, text="Call after five.")
        version = Referral.objects.get(pk=case.referral.pk).version
        self.narrow(case, *left)
        assert self.seen(case) == expected
        if not expected[0]:
            assert Referral.objects.get(pk=case.referral.pk).version > version, "copies learn it"

    def test_a_draft_without_words_is_sent_without_the_situation(self, case):
        only_without(case, "situation")
        referral = case.draft(person=case.person(case.police, first_names="Silent"), summary="")
        assert run_as(case.liaison, handover.send, referral=referral).state == State.SENT

    def test_open_cases_that_run_to_their_end_keep_their_flows(self, case):
        run_as(case.coordinator, agreements.end_agreement, agreement=case.agreement, on=case.today, open_cases_run=True)
        DataFlow.objects.exclude(version__agreement=case.agreement).delete()
        assert run_as(case.caseworker, handover.write_message, referral=case.referral, text="Came today.")
        with pytest.raises(NoFlow):
            run_as(case.liaison, handover.send, referral=case.draft(person=case.person(case.police, first_names="New")))


@pytest.mark.parametrize("kinds", [("police", "ngo"), ("ngo", "police"), ("", "ngo"), ("police", ""), ("court", "ngo")])
def test_the_database_says_for_which_kinds_of_partner(world, kinds):
    DataFlow.objects.all().delete()
    let_flow(world.agreement, "identity", from_kind=kinds[0], to_kind=kinds[1])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_flow_days(%s, %s, 'identity') @> %s::date", [world.police.pk, world.ngo.pk, date.today()]
        )
        assert cursor.fetchone()[0] == (kinds[0] in {"", "police"} and kinds[1] in {"", "ngo"})


FOR_CASEWORK, FOR_PROTECTION, FOR_ANCHOR = "casework", "protection", "an Anchor team"


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("diversion", {FOR_CASEWORK, FOR_ANCHOR}),
        ("follow_up", {FOR_CASEWORK, FOR_ANCHOR}),
        ("protection", {FOR_PROTECTION, FOR_ANCHOR}),
        ("statistics", set()),
    ],
)
def test_a_flow_lets_go_what_its_purpose_asks_and_for_statistics_nobody_is_named(world, purpose, expected):
    DataFlow.objects.all().delete()
    let_flow(world.agreement, "identity", purposes=[purpose])
    asked = {FOR_CASEWORK: CASEWORK, FOR_PROTECTION: PROTECTION, FOR_ANCHOR: ANCHOR}
    between = {"source": world.ngo.pk, "target": world.police.pk}
    assert {name for name, purposes in asked.items() if may_leave("identity", purposes=purposes, **between)} == expected


@pytest.mark.parametrize("purpose", ["statistics", "protection"])
def test_nothing_of_a_referral_leaves_for_another_purpose(case, purpose):
    DataFlow.objects.all().delete()
    let_flow(case.agreement, *Category.values, purposes=[purpose])
    assert not send_by_page(case)
    with pytest.raises(NoFlow):
        run_as(case.liaison, handover.send, referral=case.the_draft)
    with connection.cursor() as cursor:  # as the migration does that brought purposes
        cursor.execute("SELECT portal_cover_between(array_agg(id), array_agg(id)) FROM partnership_partner")
    with on_web(case.caseworker):
        assert not Disclosure.objects.filter(referral=case.referral).exists(), "what was sent before is closed, too"
