"""A small partnership to test in: two police units, two NGOs, an office; a member in every role."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from cases.arrests.actions import sum_up_offences
from cases.arrests.models import Arrest, Feed, Offence
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from metrics.linkage import actions as linkage
from partnership.actions import Party
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting, enter
from partnership.members.models import District, DistrictPopulation, Membership, Partner, Role, User
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions import actions as diversions
from referrals.diversions.models import DiversionAgreement
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.handover.transitions import TRANSITIONS
from tests.agreements import let_all_flow

numbers = itertools.count(1)


@contextmanager
def database_role(role: str) -> Iterator[None]:
    """What follows runs with the privileges and policies of portal_web, portal_worker or portal_linker."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE portal_{role}")
    try:
        yield
    except BaseException:
        # In an aborted transaction nothing can be said; its roll-back takes the role back.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        raise
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def link() -> int:
    """As the linker's process."""
    with database_role("linker"):
        return linkage.link()


@contextmanager
def on_web(acting: Acting) -> Iterator[None]:
    """As a request of the acting user: the web role, entered as the partner."""
    with transaction.atomic(), database_role("web"):
        enter(partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk)
        yield


def pseudonyms_of(person: Person) -> list[str]:
    """By code and by date of birth, which the portal's objects never show."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code_pseudonym, birth_pseudonym FROM cases_person WHERE id = %s", [person.pk])
        return list(cursor.fetchone())


class WebClient(Client):
    """A browser whose requests meet the database as the web role."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> WebClient:
        """Another browser with the same cookies."""
        client = WebClient()
        client.cookies.load(self.cookies.output(header="", sep=";"))
        return client

    def request(self, **request: Any) -> Any:
        with database_role("web"):
            response = super().request(**request)
            if response.streaming:
                response.body = b"".join(response.streaming_content)
            elif response.get("Content-Type", "").startswith("text/html"):
                forms = response.content.count(b'<form method="post"')
                has_tokens = forms <= response.content.count(b"csrfmiddlewaretoken")
                assert has_tokens or response.resolver_match.func.csrf_exempt, "a form that would be refused"
        return response

    def pass_second_factor(self, user: User) -> None:
        """As if the session had shown its user's second factor when it signed in."""
        session = self.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0.0, "type": "totp"}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()


