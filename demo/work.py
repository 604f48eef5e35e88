"""Referrals and diversions of the demo: the history of each participant, and work that waits for every role today."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import F
from django.utils import timezone

from cases.assessments import actions as assessments
from cases.assessments.instruments import INSTRUMENTS
from cases.assessments.models import Assessment
from cases.consents.models import Consent
from cases.enrolments import actions as enrolments_actions
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from cases.planning import actions as planning
from cases.plans import actions as plans
from demo.people import Life
from partnership.actions import Party
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.members.models import Partner, User
from programs.catalogue.fit import Newcomer, misfits
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions import actions as diversions
from referrals.diversions.models import TAKEN_BY, Authority, Condition, DiversionAgreement
from referrals.first_appointments import actions as first_appointments
from referrals.handover import actions as handover
from referrals.handover.models import Change, Disclosure, Need, Referral
from referrals.handover.transitions import TRANSITIONS


def moment(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def history(
    cohort: list[tuple[Life, Person, Person, Enrolment, Partner]],
    agreements: dict[int, Agreement],
    people: dict[int, User],
    rng: random.Random,
) -> int:
    """A referral with consent, disclosure and changes for each participant whom a police unit referred; a diversion for
    arrest diversions. Written in bulk: these lie in the past."""
    rows: list[tuple[Life, Referral, Consent, Enrolment]] = []
    changes: list[Change] = []
    for life, police_person, own_person, enrolment, police in cohort:
        if not (life.offer and life.joined_on):
            continue
        kinds = [k for k in life.offer.accepts if k in (ReferralKind.ARREST_DIVERSION, ReferralKind.SOCIAL_CONTACT)]
        if not kinds:
            continue
        agreement = agreements[enrolment.partner_id]
        sent_on = life.joined_on - timedelta(days=rng.randint(1, 6))
        # It follows the arrest that led to it.
        sent_on = max([sent_on, *(day for day, _offence_on, _code in life.arrests if day < life.joined_on)])
        consent = Consent(
            from_partner=police,
            to_partner_id=enrolment.partner_id,
            person=police_person,
            purpose="To arrange and follow up the service",
            signed_on=sent_on,
            signed_how=Consent.Signed.PAPER,
            expires_on=sent_on + timedelta(days=730),
            told_right_to_withdraw=True,
            guardian_name="Guardian of the person"
            if police_person.age(sent_on) and (police_person.age(sent_on) or 99) < 18
            else "",
            recorded_by=people[police.pk],
            recorded_at=moment(sent_on),
            disclosed_at=moment(sent_on),
        )
        referral = Referral(
            from_partner=police,
            to_partner_id=enrolment.partner_id,
            programme_id=enrolment.programme_id,
            kind=kinds[0],
            person=police_person,
            receiver_person=own_person,
            enrolment=enrolment,
            agreement=agreement,
            created_by=people[police.pk],
            created_at=moment(sent_on, 9),
        )
        verbs = [
            ("send", moment(sent_on)),
            ("acknowledge", moment(sent_on, 14)),
            ("accept", moment(sent_on + timedelta(days=1))),
            ("enrol", moment(life.joined_on)),
        ]
        reason = handover.REASON_OF_END.get(life.end_reason, "")
        if life.ended_on:
            verbs.append(("end_early" if reason else "complete", moment(life.ended_on, 15)))
        changes += _move_by_verbs(referral, people, verbs, reason)
        rows.append((life, referral, consent, enrolment))
    Consent.objects.bulk_create([consent for _, _, consent, _ in rows], batch_size=1000)
    for _life, referral, consent, _enrolment in rows:
        referral.consent = consent
    Referral.objects.bulk_create([referral for _, referral, _, _ in rows], batch_size=1000)
    between = [
        (
            {
                "referral": referral,
                "from_partner_id": referral.from_partner_id,
                "to_partner_id": referral.to_partner_id,
            },
            referral.person,
            consent.signed_on,
        )
        for _, referral, consent, _ in rows
    ]
    Need.objects.bulk_create(
        [Need(**parties, **handover.traits_of(person, sent_on)) for parties, person, sent_on in between],
        batch_size=1000,
    )
    Disclosure.objects.bulk_create(
        [Disclosure(**parties, **handover.identity_of(person)) for parties, person, _sent_on in between],
        batch_size=1000,
    )
    Change.objects.bulk_create(changes, batch_size=2000)
    _diversions(
        [(life, referral) for life, referral, _, _ in rows if referral.kind == ReferralKind.ARREST_DIVERSION],
        people,
        rng,
    )
    return len(rows)


def not_enrolled(
    lives: list[tuple[Life, Person]],
    offered: list[Programme],
    agreements: dict[int, Agreement],
    people: dict[int, User],
    rng: random.Random,
) -> int:
    """Referrals of the past that led to no enrolment, through nobody's unfitness: a comparison group of the figures."""
    rows: list[tuple[Consent, Referral]] = []
    changes: list[Change] = []
    for life, person in lives:
        programme = rng.choice(offered)
        agreement = agreements[programme.partner_id]
        sent_on = life.arrests[0][0] + timedelta(days=rng.randint(1, 10))
        if sent_on + timedelta(days=20) > timezone.localdate():
            continue
        consent = Consent(
            from_partner_id=person.partner_id,
            to_partner_id=programme.partner_id,
            person=person,
            signed_on=sent_on,
            expires_on=sent_on + timedelta(days=730),
            guardian_name="Guardian of the person" if (person.age(sent_on) or 99) < 18 else "",
            recorded_by=people[person.partner_id],
            recorded_at=moment(sent_on),
            disclosed_at=moment(sent_on),
            **CONSENT,
        )
        answered = moment(sent_on + timedelta(days=rng.randint(1, 12)))
        referral = Referral(
            from_partner_id=person.partner_id,
            to_partner_id=programme.partner_id,
            programme=programme,
            kind=next(
                k for k in programme.accepts if k in (ReferralKind.ARREST_DIVERSION, ReferralKind.SOCIAL_CONTACT)
            ),
            person=person,
            agreement=agreement,
            created_by=people[person.partner_id],
            created_at=moment(sent_on, 9),
        )
        reason = rng.choice(["no_capacity", "no_capacity", "person_unreachable", "person_declined"])
        verbs = [("send", moment(sent_on)), ("acknowledge", moment(sent_on, 15)), ("decline", answered)]
        changes += _move_by_verbs(referral, people, verbs, reason)
        rows.append((consent, referral))
    Consent.objects.bulk_create([consent for consent, _ in rows], batch_size=1000)
    for consent, referral in rows:
        referral.consent = consent
    Referral.objects.bulk_create([referral for _, referral in rows], batch_size=1000)
    Change.objects.bulk_create(changes, batch_size=2000)
    return len(rows)


