"""What can be done with tips: giving one without signing in, reading, answering, taking words out, forgetting."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, District, Partner, Role
from partnership.practices.models import Practice
from programs.tips import events
from programs.tips.models import KEPT_DAYS, Tip

TIP_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who reads what a partner is told."""
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that is read for something else."""
CODE_LENGTH = 16
"""80 bits: what is kept of a code can't be tried through."""


class TakesNoTips(RuleError):
    """This organisation takes no messages here, or has enough for today. Choose another one, or come back tomorrow."""

    code = "takes_no_tips"
    status = 404


class NoSuchTip(RuleError):
    """No message has this code: it is wrong, or the message is older than half a year. Check how you wrote it down."""

    code = "no_such_tip"
    status = 404


class TipClosed(RuleError):
    """The tip is answered, or its words were taken out: what its sender reads stays. Nothing more can be said to it."""

    code = "tip_closed"
    status = 409


class Told(NamedTuple):
    """What the sender of a tip reads by the code: to whom it went and when, whether it was read, and the answer."""

    partner: Partner
    received_on: date
    is_read: bool
    answer: str
    answered_on: date | None
    is_removed: bool


def who_takes_tips() -> QuerySet[Partner]:
    """Partners that say so, by name."""
    return Partner.objects.filter(is_active=True, practices__practice=Practice.TIPS).order_by("name")


@action("tip.give", outside="anyone")
def give_tip(*, partner: Partner, kind: str, text: str, district: District | None = None) -> str:
    """Writes down what somebody tells the partner, who stays unknown; returns the code by which they find the answer.

    It is not kept and can't be shown again. Raises TakesNoTips, and Invalid for no words.
    """
    if not text.strip():
        raise Invalid("text", _("Write what you want to tell."))
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    sealed = Tip._meta.get_field("text").seal(text.strip(), partner.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_tip_give(%s, %s, %s, %s, %s)",
            [partner.pk, Tip.Kind(kind), district.pk if district else None, sealed, digest_of(code)],
        )
        said = cursor.fetchone()[0]
    if said != "ok":
        raise TakesNoTips(_("This organisation takes no messages now. Choose another one, or come back tomorrow."))
    return code


def told(code: str) -> Told:
    """What became of the tip with this code, however it was typed: two queries. Raises NoSuchTip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM portal_tip_answer(%s)", [digest_of(code)])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchTip(_("No message has this code. Check how you wrote it down."))
    partner, received_on, is_read, sealed, answered_on, is_removed = row
    answer = Tip._meta.get_field("answer").open(sealed, partner)
    return Told(Partner.objects.get(pk=partner), received_on, is_read, answer, answered_on, is_removed)


def digest_of(code: str) -> str:
    """What is kept of a code: SHA-256, as hexadecimal."""
    typed = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return hashlib.sha256(f"tip:{typed}".encode()).hexdigest()


@action("tip.read", roles=TIP_ROLES, party=Party.OWNER)
def note_reading(*, by: Acting, tip: Tip) -> None:
    """Somebody of the partner has opened it: its sender sees that it was read."""
    unread = Tip.objects.filter(pk=tip.pk, read_on=None)
    if unread.update(read_on=timezone.localdate(), read_by=by.user):
        tip.read_on, tip.read_by = timezone.localdate(), by.user


@action("tip.answer", roles=TIP_ROLES, party=Party.OWNER)
def answer_tip(*, by: Acting, tip: Tip, answer: str) -> Tip:
    """Answers, once: whoever has the code reads it. Raises TipClosed, and Invalid for no words."""
    if not answer.strip():
        raise Invalid("answer", _("Write the answer."))
    tip = _locked(tip)
    if tip.answered_on or tip.removed_on:
        raise TipClosed(_("This tip is answered, or its words were taken out."))
    tip.answer, tip.answered_on, tip.answered_by = answer.strip(), timezone.localdate(), by.user
    tip.save(update_fields=["answer", "answered_on", "answered_by"])
    return tip


@action("tip.remove", roles=TIP_ROLES, party=Party.OWNER)
def remove_words(*, by: Acting, tip: Tip) -> Tip:
    """Takes the words out, for instance because they name somebody without need. That there was a tip stays. Raises TipClosed."""
    tip = _locked(tip)
    if tip.removed_on:
        raise TipClosed(_("The words were taken out already."))
    tip.text, tip.removed_on, tip.removed_by = "", timezone.localdate(), by.user
    tip.save(update_fields=["text", "removed_on", "removed_by"])
    return tip


@action("tip.forget", outside="jobs")
def forget_tips() -> int:
    """Deletes tips that are `KEPT_DAYS` old; returns how many."""
    forgotten, _of_each = Tip.objects.filter(received_on__lt=timezone.localdate() - timedelta(days=KEPT_DAYS)).delete()
    return forgotten


@action("tip.tell", outside="jobs", event="tip.waiting")
def tell_of_tips() -> None:
    """Tells each partner once a day that tips of days before wait to be read: at once would tell when one was sent."""
    today = timezone.localdate()
    waiting = Tip.objects.filter(read_on=None, received_on__lt=today).order_by().values_list("partner", flat=True)
    for partner in waiting.distinct():
        tell: Tell = {"partner": partner, "roles": [str(role) for role in TIP_ROLES], "url": reverse("tip_list")}
        announce(events.WAITING, f"tip.waiting:{partner}:{today}", tell=[tell], partner=partner)


def _locked(tip: Tip) -> Tip:
    return Tip.objects.select_for_update(of=("self",)).get(pk=tip.pk)