class World:
    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.city = District.objects.create(name="Harbour", code="H1")
        self.hill = District.objects.create(name="Hill", code="H2")
        DistrictPopulation.objects.create(district=self.city, year=2020, residents=50_000, residents_under_18=9_000)
        self.police = self.partner("Harbour Police", Partner.Kind.POLICE)
        self.police.districts.set([self.city])
        self.other_police = self.partner("Hill Police", Partner.Kind.POLICE)
        self.other_police.districts.set([self.hill])
        self.ngo = self.partner("Anchor", Partner.Kind.NGO)
        self.other_ngo = self.partner("Bridge", Partner.Kind.NGO)
        self.office = self.partner("Office", Partner.Kind.COORDINATION)
        self.prosecutors = self.partner("Prosecutors", Partner.Kind.PROSECUTOR)
        self.social = self.partner("Social services", Partner.Kind.SOCIAL)
        self.agreement = Agreement.objects.create(title="Agreement", valid_from=self.today - timedelta(days=100))
        let_all_flow(self.agreement)
        self.agreement.parties.set([self.police, self.ngo, self.other_ngo, self.other_police])
        kinds = [k for k in ReferralKind.values if k != ReferralKind.SCHOOL_OR_GUARDIAN]
        self.programme = Programme.objects.create(partner=self.ngo, name="Counselling", kind="diversion", accepts=kinds)
        self.other_programme = Programme.objects.create(
            partner=self.other_ngo, name="Mentors", kind="mentoring", accepts=kinds
        )
        self.caseworker = self.member(self.ngo, Role.CASEWORKER)
        self.case_manager = self.member(self.ngo, Role.CASE_MANAGER, is_manager=True)
        self.other_caseworker = self.member(self.other_ngo, Role.CASEWORKER)
        self.liaison = self.member(self.police, Role.POLICE_LIAISON)
        self.data_officer = self.member(self.police, Role.POLICE_DATA_OFFICER)
        self.other_liaison = self.member(self.other_police, Role.POLICE_LIAISON)
        self.other_data_officer = self.member(self.other_police, Role.POLICE_DATA_OFFICER)
        self.coordinator = self.member(self.office, Role.COORDINATOR, is_manager=True)
        self.auditor = self.member(self.office, Role.AUDITOR)
        self.court_officer = self.member(self.prosecutors, Role.COURT_OFFICER)
        self.professional = self.member(self.social, Role.PROFESSIONAL)

    def partner(self, name: str, kind: str) -> Partner:
        return Partner.objects.create(name=name, kind=kind)

    def member(self, partner: Partner, role: str, is_manager: bool = False) -> Acting:
        number = next(numbers)
        user = User.objects.create_user(f"user{number}@test.example", "x" * 14, full_name=f"User {number}")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return Acting(Membership.objects.create(user=user, partner=partner, role=role, is_manager=is_manager))

    def agree_with(self, authority: Partner) -> Agreement:
        """The police and the NGO have an agreement in force with a prosecutor, court or service."""
        agreement = Agreement.objects.create(title=f"With {authority}", valid_from=self.today)
        let_all_flow(agreement)
        agreement.parties.set([self.police, self.ngo, authority])
        return agreement

    def addressed(self, authority: Partner | None = None, outcome: str = "completed") -> DiversionAgreement:
        """A diversion of an enrolled person with its outcome, addressed to a prosecutor or court: unless said, the prosecutors."""
        authority = authority or self.prosecutors
        self.agree_with(authority)
        diversion = self.enrolled().diversion
        if outcome:
            run_as(self.caseworker, diversions.report_outcome, diversion=diversion, outcome=outcome)
        run_as(self.liaison, diversions.address, diversion=diversion, authority=authority, number="R 26/77")
        return DiversionAgreement.objects.get(pk=diversion.pk)

    def client(self, acting: Acting) -> WebClient:
        client = WebClient()
        client.force_login(acting.user)
        return client

    def person(self, partner: Partner, **fields: Any) -> Person:
        values = {
            "first_names": "Maija Liisa",
            "last_name": "Meikäläinen",
            "born_on": date(1990, 5, 17),
            "sex": "female",
        } | fields
        return Person.objects.create(partner=partner, **values)

    CONSENT = {"purpose": "Help", "signed_how": "paper", "told_right_to_withdraw": True}

    def consent_terms(self, **terms: Any) -> dict[str, Any]:
        return self.CONSENT | {"signed_on": self.today, "expires_on": self.today + timedelta(days=365)} | terms

    def draft(
        self, by: Acting | None = None, person: Person | None = None, consent: bool = True, **fields: Any
    ) -> Referral:
        by = by or self.liaison
        person = person or self.person(by.partner)
        values = {"kind": ReferralKind.ARREST_DIVERSION, "programme": self.programme, "summary": "Wants help."} | fields
        with on_web(by):
            referral = handover.draft(by=by, person=person, **values)
            if referral.takes_diversion:
                diversions.set_terms(
                    by=by,
                    referral=referral,
                    deadline=self.today + timedelta(days=90),
                    **({"talk_on": self.today, "talk_with": "guardian"} if person.is_minor else {}),
                    conditions=[{"kind": "sessions", "detail": "", "target": 3}],
                )
            if consent:
                handover.attach_consent(by=by, referral=referral, **self.consent_terms())
        return Referral.objects.get(pk=referral.pk)

    def sent(self, **fields: Any) -> Referral:
        by = fields.get("by") or self.liaison
        referral = self.draft(**fields)
        with on_web(by):
            handover.send(by=by, referral=referral)
        return Referral.objects.get(pk=referral.pk)

    def enrolled(self, **fields: Any) -> Referral:
        referral = self.sent(**fields)
        with on_web(self.caseworker):
            accepted = handover.accept(by=self.caseworker, referral=referral)
            # The world's people are spelled alike, and different people all the same.
            handover.enrol(by=self.caseworker, referral=accepted, started_on=self.today, measurement_consent=True)
        return Referral.objects.get(pk=referral.pk)

    def enrolment(self, person: Person | None = None, started_on: date | None = None, **fields: Any) -> Enrolment:
        person = person or self.person(self.ngo)
        return Enrolment.objects.create(
            **{
                "partner": self.ngo,
                "person": person,
                "programme": self.programme,
                "started_on": started_on or self.today,
            }
            | fields
        )

    def arrest(
        self, person: Person, arrested_on: date, iccs: str = "060111", offence_on: date | None = None, **fields: Any
    ) -> Arrest:
        (arrest,) = self.arrests(person, [arrested_on], iccs, offence_on, **fields)
        return arrest

    def arrests(
        self, person: Person, days: list[date], iccs: str = "060111", offence_on: date | None = None, **fields: Any
    ) -> list[Arrest]:
        """An arrest of one offence on each of the days."""
        values = {"district": self.city, "age_at_offence": 30, "is_drug": False} | fields
        arrests = Arrest.objects.bulk_create(
            Arrest(
                partner=person.partner,
                person=person,
                arrest_number=f"A{next(numbers)}",
                arrested_on=day,
                content_hash="x",
                **values,
            )
            for day in days
        )
        Offence.objects.bulk_create(
            Offence(partner=person.partner, arrest=arrest, iccs=iccs, offence_on=offence_on) for arrest in arrests
        )
        written = Arrest.objects.filter(pk__in=[arrest.pk for arrest in arrests]).order_by("pk")
        sum_up_offences(arrests=written)
        return list(written)

    def complete_through(self, day: date, district: District | None = None) -> None:
        Feed.objects.update_or_create(
            partner=self.police, district=district or self.city, defaults={"complete_through": day}
        )


def run_as(acting: Acting, action: Any, **arguments: Any) -> Any:
    with on_web(acting):
        return action(by=acting, **arguments)


def details(verb: str, world: World) -> dict[str, Any]:
    """What a verb takes beside the referral."""
    return {
        "waitlist": {"expected_on": world.today + timedelta(days=10)},
        "decline": {"reason": "no_capacity"},
        "withdraw": {"reason": "sent_by_mistake"},
        "enrol": {"started_on": world.today, "measurement_consent": True},
        "complete": {"ended_on": world.today},
        "end_early": {"reason": "person_left", "ended_on": world.today},
    }.get(verb, {})


def do(world: World, verb: str, referral: Referral, **extra: Any) -> Any:
    """Carries out a verb of the hand-over's table, by the party that has it."""
    acting = world.liaison if TRANSITIONS[verb].by == Party.SENDER else world.caseworker
    return run_as(acting, getattr(handover, verb), referral=referral, **(details(verb, world) | extra))


__all__ = ["WebClient", "World", "database_role", "details", "do", "link", "on_web", "run_as"]