def _move_by_verbs(
    referral: Referral, people: dict[int, User], verbs: list[tuple[str, datetime]], reason: str
) -> list[Change]:
    """Moves a referral of the past, not saved yet, by verbs and their moments; returns its history."""
    changes = []
    for verb, at in verbs:
        partner = referral.from_partner_id if TRANSITIONS[verb].by == Party.SENDER else referral.to_partner_id
        changes.append(referral.take(verb, user_id=people[partner].pk, partner_id=partner, at=at, reason=reason))
    return changes


def _diversions(rows: list[tuple[Life, Referral]], people: dict[int, User], rng: random.Random) -> None:
    today = timezone.localdate()
    outcomes, decisions = DiversionAgreement.Outcome, DiversionAgreement.Decision
    progress: list[tuple[DiversionAgreement, int]] = []
    for life, referral in rows:
        if not life.joined_on:
            continue
        diversion = DiversionAgreement(
            referral=referral,
            from_partner_id=referral.from_partner_id,
            to_partner_id=referral.to_partner_id,
            offence=life.arrests[0][2],
            deadline=life.joined_on + timedelta(days=rng.choice([90, 120, 180])),
            is_sent=True,
            changed_at=referral.changed_at,
        )
        done = rng.randint(0, 4)
        if referral.closed_at:
            done = 6 if life.end_reason == "completed" else rng.randint(0, 4)
            diversion.outcome = (
                outcomes.COMPLETED if done == 6 else outcomes.PARTLY if done > 2 else outcomes.NOT_COMPLETED
            )
            diversion.outcome_at = referral.closed_at
            if (today - referral.closed_at.date()).days > 25:
                diversion.decision = (
                    decisions.NO_FURTHER_ACTION
                    if done == 6
                    else decisions.CHARGE_REDUCED
                    if done > 2
                    else decisions.RETURNED
                )
                diversion.decided_at = referral.closed_at + timedelta(days=rng.randint(2, 20))
                diversion.decided_by = TAKEN_BY[diversion.decision][0]
                diversion.section = "" if diversion.decided_by == Authority.POLICE else "Criminal Code 50:7"
                diversion.recorded_by = people[referral.from_partner_id]
        progress.append((diversion, done))
    DiversionAgreement.objects.bulk_create([diversion for diversion, _ in progress], batch_size=1000)
    conditions = []
    for diversion, done in progress:
        shared = {
            "diversion": diversion,
            "from_partner_id": diversion.from_partner_id,
            "to_partner_id": diversion.to_partner_id,
        }
        reported = timezone.localdate(diversion.outcome_at) if diversion.outcome_at else min(today, diversion.deadline)
        conditions.append(
            Condition(kind="assessment", target=1, done=min(done, 1), reported_on=reported, is_sent=True, **shared)
        )
        conditions.append(Condition(kind="sessions", target=6, done=done, reported_on=reported, is_sent=True, **shared))
    Condition.objects.bulk_create(conditions, batch_size=2000)


