"""A version of an agreement comes in force when everybody who is asked has approved it, step by step; and what it names may flow."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.urls import reverse
from django.utils import timezone

from partnership.agreements import actions as agreements
from partnership.agreements import measures
from partnership.agreements.flows import may_leave
from partnership.agreements.models import Agreement, AgreementFile, AgreementVersion, ApprovalStep, DataFlow
from partnership.events.models import OutboxEvent
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, NotAParty
from tests.agreements import let_flow
from tests.shared_worlds import shared
from tests.versions import drafted_version
from tests.world import on_web, run_as


@shared
def asking(world):
    """A draft of an agreement between the police and the NGO: two steps at one time, then the signature of the police."""
    world.chief = Acting(world.member(world.police, "police_liaison", is_manager=True).membership)
    agreement = Agreement(title="New agreement")
    world.new = run_as(
        world.coordinator, agreements.save_agreement, agreement=agreement, parties=[world.police, world.ngo]
    )
    world.draft_version = drafted_version(
        world,
        world.new,
        ApprovalStep(partner=world.police, what="legal", days=10),
        ApprovalStep(partner=world.ngo, what="board", days=20),
        ApprovalStep(partner=world.police, what="signature", position=2),
    )
    run_as(
        world.coordinator, agreements.name_flows, version=world.draft_version, categories=["identity"],
        purpose="diversion", from_kind="police", to_kind="ngo",
    )  # fmt: skip
    return world


def ask(world) -> None:
    run_as(world.coordinator, agreements.ask_approval, version=again(world))


def again(world) -> AgreementVersion:
    return AgreementVersion.objects.select_related("agreement").get(pk=world.draft_version.pk)


def waiting(world) -> list[str]:
    return [step.what for step in again(world).waiting_steps]


def step(world, what: str) -> ApprovalStep:
    version = again(world)
    return ApprovalStep.objects.get(version=version, round=version.round, what=what)


def decide(world, what: str, decision: str = "approved", words: str = "") -> None:
    by = world.case_manager if what == "board" else world.chief
    run_as(by, agreements.decide_step, step=step(world, what), decision=decision, words=words)


class TestSteps:
    def test_those_of_one_number_are_asked_at_one_time_and_the_next_when_all_have_approved(self, asking):
        ask(asking)
        assert waiting(asking) == ["legal", "board"]
        decide(asking, "legal")
        assert waiting(asking) == ["board"]
        decide(asking, "board")
        assert waiting(asking) == ["signature"]

    def test_the_last_approval_puts_it_in_force_with_its_days(self, asking):
        assert not Agreement.objects.get(pk=asking.new.pk).is_in_force
        ask(asking)
        for what in ("legal", "board", "signature"):
            decide(asking, what)
        agreement = Agreement.objects.get(pk=asking.new.pk)
        assert again(asking).state == "in_force"
        assert (agreement.valid_from, agreement.is_in_force) == (asking.today, True)

    def test_a_day_to_answer_is_counted_from_being_asked(self, asking):
        ask(asking)
        board = step(asking, "board")
        assert board.due_at - board.asked_at == timedelta(days=20)
        assert step(asking, "signature").asked_at is None

    def test_returned_it_is_a_draft_and_everybody_is_asked_anew(self, asking):
        ask(asking)
        decide(asking, "legal")
        decide(asking, "board", "returned", "Say how long you keep it.")
        version = again(asking)
        assert (version.state, version.round) == ("draft", 2)
        told = [(s.round, s.what, s.decision) for s in version.steps.all()]
        assert told == [
            (1, "legal", "approved"),
            (1, "board", "returned"),
            (2, "legal", ""),
            (2, "board", ""),
            (2, "signature", ""),
        ]
        ask(asking)
        assert waiting(asking) == ["legal", "board"]

    def test_refused_it_has_ended_and_another_one_can_be_written(self, asking):
        ask(asking)
        decide(asking, "legal", "refused", "Not within the law.")
        assert again(asking).state == "refused"
        version = AgreementVersion(agreement=asking.new, valid_from=asking.today)
        assert run_as(asking.coordinator, agreements.draft_version, version=version).number == 2

    @pytest.mark.parametrize("decision", ["returned", "refused"])
    def test_whoever_does_not_approve_says_why(self, asking, decision):
        ask(asking)
        with pytest.raises(Invalid):
            decide(asking, "board", decision, "  ")

    def test_nobody_is_passed_over(self, asking):
        ask(asking)
        with pytest.raises(agreements.NotAsked):
            decide(asking, "signature")
        with pytest.raises(agreements.VersionFixed):
            run_as(asking.coordinator, agreements.record_signed, version=again(asking))
        with on_web(asking.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            AgreementVersion.objects.filter(pk=asking.draft_version.pk).update(state="in_force")

    def test_a_manager_decides_for_the_own_organisation_alone(self, asking):
        ask(asking)
        with pytest.raises(NotAParty):
            run_as(asking.case_manager, agreements.decide_step, step=step(asking, "legal"), decision="approved")
        with on_web(asking.caseworker):
            mine = ApprovalStep.objects.filter(pk=step(asking, "board").pk)
            assert mine.update(decision="approved", decided_at=timezone.now()) == 0
        with on_web(asking.case_manager):
            others = ApprovalStep.objects.filter(pk=step(asking, "legal").pk)
            assert others.update(decision="approved", decided_at=timezone.now()) == 0

    def test_what_was_asked_for_is_fixed_until_it_is_called_back(self, asking):
        ask(asking)
        with pytest.raises(agreements.VersionFixed):
            run_as(asking.coordinator, agreements.take_out_flow, flow=again(asking).flows.get())
        with on_web(asking.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            AgreementVersion.objects.filter(pk=asking.draft_version.pk).update(valid_to=asking.today)
        with on_web(asking.coordinator), pytest.raises(ProgrammingError), transaction.atomic():
            DataFlow.objects.create(version=again(asking), purpose="diversion", category="outcome")
        run_as(asking.coordinator, agreements.call_back, version=again(asking))
        assert waiting(asking) == []
        run_as(asking.coordinator, agreements.take_out_flow, flow=again(asking).flows.get())

    def test_managers_are_told_when_they_are_asked_and_the_office_of_each_answer(self, asking):
        ask(asking)
        decide(asking, "board")
        decide(asking, "legal")
        told = [
            (event.kind, event.payload["tell"][0]["partner"])
            for event in OutboxEvent.objects.filter(kind__startswith="agreement.approval").order_by("pk")
        ]
        assert told == [
            ("agreement.approval_asked", asking.police.pk),
            ("agreement.approval_asked", asking.ngo.pk),
            ("agreement.approval_decided", asking.office.pk),
            ("agreement.approval_decided", asking.office.pk),
            ("agreement.approval_asked", asking.police.pk),
        ]


class TestVersions:
    def renew(self, world, valid_from) -> AgreementVersion:
        """The next version, without contact, for 400 days."""
        version = AgreementVersion(
            agreement=world.agreement, valid_from=valid_from, valid_to=valid_from + timedelta(days=400)
        )
        version = run_as(world.coordinator, agreements.draft_version, version=version)
        assert version.flows.count() == 2 * len(DataFlow.Category), "it begins with what flows now"
        for flow in version.flows.filter(category="contact"):
            run_as(world.coordinator, agreements.take_out_flow, flow=flow)
        return run_as(world.coordinator, agreements.record_signed, version=version)

    @pytest.mark.parametrize("days", [0, 10])
    def test_the_next_one_takes_over_on_its_day(self, world, days):
        begins = world.today + timedelta(days=days)
        version = self.renew(world, begins)
        assert world.agreement.versions.get(number=1).superseded_on == begins
        assert Agreement.objects.get(pk=world.agreement.pk).valid_to == version.valid_to
        ways = {"source": world.police.pk, "target": world.ngo.pk}
        assert may_leave("contact", **ways) == (days > 0)
        assert may_leave("identity", **ways)

    def test_one_is_written_at_a_time(self, asking):
        with pytest.raises(agreements.VersionOpen):
            run_as(
                asking.coordinator,
                agreements.draft_version,
                version=AgreementVersion(agreement=asking.new, valid_from=asking.today),
            )

    def test_an_agreement_that_was_ended_is_not_renewed(self, world):
        run_as(world.coordinator, agreements.end_agreement, agreement=world.agreement, on=world.today)
        with pytest.raises(Invalid):
            run_as(
                world.coordinator,
                agreements.draft_version,
                version=AgreementVersion(agreement=world.agreement, valid_from=world.today),
            )

    def test_a_flow_is_from_one_kind_of_partner_to_another_and_not_back(self, world):
        DataFlow.objects.all().delete()
        let_flow(world.agreement, "outcome", from_kind="ngo", to_kind="police")
        ways = [(world.ngo, world.police), (world.police, world.ngo), (world.ngo, world.other_ngo)]
        assert [may_leave("outcome", source=a.pk, target=b.pk) for a, b in ways] == [True, False, False]


class TestFiles:
    def keep(self, world, content: bytes):
        return world.client(world.coordinator).post(
            reverse("agreement_file_add", args=[world.draft_version.pk]),
            {"kind": "document", "content": SimpleUploadedFile("a.pdf", content)},
        )

    def test_a_pdf_by_its_first_bytes_replaces_the_one_before(self, asking):
        assert self.keep(asking, b"MZ not a pdf").status_code == 422
        assert self.keep(asking, b"%PDF-1.7 second").status_code == 302
        file = AgreementFile.objects.get(version=asking.draft_version)
        assert bytes(file.content) == b"%PDF-1.7 second"
        assert file.sha256 == hashlib.sha256(b"%PDF-1.7 second").hexdigest()

    def test_its_parties_have_it_as_an_attachment_and_nobody_else(self, asking):
        address = reverse("agreement_file", args=[AgreementFile.objects.get(version=asking.draft_version).pk])
        response = asking.client(asking.caseworker).get(address)
        assert response["Content-Disposition"].startswith("attachment; ")
        assert response.content == b"%PDF-1.7 signed"
        assert asking.client(asking.other_caseworker).get(address).status_code == 404


class TestTheMeasure:
    def test_median_days_a_step_and_a_partner(self, asking):
        ask(asking)
        for what, days in (("legal", 3), ("board", 8)):
            asked = timezone.now() - timedelta(days=days)
            ApprovalStep.objects.filter(pk=step(asking, what).pk).update(
                asked_at=asked, due_at=asked + timedelta(days=5)
            )
            decide(asking, what)
        decide(asking, "signature")
        by_what, by_partner = measures.days_taken()
        assert [(row.label, row.steps, row.days, row.late) for row in by_what] == [
            ("Board of the organisation", 1, 8.0, 1),
            ("Legal review", 1, 3.0, 0),
            ("Signature", 1, 0.0, 0),
        ]
        assert [(row.label, row.days) for row in by_partner] == [("Anchor", 8.0), ("Harbour Police", 1.5)]
        page = asking.client(asking.auditor).get(reverse("approvals")).content.decode()
        assert "Legal review" in page

    def test_the_page_says_who_is_waited_for(self, asking):
        ask(asking)
        mine = asking.client(asking.case_manager).get(reverse("approvals"))
        assert [s.what for s in mine.context["mine"]] == ["board"]
        assert [s.what for s in mine.context["others"]] == ["legal"]
        page = asking.client(asking.case_manager).get(reverse("agreement_version", args=[asking.draft_version.pk]))
        assert "Your organisation is asked: Board of the organisation" in page.content.decode()
        assert "waiting for Harbour Police (Legal review)" in (
            asking.client(asking.coordinator).get(reverse("agreement", args=[asking.new.pk])).content.decode()
        )


class TestReminders:
    @pytest.mark.parametrize(("days", "expected"), [(91, []), (90, [90]), (31, [90]), (30, [30]), (7, [7]), (0, [7])])
    def test_managers_of_all_parties_are_told_90_30_and_7_days_before(self, world, days, expected):
        Agreement.objects.update(valid_to=world.today + timedelta(days=days))
        agreements.remind_of_ends()
        agreements.remind_of_ends()
        events = OutboxEvent.objects.filter(kind="agreement.ending")
        assert [event.payload["days"] for event in events] == expected
        for event in events:
            assert {tell["partner"] for tell in event.payload["tell"]} == set(
                world.agreement.parties.values_list("pk", flat=True)
            )
            assert all(tell["managers"] for tell in event.payload["tell"])
