"""Funding calls: every partner sees them and who would apply; what those write who apply together is theirs alone."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from partnership.audit_trail.models import RecordChangeContent
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import acting_for
from partnership.isolation.errors import Invalid, NotAParty
from programs.funding import actions as funding
from programs.funding.actions import ApplicationBegun, ApplicationDropped, CallOver, NoLead
from programs.funding.models import CallInterest, FundingCall, JointApplication
from tests.programs.sharing import funding_call, interest, joint_application
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as


@shared
def told(world: World) -> World:
    """Every partner knows of a call that closes in ten days."""
    world.call = funding_call(world)
    return world


@shared
def applying(world: World) -> World:
    """The NGO leads an application that the police unit joins."""
    world.application = joint_application(world)
    world.call = world.application.call
    return world


def notified(kind: str) -> set[int]:
    with database_role("worker"):
        outbox.relay()
    return set(Notification.objects.filter(kind=kind).values_list("user", flat=True))


class TestCalls:
    def test_every_partner_sees_one_and_nobody_without_sign_in(self, told):
        for role in ("liaison", "other_caseworker", "coordinator", "auditor", "court_officer"):
            client = told.client(getattr(told, role))
            assert told.call.title in client.get(reverse("funding_call_list")).text
            assert client.get(reverse("funding_call", args=[told.call.pk])).status_code == 200
        with transaction.atomic(), acting_for(None), database_role("web"):
            assert not FundingCall.objects.exists()
            assert not CallInterest.objects.exists()
            assert not JointApplication.objects.exists()

    def test_who_told_of_it_alone_changes_it(self, told):
        with pytest.raises(NotAParty):
            run_as(told.liaison, funding.save_call, call=told.call)
        client = told.client(told.liaison)
        assert client.get(reverse("funding_call_edit", args=[told.call.pk])).status_code == 404
        assert client.post(reverse("funding_call_withdraw", args=[told.call.pk]), {"because": "x"}).status_code == 404
        with on_web(told.liaison):
            assert FundingCall.objects.update(title="Ours") == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"closes_on": -1},
            {"closes_on": 365 * 300},
            {"least_eur": 60_000},
            {"may_apply": []},
            {"themes": []},
            {"link": "javascript:alert(1)"},
            {"link": "ftp://foundation.example/"},
        ],
    )
    def test_what_cannot_be_is_refused_also_from_sql(self, told, wrong):
        days = wrong.get("closes_on")
        wrong = wrong | ({"closes_on": told.today + timedelta(days=days)} if days else {})
        with pytest.raises(ValidationError):
            funding_call(told, **wrong)
        with on_web(told.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            FundingCall.objects.filter(pk=told.call.pk).update(**wrong)

    def test_on_the_page_errors_lose_nothing(self, world):
        sent = {"funder": "As typed", "title": "", "link": "https://x.example", "opens_on": str(world.today)}
        response = world.client(world.caseworker).post(reverse("funding_call_new"), sent)
        assert response.status_code == 422
        assert "As typed" in response.text

    def test_what_closes_first_stands_first_and_what_never_closes_last(self, told):
        always = funding_call(told, closes_on=None)
        later = funding_call(told, closes_on=told.today + timedelta(days=90))
        page = told.client(told.liaison).get(reverse("funding_call_list")).text
        places = [page.index(call.title) for call in (told.call, later, always)]
        assert places == sorted(places)
        soon = told.client(told.liaison).get(f"{reverse('funding_call_list')}?show=soon").text
        assert told.call.title in soon
        assert later.title not in soon
        assert always.title not in soon

    def test_what_is_over_is_listed_apart(self, told):
        over = funding_call(told, opens_on=told.today - timedelta(days=9), closes_on=told.today - timedelta(days=1))
        run_as(told.caseworker, funding.withdraw_call, call=told.call, because="The funder took it back")
        client, address = told.client(told.liaison), reverse("funding_call_list")
        page = client.get(address).text
        assert over.title not in page
        assert told.call.title not in page
        page = client.get(f"{address}?show=over").text
        assert over.title in page
        assert told.call.title in page
        assert "The funder took it back" in client.get(reverse("funding_call", args=[told.call.pk])).text

    @pytest.mark.parametrize("asked", ["theme=research", "may_apply=police", "show=ours"])
    def test_filters_leave_out_what_does_not_fit(self, told, asked):
        page = told.client(told.liaison).get(f"{reverse('funding_call_list')}?{asked}").text
        assert "No call fits" in page

    def test_the_list_is_taken_as_a_file(self, told):
        response = told.client(told.liaison).get(f"{reverse('funding_call_export')}?format=csv")
        assert told.call.title in response.body.decode()


class TestInterest:
    def test_every_partner_sees_who_would_lead_or_join_and_leads_are_told(self, told):
        interest(told.call, told.caseworker, "leads", "Places for ten")
        interest(told.call, told.liaison, "joins")
        page = told.client(told.other_caseworker).get(reverse("funding_call", args=[told.call.pk])).text
        assert "Places for ten" in page
        assert "Would join" in page
        assert told.case_manager.user.pk in notified("funding_call.interest")

    def test_it_can_be_said_anew_and_taken_back_by_its_partner_alone(self, told):
        interest(told.call, told.liaison, "leads")
        interest(told.call, told.liaison, "joins")
        assert CallInterest.objects.get().part == "joins"
        with on_web(told.caseworker):
            assert CallInterest.objects.update(part="leads") == 0
            assert CallInterest.objects.all()._raw_delete("default") == 0
        with on_web(told.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            CallInterest.objects.create(partner=told.other_ngo, call=told.call, part="joins")
        told.client(told.liaison).post(reverse("funding_call_no_interest", args=[told.call.pk]))
        assert not CallInterest.objects.exists()

    def test_nobody_says_so_of_a_call_that_is_over(self, told):
        run_as(told.caseworker, funding.withdraw_call, call=told.call, because="None")
        with pytest.raises(CallOver):
            interest(told.call, told.liaison)

    def test_a_form_without_a_choice_comes_back(self, told):
        response = told.client(told.liaison).post(
            reverse("funding_call_interest", args=[told.call.pk]), {"brings": "As typed"}
        )
        assert response.status_code == 422
        assert "As typed" in response.text


class TestApplyingTogether:
    def test_it_names_the_lead_and_who_joins_with_what_each_brings(self, applying):
        page = applying.client(applying.liaison).get(reverse("joint_application", args=[applying.application.pk])).text
        for text in ("Anchor", "Places for ten", "Harbour Police", "An officer a week", "Two evenings a week."):
            assert text in page
        assert applying.liaison.user.pk in notified("joint_application.named")

    def test_nobody_else_reads_it(self, applying):
        for other in (applying.other_caseworker, applying.other_liaison, applying.coordinator):
            with on_web(other):
                assert not JointApplication.objects.exists()
                assert not RecordChangeContent.objects.filter(record="joint_application").exists()
            client = applying.client(other)
            assert client.get(reverse("joint_application", args=[applying.application.pk])).status_code == 404
            assert "Evenings at the harbour" not in client.get(reverse("funding_call", args=[applying.call.pk])).text

    def test_who_joins_reads_and_does_not_write(self, applying):
        client = applying.client(applying.liaison)
        assert client.get(reverse("joint_application_edit", args=[applying.application.pk])).status_code == 404
        with pytest.raises(NotAParty):
            run_as(applying.liaison, funding.save_application, application=applying.application, joins=[])
        with on_web(applying.liaison):
            assert JointApplication.objects.update(plan="Ours") == 0

    def test_nobody_names_themselves(self, applying):
        with on_web(applying.other_caseworker):
            assert JointApplication.objects.update(joins=[applying.other_ngo.pk]) == 0

    def test_who_is_named_no_longer_reads_it_no_longer(self, applying):
        run_as(applying.caseworker, funding.save_application, application=applying.application, joins=[])
        with on_web(applying.liaison):
            assert not JointApplication.objects.exists()

    def test_who_takes_interest_back_is_shown_as_not_joining(self, applying):
        run_as(applying.liaison, funding.take_back_interest, call=applying.call)
        page = (
            applying.client(applying.caseworker).get(reverse("joint_application", args=[applying.application.pk])).text
        )
        assert "Would not join any more" in page

    def test_whoever_writes_it_said_that_they_would_lead_and_names_who_said_they_would_join(self, told):
        new = JointApplication(partner=told.ngo, call=told.call, title="Together", plan="x")
        with pytest.raises(NoLead):
            run_as(told.caseworker, funding.begin_application, application=new, joins=[])
        interest(told.call, told.caseworker, "leads")
        with pytest.raises(Invalid):
            run_as(told.caseworker, funding.begin_application, application=new, joins=[told.police])
        assert not JointApplication.objects.exists()

    def test_one_at_a_time_until_it_is_dropped_and_then_it_stays_as_it_was(self, applying):
        another = JointApplication(partner=applying.ngo, call=applying.call, title="Again", plan="x")
        with pytest.raises(ApplicationBegun):
            run_as(applying.caseworker, funding.begin_application, application=another, joins=[])
        run_as(applying.caseworker, funding.drop_application, application=applying.application, because="No own share")
        address = reverse("joint_application", args=[applying.application.pk])
        assert "No own share" in applying.client(applying.liaison).get(address).text
        with pytest.raises(ApplicationDropped):
            run_as(applying.caseworker, funding.save_application, application=applying.application, joins=[])
        with on_web(applying.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            JointApplication.objects.update(plan="Other")
        run_as(applying.caseworker, funding.begin_application, application=another, joins=[])

    def test_on_the_page_it_begins_with_those_who_would_join(self, told):
        interest(told.call, told.caseworker, "leads")
        interest(told.call, told.liaison)
        client = told.client(told.caseworker)
        address = reverse("joint_application_new", args=[told.call.pk])
        assert "checked" in client.get(address).text
        assert client.post(address, {"title": "Together", "plan": "", "joins": [told.police.pk]}).status_code == 422
        sent = {"title": "Together", "plan": "Twice a week", "joins": [told.police.pk], "amount_eur": "20000"}
        response = client.post(address, sent)
        assert response.status_code == 302, response.text
        assert "20,000" in client.get(response["Location"]).text


class TestInOnesOwnCalendar:
    def feed(self, world, acting):
        page = world.client(acting).post(reverse("feed_make")).text
        address = page.split("http://testserver")[1].split("<")[0]
        return icalendar.Calendar.from_ical(WebClient().get(address).content).walk("VEVENT")

    def test_it_holds_the_last_day_of_calls_to_which_the_partner_would_apply(self, told):
        funding_call(told)
        interest(told.call, told.coordinator)
        (event,) = self.feed(told, told.coordinator)
        assert event.decoded("dtstart") == told.call.closes_on
        assert told.call.title in event["summary"]
        assert not self.feed(told, told.liaison)


class TestOverTheApi:
    def test_a_system_tells_of_a_call_and_another_says_it_would_join(self, world):
        ours = System(world.case_manager)
        theirs = System(world.member(world.other_ngo, "case_manager", is_manager=True))
        body = {
            "funder": "A foundation", "title": "Streets", "link": "https://foundation.example/", "may_apply": ["ngo"],
            "opens_on": str(world.today), "closes_on": str(world.today + timedelta(days=9)), "themes": ["low_threshold"],
        }  # fmt: skip
        number = ours.post("funding-calls", body, status=201)["id"]
        said = theirs.call("put", f"funding-calls/{number}/interest", {"part": "joins", "brings": "A bus"}).found
        assert said["interests"] == [{"partner": world.other_ngo.pk, "part": "joins", "brings": "A bus"}]
        theirs.call("put", f"funding-calls/{number}", body, status=403)
        assert theirs.call("delete", f"funding-calls/{number}/interest").found["interests"] == []
        ours.post("funding-calls", body, status=422)
