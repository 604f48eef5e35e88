"""What can be done with a card for My page; and what a person does there, which the portal does for them.

The role of My page writes nothing but its session. A deed of the person is done for the card's partner, in the name of whoever made
the card, through the action that the staff have for it; the history says that it was done on My page.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.messages.actions import not_told_guardian, stop_reminders
from cases.messages.models import ContactWish
from cases.my_page import codes, events
from cases.my_page.models import AppointmentAnswer, Card
from cases.my_page.visits import SHOWN, Visit, hash_of
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.planning import actions as planning
from cases.planning.models import Appointment, Task
from cases.rights import actions as rights
from cases.rights.models import SubjectRequest
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation import encryption
from partnership.isolation.acting import Acting, acting_meanwhile, as_person, enter
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Membership

LONGEST_DAYS = 366
TOUCHED_AFTER = timedelta(minutes=1)
"""A session is noted as alive so often."""


class NoCard(RuleError):
    """The person can't have a card: the date of birth is not known, the record was erased, or the guardian must not learn of it.

    Add the date of birth first. Where a guardian must not be told, tell the person face to face what My page would show.
    """

    code = "no_card"


class NotOnPage(RuleError):
    """There is no such thing on this person's page, or nothing can be done with it any more. Open My page again and look."""

    code = "not_on_page"
    status = 404


class AskedAlready(RuleError):
    """The person has sent this request already, and it waits for the answer. Wait for it, or call."""

    code = "asked_already"
    status = 409


# --- Cards -----------------------------------------------------------------------------------------------------------------------


@action("card.make", roles=PEOPLE_ROLES, party=Party.OWNER)
def make_card(*, by: Acting, person: Person, valid_until: date, language: str, code: str = "") -> tuple[Card, str]:
    """A new card for the person, in the place of an earlier one. Returns it with its code, which is shown once and stored nowhere.

    `code`: of the demo, which everybody may know; else a new one. Raises NoCard, or Invalid for a day that is over or more than a year ahead.
    """
    if person.erased_on or person.born_on is None:
        raise NoCard(_("A card needs the person's date of birth: add it first."))
    if not_told_guardian(person):
        raise NoCard(_("The guardian must not learn of this: a card could be found. Tell the person face to face."))
    today = timezone.localdate()
    if not today <= valid_until <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid("valid_until", _("A card is valid for a year at most."))
    end_cards(by=by, person=person)
    code = code or codes.new_code()
    card = Card.objects.create(
        partner=by.partner,
        person=person,
        language=language,
        valid_until=valid_until,
        proof_hash=_proof_hash(encryption.card_proof(codes.understood(code), person.born_on)),
        made_by=by.user,
    )
    return card, code


def _proof_hash(proof: str) -> str:
    """As the table holds it: who reads the table can't show it."""
    return hashlib.sha256(proof.encode()).hexdigest()


@action("card.end", roles=PEOPLE_ROLES, party=Party.OWNER)
def end_cards(*, by: Acting, person: Person) -> None:
    """Ends the person's card, and the session that it may have: it opens nothing any more."""
    Card.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())


def card_of(person: Person) -> Card | None:
    """The card that the person has."""
    return Card.objects.filter(person=person, ended_at=None).select_related("made_by").first()


# --- Sessions ----------------------------------------------------------------------------------------------------------------------


@action("my_page.open", outside="anyone")
def open_page(*, code: str, born_on: date) -> Visit | None:
    """Begins the session of the card of which code and date of birth are shown, and ends the one that it had; None where they open
    nothing, for whatever reason."""
    token = secrets.token_urlsafe(32)
    with as_person(proof=encryption.card_proof(codes.understood(code), born_on)):
        card = Card.objects.only(*SHOWN).first()
        if card is None:
            return None
        Card.objects.filter(pk=card.pk).update(session_hash=hash_of(token), seen_at=timezone.now())
    return Visit(card, token)


@action("my_page.go_on", outside="anyone")
def go_on(*, token: str) -> Visit | None:
    """The visit of a session, which lasts on; None where it is over."""
    if not token:
        return None
    with as_person(token=token):
        card = Card.objects.only(*SHOWN).first()
        if card is not None and (card.seen_at is None or card.seen_at < timezone.now() - TOUCHED_AFTER):
            Card.objects.filter(pk=card.pk).update(seen_at=timezone.now())
    return Visit(card, token) if card else None


@action("my_page.leave", outside="anyone")
def leave(*, token: str) -> None:
    """Ends the session: whoever has its token has nothing."""
    with as_person(token=token):
        Card.objects.update(session_hash="")