CONSENT: dict[str, Any] = {
    "purpose": "To arrange and follow up the service that I am referred to",
    "signed_how": Consent.Signed.PAPER,
    "told_right_to_withdraw": True,
}


def today_s_work(
    liaison: Acting,
    answering: Acting,
    programme: Programme,
    elsewhere: list[Programme],
    people: list[Person],
    rng: random.Random,
) -> None:
    """Referrals in every state between one police unit and one NGO, made by the same services as the pages use."""
    today, people_left = timezone.localdate(), list(people)

    def somebody(to: Programme) -> Person:
        """The next whom the programme is for."""
        fitting = (person for person in people_left if not misfits(to, Newcomer(person.age(), person.district)))
        person = next(fitting)
        people_left.remove(person)
        return person

    def refer(days_ago: float, to: Programme = programme, send: bool = True) -> Referral:
        person = somebody(to)
        referral = handover.draft(
            by=liaison,
            kind=ReferralKind.ARREST_DIVERSION,
            programme=to,
            person=person,
            summary="First time, a small amount for personal use. Wants help.",
            is_urgent=rng.random() < 0.15,
            needs={"needs_interpreter": True, "never_contact": "Never by letter"}
            if len(people_left) % 5 == 0
            else None,
        )
        talk: dict[str, Any] = {"talk_on": today, "talk_with": "guardian"} if person.is_minor else {}
        diversions.set_terms(
            by=liaison,
            referral=referral,
            offence="060111",
            is_first_time=True,
            **talk,
            deadline=today + timedelta(days=90),
            conditions=[
                {"kind": "assessment", "detail": "", "target": 1},
                {"kind": "sessions", "detail": "", "target": 6},
            ],
        )
        guardian = {"guardian_name": "Guardian of the person"} if person.is_minor else {}
        handover.attach_consent(
            by=liaison,
            referral=referral,
            signed_on=today,
            expires_on=today + timedelta(days=365),
            **CONSENT,
            **guardian,
        )
        if send:
            referral = handover.send(by=liaison, referral=Referral.objects.get(pk=referral.pk))
            backdate(referral, timedelta(days=days_ago))
        return Referral.objects.get(pk=referral.pk)

    for days_ago in (0.05, 0.3, 1, 1.5, 2.6, 4):  # new; the last two are late
        refer(days_ago)
    for days_ago in (2, 5, 8):
        handover.acknowledge(by=answering, referral=refer(days_ago))
    for days_ahead in (1, 3):
        taken_on = handover.accept(by=answering, referral=refer(3))
        ten = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
        first_appointments.offer_appointment(
            by=answering, referral=taken_on, starts_at=ten + timedelta(days=days_ahead), place="At the service"
        )
    handover.waitlist(by=answering, referral=refer(4), expected_on=today + timedelta(days=30))
    handover.decline(
        by=answering,
        referral=refer(6),
        reason="outside_area",
        note="Lives in another town: try the service there.",
    )
    handover.withdraw(by=liaison, referral=refer(9), reason="sent_by_mistake")
    talked = handover.accept(by=answering, referral=refer(5), started_on=today)
    handover.write_message(by=answering, referral=talked, text="We met today; the next appointment is next week.")
    handover.write_message(by=liaison, referral=talked, text="Thank you, noted.")
    for to in elsewhere:
        refer(rng.uniform(0.2, 3), to)
    for _ in range(2):
        refer(0, send=False)


