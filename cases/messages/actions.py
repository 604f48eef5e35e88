"""What can be done about reminders of appointments: agreeing to them, stopping them, writing those that are due.

A reminder says that there is an appointment, when, and whom to call: neither where nor with whom, nor by whom the person is helped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.messages.models import ContactWish, Reminder
from cases.messages.quiet_hours import first_moment
from cases.messages.sources import Due, sources
from cases.my_page.models import Card
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import Party, action
from partnership.events import letters, sms
from partnership.events.models import Letter
from partnership.isolation import encryption
from partnership.isolation.acting import Acting, acting_meanwhile, enter
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Partner

SHORTEST_NOTICE = timedelta(hours=1)
"""Of what begins sooner nobody is reminded: they would be on their way."""
_SALT = "reminders stop"


class NoSuchLink(RuleError):
    """The link is not one of ours, or not whole. Stop reminders on My page, or call the office."""

    code = "no_such_link"
    status = 404


# --- What the person wants ----------------------------------------------------------------------------------------------------------


@action("contact.agree", roles=PEOPLE_ROLES, party=Party.OWNER)
def save_wish(
    *,
    by: Acting,
    person: Person,
    channel: str = "",
    address: str = "",
    language: str = "en",
    never: bool = False,
    not_guardian: bool = False,
) -> ContactWish:
    """Writes down whether and how the person wants to be reminded. Who must not be contacted, or whose guardian must not learn of it,
    is not reminded; the latter has no card for My page either, and one that there is ends.

    Raises Invalid for an address that is none.
    """
    if channel and (never or not_guardian):
        raise Invalid("channel", _("Nobody is reminded who must not be contacted, or whose guardian must not know."))
    wish, _is_new = ContactWish.objects.update_or_create(
        partner=by.partner,
        person=person,
        defaults={
            "channel": channel,
            "address": _address(channel, address) if channel else "",
            "language": language,
            "never": never,
            "not_guardian": not_guardian,
            "recorded_by": by.user,
            "recorded_at": timezone.now(),
        },
    )
    if not_guardian:
        Card.objects.filter(person__in=person.records(), ended_at=None).update(ended_at=timezone.now())
    return wish


@action("contact.bar_guardian", roles=PEOPLE_ROLES, party=Party.OWNER)
def bar_guardian(*, by: Acting, person: Person) -> ContactWish:
    """The guardian must not learn that the person is helped: nobody is reminded, and there is no card for My page."""
    wish = ContactWish.objects.filter(person=person).first()
    return save_wish(
        by=by,
        person=person,
        language=wish.language if wish else by.user.language,
        never=wish.never if wish else False,
        not_guardian=True,
    )


def _address(channel: str, text: str) -> str:
    if channel == Letter.Channel.SMS:
        if not sms.is_available():
            raise Invalid("channel", _("This portal sends no text messages: choose email."))
        if not (number := sms.number_of(text)):
            raise Invalid("address", _("This is no phone number: write it with the country code, as +358 40 123 4567."))
        return number
    try:
        validate_email(text.strip())
    except ValidationError as error:
        raise Invalid("address", error.messages[0]) from error
    return text.strip()


@action("contact.stop", roles=PEOPLE_ROLES, party=Party.OWNER)
def stop_reminders(*, by: Acting, wish: ContactWish) -> None:
    """The person wants no more reminders; one that was written and has not left is not sent."""
    wish.channel = wish.address = ""
    wish.save(update_fields=["channel", "address"])


@action("contact.stop_by_link", outside="anyone")
def stop_by_link(*, token: str) -> None:
    """Whoever has the link of a reminder stops all that would follow. Raises NoSuchLink."""
    number, partner_id, user_id, mark = read_link(token)
    with acting_meanwhile():
        enter(partner_id=partner_id, user_id=user_id, through="my_page")
        for wish in ContactWish.objects.filter(pk=number):
            if _mark_of(wish) != mark:
                continue  # a link of an address from before stops nothing at another
            wish.channel = wish.address = ""
            wish.save(update_fields=["channel", "address"])


def read_link(token: str) -> tuple[int, int, int, str]:
    """Numbers of the wish, its partner, and who wrote it down; and the mark of the address. Raises NoSuchLink."""
    try:
        number, partner_id, user_id, mark = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise NoSuchLink(_("This link does not work. Call the office, or open My page.")) from error
    return number, partner_id, user_id, mark


def wish_of(person: Person) -> ContactWish | None:
    """What is written down of this record."""
    return ContactWish.objects.filter(person=person).select_related("recorded_by").first()


def not_told_guardian(person: Person) -> bool:
    """Whether the guardian of a person must not learn that they are helped."""
    return ContactWish.objects.filter(person__in=person.records(), not_guardian=True).exists()


# --- Reminders ------------------------------------------------------------------------------------------------------------------------


@action("reminder.write", outside="jobs")
def write_reminders() -> int:
    """Writes a reminder of each appointment that begins within REMINDER_HOURS to who agreed to it, once; returns how many.

    None at night: the job that runs when the quiet hours are over writes them.
    """
    now = timezone.now()
    if first_moment(now) > now:
        return 0
    written = 0
    for what, source in sources().items():
        due = list(source.due(now + SHORTEST_NOTICE, now + timedelta(hours=settings.REMINDER_HOURS)))
        wishes = _wishes_of({each.first_record for each in due})
        known = set(
            Reminder.objects.filter(what=what, object_id__in=[each.object_id for each in due]).values_list(
                "object_id", "starts_at"
            )
        )
        for each in due:
            wish = wishes.get(each.first_record)
            if wish and (each.object_id, each.starts_at) not in known:
                known.add((each.object_id, each.starts_at))
                written += _write(what, each, wish)
    if written:
        letters.ask_for_sender()
    return written


def barred_among(first_records: set[int]) -> set[int]:
    """Of people, by the first of their records: who must not be contacted, or whose guardian must not learn of it."""
    wishes = ContactWish.objects.annotate(first=Coalesce("person__same_as_id", "person_id"))
    wishes = wishes.filter(Q(never=True) | Q(not_guardian=True), first__in=first_records)
    return set(wishes.order_by().values_list("first", flat=True))


def _wishes_of(first_records: set[int]) -> dict[int, ContactWish]:
    """By the first of a person's records: how they want to be reminded; nobody of whom one record says that it must not be."""
    wishes = (
        ContactWish.objects.annotate(first=Coalesce("person__same_as_id", "person_id"))
        .filter(first__in=first_records)
        .only(
            "id", "partner_id", "person_id", "channel", "address", "language", "recorded_by_id", "never", "not_guardian"
        )
    )
    barred = barred_among(first_records)
    return {wish.first: wish for wish in wishes if wish.channel and wish.first not in barred}