# --- What the person does ------------------------------------------------------------------------------------------------------------


@contextmanager
def for_person(visit: Visit) -> Iterator[Acting]:
    """What follows is done for the person of a visit: for the card's partner, in the name of whoever made the card, or of a manager
    or colleague where that one no longer works with people there, on My page. Where nobody is left it is the maker's all the same: a
    consent can always be withdrawn."""
    partner_id, user_id = visit.card.partner_id, visit.card.made_by_id
    with acting_meanwhile():
        enter(partner_id=partner_id, user_id=user_id, through="my_page")
        everybody = Membership.objects.filter(partner=partner_id).select_related("partner", "user")
        team = everybody.in_use().filter(role__in=PEOPLE_ROLES).order_by("-is_manager", "pk")
        membership = team.filter(user=user_id).first() or team.first() or everybody.get(user=user_id)
        enter(partner_id=partner_id, role=membership.role, user_id=membership.user_id, through="my_page")
        yield Acting(membership)


def check_theirs(visit: Visit, model: type[Model], pk: int) -> None:
    """Raises NotOnPage where the role of My page does not see the row: it is another's, or none."""
    with visit.reads():
        if not model._default_manager.filter(pk=pk).exists():
            raise NotOnPage(_("This is not on your page any more."))


@action("my_page.answer", outside="anyone")
def answer_appointment(*, visit: Visit, appointment_id: int, answer: str) -> None:
    """The person says that they are coming, or asks for another time: whom they meet is told, and has a task for it."""
    check_theirs(visit, Appointment, appointment_id)
    with for_person(visit) as by:
        appointment = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("responsible", "enrolment__person")
            .get(pk=appointment_id)
        )
        if appointment.session_id or appointment.starts_at <= timezone.now():
            raise NotOnPage(_("This appointment is over."))
        before = AppointmentAnswer.objects.filter(appointment=appointment).first()
        if before and (before.answer, before.starts_at) == (answer, appointment.starts_at):
            return
        AppointmentAnswer.objects.update_or_create(
            appointment=appointment,
            partner=by.partner,
            defaults={"answer": answer, "starts_at": appointment.starts_at, "answered_at": timezone.now()},
        )
        wants_another = answer == AppointmentAnswer.Answer.MOVE
        if wants_another:
            _note_task(by, appointment)
        announce(
            events.MOVE if wants_another else events.COMING,
            f"appointment:{appointment.pk}:{answer}:{timezone.now().isoformat()}",
            tell=[
                {
                    "partner": by.partner.pk,
                    "user": appointment.responsible_id,
                    "url": reverse("enrolment", args=[appointment.enrolment_id]),
                }
            ],
            appointment=appointment.pk,
        )


def _note_task(by: Acting, appointment: Appointment) -> None:
    """For whom the person was to meet, one at a time; somebody who has left the team gets none."""
    user = appointment.responsible
    with translation.override(user.language):
        text = _("Find another time: the person asked for it on My page.")
    waiting = Task.objects.filter(person=appointment.enrolment.person, assigned_to=user, done_at=None)
    if any(task.text == text for task in waiting):
        return
    try:
        planning.add_task(
            by=by, text=text, due_on=timezone.localdate(), assigned_to=user, person=appointment.enrolment.person
        )
    except Invalid:
        return


@action("my_page.ask", outside="anyone")
def ask(*, visit: Visit, kind: str, note: str) -> SubjectRequest:
    """The person asks for a file of all data, for a correction or erasure: it lands among the partner's requests, whose managers are
    told. Raises AskedAlready while one of the kind waits."""
    with for_person(visit) as by:
        person = Person.objects.get(pk=visit.card.person_id)
        waiting = SubjectRequest.objects.filter(person__in=person.records(), kind=kind, outcome="")
        if waiting.exists():
            raise AskedAlready(_("You have asked for this already. We will answer you."))
        request = rights.record_request(by=by, person=person, kind=kind, received_on=timezone.localdate(), note=note)
        announce(
            events.ASKED,
            f"my_page:request:{request.pk}",
            tell=[
                {
                    "partner": by.partner.pk,
                    "managers": True,
                    "url": reverse("subject_request", args=[request.pk]),
                }
            ],
            request=request.pk,
        )
    return request


@action("my_page.stop_reminders", outside="anyone")
def stop(*, visit: Visit) -> None:
    """The person wants no more reminders."""
    with for_person(visit) as by:
        person = Person.objects.get(pk=visit.card.person_id)
        for wish in ContactWish.objects.filter(person__in=person.records()).exclude(channel=""):
            stop_reminders(by=by, wish=wish)