def backdate(referral: Referral, by: timedelta) -> None:
    """What was just sent was sent earlier: no action can say so, since none acts in the past."""
    times = ("sent_at", "changed_at", "due_acknowledge_at", "due_accept_at")
    Referral.objects.filter(pk=referral.pk).update(**{time: F(time) - by for time in times})
    Change.objects.filter(referral=referral).update(at=F("at") - by)


def casework(caseworker: Acting, rng: random.Random) -> None:
    """The caseworker's week: appointments past and to come, tasks, and scores over time, by the services of the pages."""
    today = timezone.localdate()
    mine = Enrolment.objects.filter(partner=caseworker.partner, responsible=caseworker.user).open()
    enrolments = list(mine.select_related("person").order_by("-started_on", "-id")[:12])
    for number, enrolment in enumerate(enrolments):
        day = today + timedelta(days=number % 6 - 1)
        if day < enrolment.started_on:
            continue
        planning.make_appointment(
            by=caseworker,
            enrolment=enrolment,
            starts_at=moment(day, 9 + number % 7),
            minutes=rng.choice((45, 60, 90)),
            method=rng.choice(("counselling", "motivational_interviewing", "cbt")),
            place=rng.choice(("Room 2", "Room 4", "By phone")),
            responsible=caseworker.user,
        )
    for enrolment in mine.order_by("started_on", "id")[:12]:
        audit, wellbeing = rng.randint(16, 28), rng.randint(5, 9) * 4
        for held_on in (enrolment.started_on, enrolment.started_on + timedelta(days=45), today - timedelta(days=3)):
            record = partial(assessments.record_assessment, by=caseworker, enrolment=enrolment, held_on=held_on)
            if enrolment.started_on <= held_on <= today and not enrolment.assessments.filter(held_on=held_on).exists():
                age = enrolment.person.age(held_on)
                too_young = age is not None and age < (INSTRUMENTS["dudit"].from_age or 0)
                record(instrument="audit" if too_young else "dudit", score=audit)
                record(instrument="who5", score=wellbeing)
            audit, wellbeing = max(audit - rng.randint(0, 8), 0), min(wellbeing + 4 * rng.randint(-1, 5), 100)
    for number, enrolment in enumerate(enrolments[:6]):
        situation(caseworker, enrolment, today, number, rng)
        plan(caseworker, enrolment, today, number)
    for days, text in (
        (-1, "Call about the flat"),
        (0, "Send the statement"),
        (3, "Book the interpreter"),
        (None, "Ask about training"),
    ):
        planning.add_task(
            by=caseworker,
            text=text,
            due_on=today + timedelta(days=days) if days is not None else None,
            assigned_to=caseworker.user,
            person=rng.choice(enrolments).person if enrolments else None,
        )


