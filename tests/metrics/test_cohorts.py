"""Saved cohorts: who is in one, who sees one, and what may not be learnt by subtracting them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from cases.people.models import Person
from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort, CohortUse
from metrics.cohorts.selection import Selection
from metrics.recidivism.models import CareResult, RecidivismResult
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from tests.measuring import START, about, compute, people, release
from tests.shared_worlds import shared
from tests.world import World, on_web, pseudonyms_of, run_as


@shared
def forty(measured):
    """Forty participants of whom twenty were arrested again; fifteen are women."""
    people(measured, 40, rearrested=20, women=15)
    return measured


class TestCohorts:
    def test_a_person_counts_once_by_the_first_enrolment_in_the_range(self, measured):
        person = people(measured, 12, rearrested=0)[0]
        own = Person.objects.get(partner=measured.ngo, code_pseudonym=pseudonyms_of(person)[0])
        own.enrolments.update(ended_on=START + timedelta(days=50), end_reason="completed")
        measured.enrolment(person=own, started_on=START + timedelta(days=400))
        cohort = Cohort(name="Late")
        run_as(
            measured.case_manager,
            cohorts.save_cohort,
            cohort=cohort,
            selection=Selection(first_year=2023),
        )
        everybody = Cohort(name="All")
        run_as(measured.case_manager, cohorts.save_cohort, cohort=everybody, selection=Selection())
        run = compute()
        assert RecidivismResult.objects.get(
            run=run, cohort=everybody, offences="any", window_months=12
        ).eligible == pytest.approx(12, abs=7)
        late = RecidivismResult.objects.get(run=run, cohort=cohort, offences="any", window_months=12)
        assert (late.eligible in {0, 5}, late.rate) == (True, None)

    @pytest.mark.parametrize(
        ("selection", "eligible"),
        [
            (Selection(), 40),
            (Selection(sexes=["female"]), 15),
            (Selection(ages=["45-"]), 40),
            (Selection(ages=["0-17"]), 0),
            (Selection(history="first_time"), 40),
            (Selection(history="repeated"), 0),
            (Selection(offence_groups=["personal"]), 40),
            (Selection(offence_groups=["supply"]), 0),
            (Selection(substances=["opioids"]), 0),
            (Selection(referral_kinds=["court"]), 0),
            (Selection(kinds=["diversion"]), 40),
            (Selection(last_year=START.year - 1), 0),
        ],
    )
    def test_each_restriction(self, forty, selection, eligible):
        cohort = Cohort(name="Some")
        run_as(forty.case_manager, cohorts.save_cohort, cohort=cohort, selection=selection)
        run = compute()
        found = RecidivismResult.objects.filter(run=run, cohort=cohort, offences="any", window_months=12).first()
        assert (found.eligible if found else 0) == (pytest.approx(eligible, abs=14) if eligible else 0)

    def test_from_completion(self, measured):
        people(measured, 30, rearrested=20)
        Person.objects.filter(partner=measured.ngo).first()
        for enrolment in measured.programme.enrolments.all():
            enrolment.ended_on, enrolment.end_reason = enrolment.started_on + timedelta(days=40), "completed"
            enrolment.save()
        cohort = Cohort(name="Completed")
        run_as(measured.case_manager, cohorts.save_cohort, cohort=cohort, selection=Selection(index="completion"))
        run = compute()
        found = RecidivismResult.objects.get(run=run, cohort=cohort, offences="any", window_months=12)
        assert (found.eligible, found.rearrested) == (about(30), 0)  # the arrests lie before the completion

    def test_an_ngos_cohort_holds_its_own_participants_only(self, measured):
        with pytest.raises(RuleError):
            run_as(
                measured.case_manager,
                cohorts.save_cohort,
                cohort=Cohort(name="x"),
                selection=Selection(partners=[measured.other_ngo.pk]),
            )
        saved = run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Ours"), selection=Selection())
        assert saved.selection == {"partners": [measured.ngo.pk]}

    def test_a_coordinators_cohort_is_seen_by_all_only_when_it_is_shared(self, forty):
        for name, is_shared in (("Shared", True), ("Own", False)):
            run_as(
                forty.coordinator,
                cohorts.save_cohort,
                cohort=Cohort(name=name, is_shared=is_shared),
                selection=Selection(),
            )
        release(forty)
        seen = {}
        for role in ("coordinator", "caseworker", "liaison"):
            client = forty.client(getattr(forty, role))
            seen[role] = [
                client.get(reverse("population_figures") + f"?cohort={cohort.pk}").status_code
                for cohort in Cohort.objects.order_by("-is_shared")
            ]
        assert seen == {"coordinator": [200, 200], "caseworker": [200, 404], "liaison": [200, 404]}
        with on_web(forty.liaison):
            assert RecidivismResult.objects.filter(cohort__isnull=False).values("cohort").distinct().count() == 1

    def test_figures_of_a_cohort_that_was_changed_since_say_so(self, forty):
        cohort = run_as(forty.case_manager, cohorts.save_cohort, cohort=Cohort(name="Some"), selection=Selection())
        release(forty)
        address = reverse("population_figures") + f"?cohort={cohort.pk}"
        client = forty.client(forty.case_manager)
        assert "was changed since" not in client.get(address).text
        run_as(forty.case_manager, cohorts.save_cohort, cohort=cohort, selection=Selection(sexes=["male"]))
        assert "was changed since" in client.get(address).text
        release(forty)
        assert "was changed since" not in client.get(address).text

    def test_two_of_one_name_are_refused_in_words(self, measured):
        for number in range(2):
            response = measured.client(measured.case_manager).post(
                reverse("cohort_new"), {"name": "Same", "index": "start"}
            )
            assert response.status_code == (302, 200)[number]
        assert "a cohort with this name already" in response.text

    def test_one_that_is_not_shared_is_its_makers_alone(self, measured):
        cohort = Cohort.objects.create(
            partner=measured.ngo, name="Mine", is_shared=False, created_by=measured.case_manager.user
        )
        colleague = measured.client(measured.caseworker)
        for name, method in (("cohort_edit", "get"), ("cohort_archive", "post")):
            assert getattr(colleague, method)(reverse(name, args=[cohort.pk])).status_code == 404
        assert measured.client(measured.case_manager).get(reverse("cohort_edit", args=[cohort.pk])).status_code == 200

    def test_an_archived_one_whose_name_is_taken_stays_archived(self, measured):
        save = lambda: run_as(
            measured.caseworker, cohorts.save_cohort, cohort=Cohort(name="Women"), selection=Selection()
        )
        first = save()
        cohorts.archive_cohort(by=measured.caseworker, cohort=first, is_archived=True)
        save()
        address = reverse("cohort_archive", args=[first.pk])
        response = measured.client(measured.caseworker).post(address, {"archived": "no"}, follow=True)
        assert "There is a cohort with this name already." in response.text
        first.refresh_from_db()
        assert first.archived_at

    def test_the_form_remembers_what_was_chosen(self, measured):
        client = measured.client(measured.coordinator)
        client.post(
            reverse("cohort_new"),
            {
                "name": "Young",
                "index": "start",
                "ages": ["0-17", "18-24"],
                "first_year": "2023",
                "is_shared": "on",
            },
        )
        cohort = Cohort.objects.get()
        assert cohort.selection == {"ages": ["0-17", "18-24"], "first_year": 2023}
        page = client.get(reverse("cohort_edit", args=[cohort.pk])).text
        chosen = re.findall(r'<input type="checkbox" name="ages" value="([^"]+)"[^>]* checked', page)
        assert chosen == ["0-17", "18-24"]
        assert 'value="2023"' in page


class TestNumbersWhileOneChooses:
    """How many people the choices are taken from: of the release, and never of a selection by traits."""

    @pytest.fixture
    def crowd(self, measured: World) -> World:
        people(measured, 60, rearrested=20, women=20)
        measured.release = release(measured)
        return measured

    def said(self, world: World, **choices: object) -> str:
        response = world.client(world.case_manager).post(reverse("cohort_people"), choices)
        assert response.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())

    def test_they_are_those_that_the_release_shows(self, crowd):
        shown = CareResult.objects.get(run=crowd.release, programme=crowd.programme).participants
        assert f"About {shown} participants of 1 programme," in self.said(crowd, programmes=[crowd.programme.pk])
        assert f"· {shown}<" in crowd.client(crowd.case_manager).get(reverse("cohort_new")).text

    def test_a_trait_changes_no_number_and_no_budget(self, crowd):
        everybody, women = (self.said(crowd, sexes=sexes) for sexes in ([], ["female"]))
        assert women.startswith(everybody)
        assert "is counted once the cohort is saved" in women
        assert not CohortUse.objects.exists()
        assert not Cohort.objects.exists()

    def test_who_came_since_the_release_is_in_none(self, crowd):
        before = self.said(crowd)
        people(crowd, 5, rearrested=0, first=80)
        compute()
        assert self.said(crowd) == before

    def test_another_partners_people_are_in_none(self, crowd):
        response = crowd.client(crowd.other_caseworker).post(reverse("cohort_people"), {})
        assert "About 0 participants of 0 programmes" in " ".join(response.text.split())

    def test_traits_that_would_be_refused_are_said_at_once(self, crowd):
        assert "too few for two traits at once: 600 are needed" in self.said(crowd, sexes=["male"], ages=["18-24"])
        three = self.said(crowd, sexes=["male"], ages=["18-24"], substances=["opioids"])
        assert "Choose at most two traits" in three

    def test_without_scripts_a_button_shows_them_and_saves_nothing(self, crowd):
        form = {"sexes": ["female"], "index": "start", "numbers": "yes"}
        page = crowd.client(crowd.case_manager).post(reverse("cohort_new"), form).text
        assert "participants of 1 programme" in " ".join(page.split())
        assert "Nothing was saved" not in page
        assert not Cohort.objects.exists()


class TestWaiting:
    """The page of a cohort that has no figures yet."""

    def page(self, acting: Acting, world: World, cohort: Cohort, **headers: str) -> object:
        return world.client(acting).get(reverse("population_figures") + f"?cohort={cohort.pk}", headers=headers)

    def test_it_asks_for_itself_while_a_computation_is_under_way(self, measured):
        people(measured, 40, rearrested=20)
        release(measured)
        cohort = run_as(measured.coordinator, cohorts.save_cohort, cohort=Cohort(name="All"), selection=Selection())
        waiting = self.page(measured.coordinator, measured, cohort)
        assert 'hx-trigger="every 3s"' in waiting.text
        part = self.page(measured.coordinator, measured, cohort, **{"HX-Request": "true"})
        assert "<html" not in part.text
        run = compute()
        done = self.page(measured.coordinator, measured, cohort, **{"HX-Request": "true"})
        assert done.headers["HX-Redirect"].endswith(f"?cohort={cohort.pk}&run={run.pk}")
        assert "A preview of release" in measured.client(measured.coordinator).get(done.headers["HX-Redirect"]).text

    def test_others_hear_that_it_comes_with_the_next_release(self, measured):
        people(measured, 40, rearrested=20)
        release(measured)
        cohort = run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="All"), selection=Selection())
        compute()
        page = self.page(measured.case_manager, measured, cohort).text
        assert "with the next release" in page
        assert "hx-trigger" not in page

    def test_a_refusal_is_in_words(self, measured):
        people(measured, 40, rearrested=20)
        selection = Selection(sexes=["female"], ages=["45-"])
        cohort = run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Two"), selection=selection)
        release(measured)
        assert "Too few people for two traits at once" in self.page(measured.case_manager, measured, cohort).text
