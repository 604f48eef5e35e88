"""Placements with employers: nobody is named there before they agreed, what is said is what they agreed to, and police know nothing of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from cases.enrolments import actions as enrolments
from cases.enrolments.actions import EnrolmentEnded
from cases.placements import actions as placements
from cases.placements.models import Placement, Tell
from cases.placements.words import not_for_an_employer
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.integrations.scopes import grantable
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from partnership.practices.models import PracticeInUse
from programs.catalogue.models import Part
from programs.employers import actions as employers
from programs.training.actions import months_later
from tests.programs.work import employer_of, offer_of
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as


@shared
def offered(world):
    """Somebody who takes part is offered a work trial at a bakery; nobody has told the bakery."""
    us = world.caseworker
    PracticeInUse.objects.create(partner=world.ngo, practice="placements")
    world.programme.parts = [Part.PLACEMENTS]
    world.programme.save()
    person = world.person(
        world.ngo, first_names="Ilona", last_name="Salo", phone="040 555 0101", email="ilona@example.org"
    )
    world.part = world.enrolment(person=person, started_on=world.today - timedelta(days=300), responsible=us.user)
    world.bakery = employer_of(world, us)
    world.offer = offer_of(world, us, world.bakery)
    world.placement = run_as(us, placements.offer_placement, enrolment=world.part, offer=world.offer)
    return world


def current(world) -> Placement:
    return Placement.objects.get(pk=world.placement.pk)


def do(world, deed, **terms):
    return run_as(world.caseworker, deed, placement=current(world), **terms)


def consent(world, *more: str, **words: str) -> Placement:
    return do(world, placements.record_consent, how="paper", tells=[Tell.NAME, *more], **words)


def at_work(world, since: date | None = None) -> None:
    """The person agreed, the employer agreed, and the work began; `since`: on that day, as if all had been said then."""
    consent(world)
    do(world, placements.agree)
    do(world, placements.start, on=world.today)
    if since:
        Placement.objects.update(offered_on=since, consent_on=since, agreed_on=since, started_on=since)


class TestWhatTheEmployerIsTold:
    def test_nothing_before_the_person_agreed(self, offered):
        assert current(offered).told() == []
        page = offered.client(offered.caseworker).get(reverse("placement", args=[offered.placement.pk]))
        assert "not even the name" in page.content.decode()
        with pytest.raises(placements.NotAgreedToBeNamed):
            do(offered, placements.agree)

    def test_what_the_person_agreed_to_and_nothing_else(self, offered):
        consent(offered, Tell.PHONE, Tell.TIMES, times="Mornings", skills="Baked for years")
        told = current(offered).told()
        assert [(str(label), words) for label, words in told] == [
            ("Name", "Ilona Salo"), ("Phone", "040 555 0101"), ("When they can work", "Mornings"),
        ]  # fmt: skip
        assert current(offered).skills == "", "what may not be told is not kept"
        assert offered.ngo.name not in str(told), "an organisation's name can tell why"

    def test_the_organisation_is_named_only_where_the_person_says_so(self, offered):
        consent(offered, Tell.HELPER)
        assert offered.ngo.name in str(current(offered).told())

    @pytest.mark.parametrize(
        "text",
        [
            "After his treatment",
            "She is on methadone",
            "No arrests since",
            "Käy päihdekuntoutuksessa",
            "Pääsi vankilasta keväällä",
            "Har slutat med narkotika",
            "Efter fängelset",
        ],
    )
    def test_no_word_of_treatment_or_arrest(self, offered, text):
        for field in ("times", "skills", "needs"):
            with pytest.raises(Invalid):
                consent(offered, field, **{field: text})
        assert current(offered).consent_on is None

    @pytest.mark.parametrize(
        "text",
        ["Courtyards and gardens", "Lastenhoitaja, ajokortti", "Nätter går bra", "Two years in a shop", "Hitsaus"],
    )
    def test_words_of_work_are_no_such_words(self, text):
        assert not_for_an_employer(text) == []

    def test_nothing_more_once_the_consent_is_taken_back(self, offered):
        consent(offered, Tell.SKILLS, skills="Bakes")
        do(offered, placements.withdraw_consent)
        assert current(offered).told() == []
        assert current(offered).skills == ""
        with pytest.raises(placements.NotAgreedToBeNamed):
            do(offered, placements.agree)
        with pytest.raises(placements.NamingTakenBack):
            consent(offered)

    def test_who_agreed_and_took_it_back_does_not_begin(self, offered):
        consent(offered)
        do(offered, placements.agree)
        do(offered, placements.withdraw_consent)
        with pytest.raises(placements.NotAgreedToBeNamed):
            do(offered, placements.start, on=offered.today)

    def test_nobody_is_introduced_without_a_name(self, offered):
        with pytest.raises(Invalid):
            do(offered, placements.record_consent, how="paper", tells=[Tell.PHONE])


class TestTheDatabase:
    """Through a connection of the web role, as SQL of a member's choice."""

    def refused(self, world, **values):
        with on_web(world.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Placement.objects.filter(pk=world.placement.pk).update(**values)

    def test_lets_no_employer_agree_without_the_consent(self, offered):
        self.refused(offered, agreed_on=offered.today)

    def test_lets_nothing_go_on_once_it_is_taken_back(self, offered):
        consent(offered)
        Placement.objects.update(
            consent_on=offered.today - timedelta(days=5), offered_on=offered.today - timedelta(days=9)
        )
        Placement.objects.update(consent_withdrawn_on=offered.today - timedelta(days=1))
        self.refused(offered, agreed_on=offered.today)
        self.refused(offered, consent_withdrawn_on=None)
        self.refused(offered, tells=["name", "phone"])

    def test_knows_no_other_thing_that_may_be_told(self, offered):
        terms = {"consent_on": offered.today, "consent_how": "paper"}
        self.refused(offered, tells=["name", "diagnosis"], **terms)
        self.refused(offered, tells=["phone"], **terms)
        self.refused(offered, tells=[], **terms)

    def test_keeps_the_days_in_order(self, offered):
        at_work(offered)
        before = offered.today - timedelta(days=1)
        for field in ("agreed_on", "started_on", "seen_on"):
            self.refused(offered, **{field: before})
        self.refused(offered, ended_on=before, end_reason="other")
        self.refused(offered, ended_on=offered.today)
        self.refused(offered, end_reason="other")

    def test_makes_the_state_of_the_days(self, offered):
        assert current(offered).state == "offered"
        at_work(offered)
        assert current(offered).state == "started"

    def test_lets_nobody_place_another_partners_person_or_on_an_offer_that_they_do_not_see(self, offered):
        terms = {"responsible": offered.other_caseworker.user, "partner": offered.other_ngo}
        with on_web(offered.other_caseworker), pytest.raises(IntegrityError), transaction.atomic():
            Placement.objects.create(enrolment_id=offered.part.pk, offer_id=offered.offer.pk, **terms)
        with on_web(offered.liaison), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Placement.objects.create(
                enrolment_id=offered.part.pk,
                offer_id=offered.offer.pk,
                responsible=offered.liaison.user,
                partner=offered.police,
            )

    def test_shows_them_to_their_own_partner_alone(self, offered):
        with on_web(offered.case_manager):
            assert Placement.objects.count() == 1
        for acting in (
            offered.liaison,
            offered.data_officer,
            offered.other_caseworker,
            offered.coordinator,
            offered.auditor,
        ):
            with on_web(acting):
                assert Placement.objects.count() == 0
                assert Placement.objects.update(end_reason="other") == 0

    def test_keeps_words_encrypted(self, offered):
        consent(offered, Tell.SKILLS, skills="Bakes rye bread")
        with connection.cursor() as cursor:
            cursor.execute("SELECT p::text FROM cases_placement p")
            assert "rye" not in str(cursor.fetchall())


class TestTheWay:
    def test_an_offer_that_is_closed_takes_nobody(self, offered):
        run_as(offered.caseworker, employers.open_offer, offer=offered.offer, is_open=False)
        part = offered.enrolment(person=offered.person(offered.ngo))
        with pytest.raises(placements.OfferClosed):
            run_as(offered.caseworker, placements.offer_placement, enrolment=part, offer=offered.offer)

    def test_another_partners_offer_can_be_taken(self, offered):
        theirs = offer_of(offered, offered.other_caseworker, employer_of(offered, offered.other_caseworker))
        run_as(offered.caseworker, placements.offer_placement, enrolment=offered.part, offer=theirs)
        with on_web(offered.other_caseworker):
            assert not Placement.objects.exists(), "who keeps the employer learns nothing of who comes"

    def test_one_is_open_at_a_time_on_an_offer(self, offered):
        with pytest.raises(placements.PlacedAlready):
            run_as(offered.caseworker, placements.offer_placement, enrolment=offered.part, offer=offered.offer)
        do(offered, placements.end, on=offered.today, reason="no_place")
        run_as(offered.caseworker, placements.offer_placement, enrolment=offered.part, offer=offered.offer)
        with pytest.raises(placements.PlacedAlready):
            do(offered, placements.take_back)

    def test_nothing_is_offered_once_the_participation_has_ended_but_work_goes_on(self, offered):
        at_work(offered)
        run_as(
            offered.caseworker,
            enrolments.end_enrolment,
            enrolment=offered.part,
            ended_on=offered.today,
            reason="completed",
        )
        do(offered, placements.confirm)
        theirs = offer_of(offered, offered.other_caseworker, employer_of(offered, offered.other_caseworker))
        with pytest.raises(EnrolmentEnded):
            run_as(offered.caseworker, placements.offer_placement, enrolment=offered.part, offer=theirs)

    def test_each_step_follows_the_one_before(self, offered):
        consent(offered)
        with pytest.raises(placements.NotAtThisStep):
            do(offered, placements.start, on=offered.today)
        do(offered, placements.agree)
        with pytest.raises(DateOutOfRange):
            do(offered, placements.start, on=offered.today + timedelta(days=1))
        with pytest.raises(placements.NotAtThisStep):
            consent(offered, Tell.PHONE)
        do(offered, placements.start, on=offered.today)
        do(offered, placements.end, on=offered.today, reason="person_left")
        with pytest.raises(placements.NotAtThisStep):
            do(offered, placements.confirm)

    def test_the_last_step_is_taken_back_one_by_one(self, offered):
        at_work(offered)
        do(offered, placements.end, on=offered.today, reason="hired")
        states = []
        for _step in range(3):
            states.append(do(offered, placements.take_back).state)
        assert states == ["started", "agreed", "offered"]
        with pytest.raises(placements.NotAtThisStep):
            do(offered, placements.take_back)

    def test_another_partner_does_nothing_with_it(self, offered):
        for deed in (placements.agree, placements.confirm, placements.withdraw_consent, placements.take_back):
            with pytest.raises(NotAParty):
                run_as(offered.other_caseworker, deed, placement=offered.placement)


class TestStillThere:
    def looks(self, world) -> list[bool | None]:
        return [look.is_there for look in current(world).looks]

    def test_somebody_asks_after_three_and_six_months(self, offered):
        at_work(offered, since=months_later(offered.today, -3) + timedelta(days=1))
        assert not Placement.objects.to_ask().exists()
        Placement.objects.update(
            **dict.fromkeys(("offered_on", "consent_on", "agreed_on", "started_on"), months_later(offered.today, -3))
        )
        assert Placement.objects.to_ask().exists()
        assert current(offered).is_to_ask
        do(offered, placements.confirm)
        assert self.looks(offered) == [True, None]
        assert not Placement.objects.to_ask().exists()
        assert not current(offered).is_to_ask

    def test_who_was_seen_after_three_months_is_asked_after_again_at_six(self, offered):
        start = months_later(offered.today, -6)
        at_work(offered, since=start)
        Placement.objects.update(seen_on=months_later(start, 3))
        assert self.looks(offered) == [True, None]
        assert Placement.objects.to_ask().exists()
        assert current(offered).is_to_ask

    def test_the_end_tells_it_as_well(self, offered):
        start = months_later(offered.today, -7)
        at_work(offered, since=start)
        do(offered, placements.end, on=months_later(start, 3), reason="person_left")
        assert self.looks(offered) == [True, False]
        assert not Placement.objects.to_ask().exists()


class TestPages:
    def test_from_the_participation_to_the_end(self, offered):
        client, number = offered.client(offered.caseworker), offered.placement.pk
        theirs = offer_of(
            offered, offered.other_caseworker, employer_of(offered, offered.other_caseworker, name="Garden")
        )
        of = reverse("placements_of", args=[offered.part.pk])
        assert of in client.get(reverse("enrolment", args=[offered.part.pk])).content.decode()
        assert "Garden" in client.get(of).content.decode()
        us = offered.caseworker.user.pk
        sent = client.post(reverse("placement_offer", args=[offered.part.pk]), {"offer": theirs.pk, "responsible": us})
        assert sent.status_code == 302
        again = client.post(reverse("placement_offer", args=[offered.part.pk]), {"offer": theirs.pk, "responsible": us})
        assert again.status_code == 422
        body = {"consent-how": "spoken", "consent-tells": ["name", "skills"], "consent-skills": "After rehab: baking"}
        refused = client.post(reverse("placement_consent", args=[number]), body)
        assert refused.status_code == 422
        assert "After rehab: baking" in refused.content.decode(), "nothing that was typed is lost"
        body["consent-skills"] = "Baking"
        assert client.post(reverse("placement_consent", args=[number]), body).status_code == 302
        assert "Say this and nothing else" in client.get(reverse("placement", args=[number])).content.decode()
        client.post(reverse("placement_agree", args=[number]))
        client.post(reverse("placement_start", args=[number]), {"start-on": offered.today.isoformat()})
        client.post(reverse("placement_confirm", args=[number]))
        assert current(offered).seen_on == offered.today
        client.post(
            reverse("placement_end", args=[number]), {"end-on": offered.today.isoformat(), "end-reason": "hired"}
        )
        assert current(offered).state == "ended"
        client.post(reverse("placement_take_back", args=[number]))
        client.post(reverse("placement_withdraw", args=[number]))
        assert "took the consent back" in client.get(reverse("placement", args=[number])).content.decode()

    def test_the_list_opens_on_what_waits(self, offered):
        client, where = offered.client(offered.caseworker), reverse("placement_list")
        shown = lambda which: len(client.get(where, {"which": which}).context["page"].rows)
        assert [shown(which) for which in ("", "working", "ended")] == [1, 0, 0]
        at_work(offered)
        assert [shown(which) for which in ("", "working", "ended")] == [0, 1, 0]
        file = client.get(reverse("placement_export"), {"format": "csv", "which": "working"})
        assert "Ilona" in file.body.decode()
        assert client.get(where, {"which": "working", "whose": "mine"}).context["page"].rows
        colleague = offered.client(offered.case_manager).get(where, {"which": "working", "whose": "mine"})
        assert not colleague.context["page"].rows

    def test_another_partner_and_police_find_nothing(self, offered):
        number = offered.placement.pk
        assert offered.client(offered.other_caseworker).get(reverse("placement", args=[number])).status_code == 404
        for name, args in (("placement", [number]), ("placement_list", []), ("placements_of", [offered.part.pk])):
            for acting in (offered.liaison, offered.coordinator, offered.auditor):
                assert offered.client(acting).get(reverse(name, args=args)).status_code == 403


class TestTheDoor:
    def test_who_is_responsible_for_a_placement_goes_in_after_the_participation_and_others_say_why(self, offered):
        at_work(offered)
        long_ago = offered.today - timedelta(days=200)
        offered.part.ended_on, offered.part.end_reason = long_ago, "completed"
        offered.part.save()
        number = reverse("placement", args=[offered.placement.pk])
        assert offered.client(offered.caseworker).get(number).status_code == 200
        colleague = offered.member(offered.ngo, "caseworker")
        sent = offered.client(colleague).get(number)
        assert sent.url.startswith(reverse("person_open", args=[offered.part.person_id]))
        listed = {
            who: offered.client(who).get("/api/v1/placements").json()["results"]
            for who in (offered.caseworker, colleague)
        }
        assert [len(rows) for rows in listed.values()] == [1, 0], "a signed-in colleague lists it no more than opens it"


class TestRights:
    def test_the_file_of_all_data_has_them_with_what_may_be_told(self, offered):
        consent(offered, Tell.SKILLS, skills="Baking")
        with on_web(offered.caseworker):
            parts = {part.title: part.rows for part in held_about(offered.part.person)}
        (row,) = parts["Placements with employers"]
        assert row[0] == "Bakery"
        assert "Baking" in row[-1]

    def test_an_erasure_takes_them_along(self, offered):
        consent(offered)
        run_as(
            offered.caseworker, enrolments.end_enrolment, enrolment=offered.part, ended_on=offered.today, reason="moved"
        )
        run_as(offered.case_manager, rights.erase, person=offered.part.person)
        assert not Placement.objects.exists()

    def test_who_looked_is_told(self, offered):
        offered.client(offered.caseworker).get(reverse("placement", args=[offered.placement.pk]))
        with on_web(offered.caseworker):
            reads = [row[2] for row in rights.reads_of([offered.part.person])]
        assert "Placement with an employer" in reads


class TestApi:
    def system(self, world, *scopes: str) -> System:
        return System(world.member(world.ngo, "case_manager", is_manager=True), *scopes)

    def test_a_case_system_goes_all_the_way(self, offered):
        system = self.system(offered, "placements:read", "placements:write")
        found = system.get("work-offers")["results"]
        assert [(each["employer"], each["is_open"]) for each in found] == [("Bakery", True)]
        address = f"placements/{offered.placement.pk}"
        assert system.post(f"{address}/agree", status=409)["type"].endswith("/not-agreed-to-be-named")
        terms = {"how": "paper", "tells": ["name", "skills"]}
        system.call("put", f"{address}/consent", terms | {"skills": "Out of prison"}, status=422)
        consented = system.call("put", f"{address}/consent", terms | {"skills": "Bakes"})
        assert consented.found["tells"] == terms["tells"]
        system.post(f"{address}/agree")
        system.post(f"{address}/start", {"on": str(offered.today)})
        assert system.post(f"{address}/confirm")["seen_on"] == str(offered.today)
        ended = system.post(f"{address}/end", {"on": str(offered.today), "reason": "hired"})
        assert (ended["state"], ended["end_reason"]) == ("ended", "hired")
        assert system.post(f"{address}/take-back")["state"] == "started"
        assert system.post(f"{address}/withdraw-consent")["skills"] == ""

    def test_who_reads_does_not_write(self, offered):
        reads = self.system(offered, "placements:read")
        reads.get(f"placements/{offered.placement.pk}")
        reads.post(f"placements/{offered.placement.pk}/agree", status=403)

    def test_police_are_given_no_such_scope(self, offered):
        assert "placements:read" not in grantable(offered.police)
        assert "placements:read" in grantable(offered.ngo)