def situation(caseworker: Acting, enrolment: Enrolment, today: date, number: int, rng: random.Random) -> None:
    """The whole situation of somebody who takes part, at the start and, of every other one, again; some are due to be looked at."""
    tool = INSTRUMENTS["holistic"]
    level = {item.code: rng.randint(2, 8) for item in tool.items}
    words = {
        "housing": {"need": "Somewhere to sleep without others who use", "wish": "A flat of my own"},
        "work": {"need": "", "wish": "To finish school"},
    }
    for held_on in [enrolment.started_on, *([today - timedelta(days=2)] if number % 2 else [])]:
        if enrolment.assessments.filter(instrument=tool.code, held_on=held_on).exists():
            continue
        answers = {code: {"points": points, **words.get(code, {})} for code, points in level.items()}
        review_on = held_on + timedelta(days=90)
        if held_on < today - timedelta(days=1) and number == 0:
            review_on = max(today - timedelta(days=1), held_on + timedelta(days=1))
        assessments.record_assessment(
            by=caseworker,
            enrolment=enrolment,
            instrument=tool.code,
            held_on=held_on,
            answers=answers,
            review_on=review_on,
        )
        level = {code: max(points - rng.randint(-1, 3), 0) for code, points in level.items()}


def plan(caseworker: Acting, enrolment: Enrolment, today: date, number: int) -> None:
    """Goals with steps: of three people in four agreed, and waiting for the case manager."""
    home = enrolments_actions.add_goal(by=caseworker, enrolment=enrolment, area="housing", text="A place to live")
    plans.add_step(
        by=caseworker, goal=home, text="Apply for the flat", whose="person", due_on=today + timedelta(days=9)
    )
    plans.add_step(
        by=caseworker,
        goal=home,
        text="Write to the housing office",
        whose="us",
        due_on=today + timedelta(days=-3 if number == 1 else 5),
    )
    work = enrolments_actions.add_goal(by=caseworker, enrolment=enrolment, area="work", text="Back to school in autumn")
    step = plans.add_step(by=caseworker, goal=work, text="Meet the study adviser", whose="person")
    plans.mark_step(by=caseworker, step=step, done_on=today)
    if number % 4 != 3:
        plans.agree_plan(
            by=caseworker, enrolment=enrolment, agreed_on=max(enrolment.started_on, today - timedelta(days=7)),
            review_on=today + timedelta(days=60),
        )  # fmt: skip


def past_scores(caseworker: Acting, today: date, rng: random.Random) -> None:
    """Two DUDIT totals of many who took part in the last two years, and one of some: what figures of change rest on. Written in bulk, as
    they lie in the past."""
    past = Enrolment.objects.filter(
        partner=caseworker.partner,
        measurement_consent=True,
        started_on__range=(today - timedelta(days=730), today - timedelta(days=120)),
        person__birth_year__lt=today.year - 20,
    ).exclude(assessments__isnull=False)
    scores = []
    for enrolment in past.order_by("id")[:240]:
        score = rng.randint(12, 34)
        for days in (0, 90)[: rng.choice((1, 2, 2, 2))]:
            scores.append(
                Assessment(
                    partner=caseworker.partner,
                    enrolment=enrolment,
                    instrument="dudit",
                    score=score,
                    held_on=enrolment.started_on + timedelta(days=days),
                    recorded_by=caseworker.user,
                )
            )
            score = max(0, min(44, score - rng.randint(-4, 14)))
    Assessment.objects.bulk_create(scores)
