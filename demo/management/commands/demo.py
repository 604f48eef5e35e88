"""Makes the demo partnership. Runs as the owner of the tables, on an empty database."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.arrests.actions import sum_up_offences
from cases.arrests.models import Arrest, Feed, Offence, age_at_offence
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.overdoses.models import OverdoseCount
from cases.people.models import Person
from demo import (
    agreements,
    anchor,
    at_home,
    at_work,
    authorities,
    call_in,
    community,
    courses,
    custody,
    families,
    fellows,
    in_languages,
    lessons,
    low_threshold,
    mediations,
    mentors,
    money,
    notices,
    oversight,
    places,
    prevention,
    protecting,
    sharing,
    teams,
    tips,
    training,
    work,
)
from demo.people import PEOPLE, YEARS, Life, lives
from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from metrics.evidence.actions import save_claim
from metrics.evidence.models import Claim
from metrics.linkage import actions as linkage
from metrics.runs import actions as runs
from metrics.trends import actions as trends
from metrics.trends.models import Intervention
from partnership.actions import named
from partnership.events import outbox
from partnership.isolation.acting import Acting
from partnership.local.sign_ins import PASSWORD
from partnership.members.models import (
    REFERRING_ROLES,
    District,
    DistrictPopulation,
    Membership,
    Partner,
    Role,
    User,
)
from partnership.practices.actions import choose_practices
from programs.catalogue import actions as catalogue
from programs.catalogue.models import Part, Programme, ReferralKind, usual_parts
from programs.locations import actions as locations
from programs.locations.models import Location
from referrals.diversions.models import DiversionAgreement

SEED = 2026
FEED_DELAY = 12
"""Days that a police feed lags behind."""


class Command(BaseCommand):
    help = "Makes the demo partnership: simulated people and arrests over seven years up to today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=PEOPLE, help="how many people are arrested at least once")

    def handle(self, *args: Any, **options: Any) -> None:
        if Partner.objects.exists():
            raise CommandError("There are partners already: the demo is made on an empty database only.")
        self.people = options["people"]
        with transaction.atomic(), named("demo.make"):
            self._make(timezone.localdate(), random.Random(SEED))  # noqa: S311 — a simulation wants a fixed seed
        linkage.link()
        runs.request_run("demo")
        run = runs.compute()
        if run:
            coordinator = self.acting["coordinator@demo.example"]
            released = runs.release(by=coordinator, run=run)
            runs.publish(by=coordinator, run=released, next_on=timezone.localdate() + timedelta(days=365))
        outbox.relay(limit=10_000)
        self.stdout.write(f"Figures: {run.results_out if run else 0} results.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _make(self, today: date, rng: random.Random) -> None:
        self.districts = self._districts(today)
        self.partners = self._partners()
        self._users()
        self.programmes = self._programmes(today)
        self.agreements = agreements.all_of_them(self.acting["coordinator@demo.example"], self.partners, today)
        people = lives(today, rng, self.people)
        police_people = self._arrests(people, today)
        cohort = self._enrolments(people, police_people, today, rng)
        self._casework(today, rng)
        referred = work.history(cohort, self.agreements, self.user_of, rng)
        others = [(life, police_people[life.number]) for life in people if not life.offer and life.number % 3 == 0]
        offered = [p for p in self.programmes.values() if {"arrest_diversion", "social_contact"} & set(p.accepts)]
        referred += work.not_enrolled(others, offered, self.agreements, self.user_of, rng)
        self.say(f"{referred} referrals of the past")
        self._work(police_people, people, today, rng)
        self._questions(today, rng)

    def _districts(self, today: date) -> dict[str, District]:
        districts: dict[str, District] = {}
        for place in places.DISTRICTS:
            districts[place.name] = District.objects.create(
                name=place.name,
                name_sv=in_languages.SWEDISH_PLACES[place.name],
                code=place.code,
                parent=districts.get(place.parent),
                latitude=place.latitude,
                longitude=place.longitude,
            )
        DistrictPopulation.objects.bulk_create(
            [
                DistrictPopulation(
                    district=districts[p.name], year=year, residents=n, residents_under_18=int(n * places.CHILDREN)
                )
                for p in places.DISTRICTS
                for year in range(today.year - 8, today.year)
                for n in [int(p.residents * (1 + p.yearly_growth) ** (year - today.year + 1))]
            ]
        )
        return districts

    def _partners(self) -> dict[str, Partner]:
        partners: dict[str, Partner] = {}
        for name, districts in places.POLICE.items():
            partners[name] = Partner.objects.create(name=name, kind=Partner.Kind.POLICE, is_simulated=True)
            partners[name].districts.set([self.districts[d] for d in districts])
        for name, offers in places.NGOS.items():
            # Numbers that reach nobody.
            partners[name] = Partner.objects.create(
                name=name,
                kind=Partner.Kind.NGO,
                is_simulated=True,
                phone=f"+358 00 000 {1001 + len(partners)}",
                email=f"help{len(partners)}@demo.example",
            )
            partners[name].districts.set({self.districts[d] for offer in offers for d in offer.districts})
        for name, kind in (places.AUTHORITIES | places.PRISONS | places.SERVICES).items():
            partners[name] = Partner.objects.create(name=name, kind=kind, is_simulated=True)
            partners[name].districts.set([self.districts["Helsinki"]])
        partners[places.COORDINATION] = Partner.objects.create(
            name=places.COORDINATION,
            kind=Partner.Kind.COORDINATION,
            is_simulated=True,
            phone="+358 00 000 1000",
            email="office@demo.example",
        )
        return partners

    def _programmes(self, today: date) -> dict[str, Programme]:
        programmes: dict[str, Programme] = {}
        for ngo, offers in places.NGOS.items():
            partner = self.partners[ngo]
            by = Acting(Membership(user=self.user_of[partner.pk], partner=partner, role=Role.CASE_MANAGER))
            for offer in offers:
                waits = offer.capacity == Programme.Capacity.WAITING_LIST
                (name_fi, description_fi), (name_sv, description_sv) = in_languages.PROGRAMMES[offer.name]
                programme = Programme(
                    partner=partner,
                    capacity=offer.capacity,
                    places=offer.places,
                    expected_on=today + timedelta(days=45) if waits else None,
                    parts=[*usual_parts(), Part.MEDIATION]
                    if ReferralKind.ARREST_DIVERSION in offer.accepts
                    else usual_parts(),
                )
                programmes[offer.name] = catalogue.save_programme(
                    by=by,
                    programme=programme,
                    name=offer.name,
                    name_fi=name_fi,
                    name_sv=name_sv,
                    kind=offer.kind,
                    description=offer.description,
                    description_fi=description_fi,
                    description_sv=description_sv,
                    accepts=list(offer.accepts),
                    age_from=13 if offer.youth else 18,
                    age_to=24 if offer.youth else None,
                    districts=[self.districts[d].code for d in offer.districts],
                )
                if address := places.ADDRESSES.get(offer.name):
                    self._place(by, programmes[offer.name], address)
        return programmes

    @staticmethod
    def _place(by: Acting, programme: Programme, address: places.Address) -> None:
        """Where a programme is found."""
        programme.languages = list(address.languages)
        locations.check_programme(by=by, programme=programme)
        programme.save(update_fields=["languages"])
        location = Location(
            partner=programme.partner,
            programme=programme,
            street=address.street,
            postal_code=address.postal_code,
            city=address.city,
            is_confidential=not address.street,
        )
        locations.save_location(by=by, location=location, hours=address.hours)

    def _users(self) -> None:
        """Members with accounts, without the invitations by e-mail that the action sends: nobody is there to read them."""
        self.acting: dict[str, Acting] = {}
        self.user_of: dict[int, User] = {}
        admin = User.objects.create_superuser("admin@demo.example", PASSWORD, full_name="Administrator")
        users = [admin]
        for email, name, partner, role, is_manager in places.PEOPLE_WHO_SIGN_IN:
            user = User.objects.create(
                email=email, full_name=name, password=admin.password, email_choice=User.EmailChoice.DAILY
            )
            membership = Membership.objects.create(
                user=user, partner=self.partners[partner], role=role, is_manager=is_manager
            )
            self.acting[email] = Acting(membership)
            self.user_of.setdefault(membership.partner_id, user)
            users.append(user)
        # Units without a sign-in of their own still have somebody who signed.
        officer = self.acting["liaison@demo.example"].user
        for unit in self.partners.values():
            self.user_of.setdefault(unit.pk, officer)
        # One person works for two partners: choosing for whom to act is part of the demo.
        Membership.objects.create(
            user=self.acting["manager@demo.example"].user,
            partner=self.partners["Helsinki Suburbs Together"],
            role="caseworker",
        )
        EmailAddress.objects.bulk_create(
            [EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users]
        )

    def _questions(self, today: date, rng: random.Random) -> None:
        """What the coordinator asks of the figures: interventions, saved cohorts; and overdoses that A-Clinic counts."""
        by = self.acting["coordinator@demo.example"]
        for name, programme, days, series, pilot, comparison in places.INTERVENTIONS:
            trends.save_intervention(
                by=by,
                intervention=Intervention(
                    name=name,
                    programme=self.programmes[programme],
                    started_on=today - timedelta(days=days),
                    series=series,
                ),
                districts=[self.districts[d] for d in pilot],
                comparison_districts=[self.districts[d] for d in comparison],
            )
        for words, source, about, measure, change, months in places.CLAIMS:
            claim = Claim(partner=by.partner, words=words, source=source, measure=measure, change=change, months=months)
            claim.programme = self.programmes[about["programme"]] if "programme" in about else None
            claim.district = self.districts[about["district"]] if "district" in about else None
            claim.intervention = Intervention.objects.filter(name=about.get("intervention", "")).first()
            save_claim(by=by, claim=claim)
        for name, selection in places.COHORTS.items():
            cohorts.save_cohort(by=by, cohort=Cohort(name=name), selection=Selection.from_json(selection))
        clinic = self.partners["A-Clinic Foundation"]
        month = (today - timedelta(days=365 * YEARS)).replace(day=1)
        counts = []
        while month < today.replace(day=1):
            for name, usual in (("Helsinki", 14), ("Espoo", 9), ("Vantaa", 8)):
                fatal = sum(rng.random() < 0.12 for _ in range(usual))
                not_fatal = sum(rng.random() < 0.75 for _ in range(usual))
                district = self.districts[name]
                counts.append(
                    OverdoseCount(partner=clinic, district=district, month=month, fatal=fatal, non_fatal=not_fatal)
                )
            month = (month + timedelta(days=32)).replace(day=1)
        OverdoseCount.objects.bulk_create(counts)

    def _person(self, life: Life, partner: Partner) -> Person:
        person = Person(
            partner=partner,
            first_names=life.first_names,
            last_name=life.last_name,
            born_on=life.born_on,
            identity_code=life.code,
            sex=life.sex,
            district=self.districts[life.district],
            source_key=f"demo-{life.number}",
        )
        person.derive()
        return person

    def _arrests(self, people: list[Life], today: date) -> dict[int, Person]:
        """The police units' people and arrests, as far as the feeds reach."""
        complete = today - timedelta(days=FEED_DELAY)
        unit_of = {d: self.partners[unit] for unit, districts in places.POLICE.items() for d in districts}
        known = {life.number: self._person(life, unit_of[life.district]) for life in people}
        Person.objects.bulk_create(known.values(), batch_size=2000)
        arrests: list[Arrest] = []
        offences: list[Offence] = []
        for life in people:
            person = known[life.number]
            for day, offence_on, code in life.arrests:
                if day > complete:
                    continue
                arrest = Arrest(
                    partner_id=person.partner_id,
                    person=person,
                    arrest_number=f"{day.year}-{len(arrests):06d}",
                    arrested_on=day,
                    district=self.districts[life.district],
                    is_drug=False,
                    age_at_offence=age_at_offence(life.born_on, offence_on, day),
                    content_hash="demo",
                )
                offence = Offence(partner_id=person.partner_id, arrest=arrest, iccs=code, offence_on=offence_on)
                arrests.append(arrest)
                offences.append(offence)
        Arrest.objects.bulk_create(arrests, batch_size=2000)
        Offence.objects.bulk_create(offences, batch_size=2000)
        sum_up_offences(arrests=Arrest.objects.all())
        Feed.objects.bulk_create(
            [
                Feed(
                    partner=unit_of[d],
                    district=self.districts[d],
                    complete_through=complete - timedelta(days=40 if d == "Tampere" else 0),
                )
                for d in unit_of
            ]
        )
        self.say(f"{len(known)} people with {len(arrests)} arrests")
        return known

    def _enrolments(
        self, people: list[Life], police_people: dict[int, Person], today: date, rng: random.Random
    ) -> list[tuple[Life, Person, Person, Enrolment, Partner]]:
        joined = [life for life in people if life.offer]
        own = {life.number: self._person(life, self.partners[life.ngo]) for life in joined}
        Person.objects.bulk_create(own.values(), batch_size=2000)
        rows = []
        by_id = {partner.pk: partner for partner in self.partners.values()}
        for life in joined:
            if not (life.offer and life.joined_on):
                continue
            partner = self.partners[life.ngo]
            last = life.ended_on or max(life.joined_on, today - timedelta(days=rng.randint(0, 30)))
            enrolment = Enrolment(
                partner=partner,
                person=own[life.number],
                programme=self.programmes[life.offer.name],
                started_on=life.joined_on,
                ended_on=life.ended_on,
                end_reason=life.end_reason,
                referral_kind=life.offer.accepts[0],
                primary_drug=rng.choices(
                    ["cannabis", "stimulants", "opioids", "sedatives", "cocaine", ""], weights=[38, 24, 14, 8, 6, 10]
                )[0],
                responsible=self._responsible(partner, life.number),
                last_contact_on=last,
                measurement_consent=rng.random() > 0.04,
            )
            rows.append(
                (
                    life,
                    police_people[life.number],
                    own[life.number],
                    enrolment,
                    by_id[police_people[life.number].partner_id],
                )
            )
        Enrolment.objects.bulk_create([row[3] for row in rows], batch_size=2000)
        # Until now the number of those that are free.
        Programme.objects.exclude(places=None).update(places=F("places") + F("places_taken"))
        self.say(
            f"{len(rows)} participants in {sum(bool(o.share) for os in places.NGOS.values() for o in os)} programmes"
        )
        return rows

    def _responsible(self, partner: Partner, number: int) -> User:
        """Every sixth of the caseworker's organisation is the manager's, so that there are people with whom the caseworker doesn't work."""
        manager = self.acting["manager@demo.example"]
        is_managers = partner.pk == manager.partner.pk and number % 6 == 0
        return manager.user if is_managers else self.user_of[partner.pk]

    def _casework(self, today: date, rng: random.Random) -> None:
        """Sessions, goals and notes on what is open now."""
        sessions, goals, notes = [], [], []
        for enrolment in Enrolment.objects.filter(ended_on=None).select_related("responsible"):
            by = enrolment.responsible
            day = enrolment.started_on
            while day <= (enrolment.last_contact_on or day):
                sessions.append(
                    Session(
                        partner_id=enrolment.partner_id,
                        enrolment=enrolment,
                        held_on=day,
                        method=rng.choice(["counselling", "motivational_interviewing", "group"]),
                        attendance=rng.choices(["attended", "missed", "cancelled"], weights=[80, 13, 7])[0],
                        minutes=rng.choice([30, 45, 60]),
                        recorded_by=by,
                    )
                )
                day += timedelta(days=14)
            area, text = rng.choice(
                [
                    ("work", "Find a place to study"),
                    ("housing", "A home of one's own"),
                    ("substances", "A month without use"),
                ]
            )
            goals.append(Goal(partner_id=enrolment.partner_id, enrolment=enrolment, area=area, text=text))
            notes.append(
                Note(
                    partner_id=enrolment.partner_id,
                    enrolment=enrolment,
                    author=by,
                    text="Came on time and talked about the coming weeks.",
                )
            )
        Session.objects.bulk_create(sessions, batch_size=2000)
        Goal.objects.bulk_create(goals, batch_size=2000)
        Note.objects.bulk_create(notes, batch_size=2000)

    def _work(self, police_people: dict[int, Person], people: list[Life], today: date, rng: random.Random) -> None:
        def not_joined(unit: str, youth: bool) -> list[Person]:
            partner = self.partners[unit]
            return [
                police_people[life.number]
                for life in reversed(people)
                if not life.offer
                and police_people[life.number].partner_id == partner.pk
                and police_people[life.number].is_minor == youth
            ]

        liaison, caseworker = self.acting["liaison@demo.example"], self.acting["caseworker@demo.example"]
        elsewhere = [
            self.programmes["Diversion pilot"],
            self.programmes["Neighbourhood mentors"],
            self.programmes["Legal aid and alternative sentencing"],
        ]
        work.today_s_work(
            liaison,
            caseworker,
            self.programmes["Counselling instead of imprisonment"],
            elsewhere,
            not_joined("Helsinki Police", False),
            rng,
        )
        young = self.programmes["Early intervention for young people"]
        people_of_turku = not_joined("Southwest Finland Police", True) + not_joined("Southwest Finland Police", False)
        work.today_s_work(
            self.acting["turku-police@demo.example"], self.acting["turku@demo.example"], young, [], people_of_turku, rng
        )
        for acting in (caseworker, self.acting["turku@demo.example"]):
            work.casework(acting, rng)
        work.past_scores(caseworker, today, rng)
        clinic, social = self.acting["aclinic@demo.example"], self.acting["social@demo.example"]
        teams.care_team(caseworker, [(clinic, "health"), (social, "social")], today)
        teams.care_team(clinic, [(caseworker, "peer")], today)
        helsinki, court = self.districts["Helsinki"], self.acting["court@demo.example"]
        counselling = self.programmes["Counselling instead of imprisonment"]
        authorities.prosecutors_work(liaison, self.acting["prosecutor@demo.example"], caseworker, today)
        authorities.courts_work(court, caseworker, counselling, helsinki, today)
        at_home.cards(liaison, caseworker, counselling, helsinki, today)
        at_home.families(caseworker, helsinki)
        authorities.services_work(
            liaison,
            self.acting["social@demo.example"],
            self.acting["youth@demo.example"],
            self.programmes["Neighbourhood mentors"],
            helsinki,
            today,
        )
        anchor.anchor_team(
            liaison,
            self.acting["social@demo.example"],
            self.acting["youth@demo.example"],
            helsinki,
            today,
        )
        agreements.renewals(
            self.acting["coordinator@demo.example"], liaison, self.acting["manager@demo.example"], clinic, today
        )
        for email, practices in places.PRACTICES.items():
            choose_practices(by=self.acting[email], practices=practices)
        low_threshold.needle_exchange(clinic, helsinki, rng)
        learners = ("manager", "liaison", "turku", "social", "caseworker")
        training.courses(
            self.acting["coordinator@demo.example"],
            clinic,
            liaison,
            [self.acting[f"{name}@demo.example"] for name in learners],
        )
        prevention.plans(
            self.acting["manager@demo.example"],
            self.acting["turku@demo.example"],
            self.acting["coordinator@demo.example"],
            self.programmes,
        )
        manager = self.acting["manager@demo.example"]
        courses.treatment_court(manager, caseworker, helsinki, today)
        courses.supported_housing(manager, caseworker, helsinki, today)
        legal_aid = self.programmes["Legal aid and alternative sentencing"]
        courses.legal_aid(self.acting["redcross@demo.example"], legal_aid, today)
        mediations.offered_and_held(caseworker, self.acting["prosecutor@demo.example"], today)
        protecting.protected_people(manager, caseworker, liaison, today)
        city = money.funded(manager, counselling, self.programmes["Risk workshops"], today)
        fellows.fellows(manager, caseworker, helsinki, city, today)
        mentors.pairs(manager, caseworker, helsinki, today)
        custody.out_of_prison(manager, caseworker, self.acting["prison@demo.example"], helsinki, today, rng)
        families.relatives(clinic, helsinki, today)
        viva, coordinator = self.acting["viva@demo.example"], self.acting["coordinator@demo.example"]
        at_work.placed(viva, coordinator, self.districts["Tampere"], today, rng)
        call_in.evening(liaison, caseworker, helsinki, not_joined("Helsinki Police", False)[-3:], today)
        lessons.classes(
            self.acting["manager@demo.example"],
            self.acting["youth@demo.example"],
            liaison,
            self.programmes["Risk workshops"],
            today,
            rng,
        )
        sharing.materials(caseworker, manager, liaison, self.programmes["Risk workshops"], today)
        sharing.calls(
            manager, liaison, self.acting["turku@demo.example"], self.acting["coordinator@demo.example"], today
        )
        notices.trends(caseworker, manager, liaison, helsinki, today)
        tips.from_the_public(caseworker, liaison, helsinki, today)
        community.forums(manager, liaison, helsinki, today)
        community.safety(self.acting["coordinator@demo.example"], list(self.districts.values())[:3], today, rng)
        community.youth(
            self.acting["turku@demo.example"],
            self.acting["turku-police@demo.example"],
            self.programmes["Early intervention for young people"],
            [self.districts["Turku"]],
            today,
        )
        readers = ("caseworker", "turku", "liaison", "data")
        oversight.reading_of_the_past([self.acting[f"{name}@demo.example"] for name in readers], rng)
        oversight.openings_and_questions(caseworker, self.acting["auditor@demo.example"])
        oversight.privacy_notices([acting for acting in self.acting.values() if acting.role in REFERRING_ROLES])
        self.say(f"{DiversionAgreement.objects.count()} diversions")