def _write(what: str, due: Due, wish: ContactWish) -> bool:
    """Letter and reminder, or neither."""
    with translation.override(wish.language):
        subject, text = _words(due, wish)
    try:
        with transaction.atomic():
            letter = letters.write(
                Letter.Purpose.REMINDER,
                wish.address or "",
                subject,
                text,
                partner_id=wish.partner_id,
                channel=wish.channel,
                is_one_of_many=True,
            )
            Reminder.objects.create(
                partner_id=wish.partner_id,
                wish=wish,
                what=what,
                object_id=due.object_id,
                starts_at=due.starts_at,
                letter=letter.pk,
            )
    except IntegrityError:  # another worker has written it meanwhile
        return False
    return True


def _words(due: Due, wish: ContactWish) -> tuple[str, str]:
    """Subject and text in the language that is on."""
    local = timezone.localtime(due.starts_at)
    when = {
        "day": f"{date_format(local, 'l')} {date_format(local, 'SHORT_DATE_FORMAT')}",
        "time": date_format(local, "H:i"),
    }
    text = _("You have an appointment on %(day)s at %(time)s.") % when
    if phone := Partner.objects.values_list("phone", flat=True).get(pk=due.phone_of):
        text += " " + _("Another time, or questions? Call %(phone)s.") % {"phone": phone}
    if wish.channel == Letter.Channel.EMAIL:
        link = settings.SITE_URL + reverse("reminders_stop", args=[link_to_stop(wish)])
        text += "\n\n" + _("No more reminders: %(link)s") % {"link": link}
    return _("Reminder of your appointment"), text


def link_to_stop(wish: ContactWish) -> str:
    """By which whoever got a reminder stops them: signed, so that nobody stops another's."""
    return signing.dumps((wish.pk, wish.partner_id, wish.recorded_by_id, _mark_of(wish)), salt=_SALT)


def _mark_of(wish: ContactWish) -> str:
    """Says which address it was, and not what."""
    return encryption.fingerprint(wish.partner_id, wish.address or "")[:16]


@letters.asked_before_sending(Letter.Purpose.REMINDER)
def when_to_send(letter: Letter) -> datetime | None:
    """From which moment on a reminder may leave; None where the person has stopped them or may not be reminded any more, or where the
    appointment is off, over, or at another time."""
    reminder = (
        Reminder.objects.filter(letter=letter.pk)
        .select_related("wish__person")
        .only(
            "what", "object_id", "starts_at", "wish__partner", "wish__channel", "wish__address", "wish__person__same_as"
        )
        .first()
    )
    if reminder is None:
        return None
    first = reminder.wish.person.same_as_id or reminder.wish.person_id
    wish = _wishes_of({first}).get(first)
    source = sources().get(reminder.what)
    now = timezone.now()
    if wish is None or source is None or wish.address != letter.to or reminder.starts_at <= now:
        return None
    return first_moment(now) if source.starts_at(reminder.object_id) == reminder.starts_at else None


class Delivery(NamedTuple):
    """How a reminder went: by which channel, in which state, since when."""

    channel: str | Promise
    state: str
    state_label: str | Promise
    at: datetime


def deliveries(what: str, numbers: Iterable[int]) -> dict[int, Delivery]:
    """Of the own partner's appointments: how the latest reminder of each went. Two queries."""
    reminders = {
        reminder.letter: reminder
        for reminder in Reminder.objects.filter(what=what, object_id__in=list(numbers)).order_by("id")
    }
    letters_of = {letter.pk: letter for letter in Letter.objects.outside().filter(pk__in=list(reminders))}
    result = {}
    for number, reminder in reminders.items():
        if letter := letters_of.get(number):
            at = letter.ended_at or letter.created_at
            result[reminder.object_id] = Delivery(
                letter.get_channel_display(), letter.state, letter.get_state_display(), at
            )
    return result
