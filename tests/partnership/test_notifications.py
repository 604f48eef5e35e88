"""The outbox, notifications and e-mail: nothing is lost, nobody is told twice, no e-mail holds personal data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cases.consents.models import Consent
from cases.overdoses.events import COUNTED
from partnership.agreements.models import Agreement
from partnership.events import letters, notifications, outbox
from partnership.events.models import EventDelivery, Letter, Notification, OutboxEvent
from partnership.members.models import User
from referrals.diversions import actions as diversions
from referrals.diversions.models import DiversionAgreement
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.reminders.reminders import send_reminders
from tests.post import posted
from tests.world import World, database_role, run_as


def relay() -> None:
    with database_role("worker"):
        outbox.relay()


def post() -> int:
    """Letters are written and sent; returns how many arrived."""
    before = len(mail.outbox)
    with database_role("worker"):
        notifications.write_letters()
    return len(posted()) - before


def summaries() -> int:
    with database_role("worker"):
        return notifications.write_digests()


class TestOutbox:
    def test_what_is_announced_in_a_transaction_that_fails_never_was(self, world):
        from django.db import transaction

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            outbox.announce(COUNTED, "one")
            raise ZeroDivisionError
        assert not OutboxEvent.objects.exists()

    def test_the_same_key_is_one_event(self, world):
        outbox.announce(COUNTED, "one")
        outbox.announce(COUNTED, "one")
        assert OutboxEvent.objects.count() == 1

    def test_an_event_delivered_twice_tells_each_person_once(self, world):
        world.sent()
        relay()
        OutboxEvent.objects.update(relayed_at=None)
        EventDelivery.objects.update(done_at=None)
        relay()
        told = Notification.objects.filter(kind="referral.sent")
        assert sorted(n.user_id for n in told) == sorted([world.caseworker.user.pk, world.case_manager.user.pk])

    def test_pages_can_write_events_but_not_read_them(self, world):
        from django.db import ProgrammingError, connection

        outbox.announce(COUNTED, "one")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            database_role("web"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT count(*) FROM partnership_outboxevent")


class TestWhoIsTold:
    def test_the_other_party_not_the_one_who_acted(self, world):
        referral = world.sent()
        run_as(world.caseworker, handover.acknowledge, referral=referral)
        relay()
        by_kind = {(n.kind, n.partner_id) for n in Notification.objects.all()}
        assert by_kind == {("referral.sent", world.ngo.pk), ("referral.acknowledged", world.police.pk)}

    def test_a_data_officer_is_not_told_of_referrals(self, world):
        run_as(world.caseworker, handover.acknowledge, referral=world.sent())
        relay()
        assert not Notification.objects.filter(user=world.data_officer.user).exists()


class TestMail:
    def test_it_holds_a_link_and_no_personal_data(self, world):
        world.sent()
        relay()
        assert post() == 2
        message = mail.outbox[0]
        assert f"/referrals/{Referral.objects.get().pk}/" in message.body
        everything = message.subject + message.body
        for secret in ("Meikäläinen", "Maija", "1990", "Wants help", "Harbour"):
            assert secret not in everything

    def test_once_whatever_is_run_again(self, world):
        world.sent()
        relay()
        post()
        assert post() == 0
        assert len(mail.outbox) == 2

    @pytest.mark.parametrize(("choice", "sent"), [("instant", 1), ("daily", 0), ("none", 0)])
    def test_as_each_person_chose(self, world, choice, sent):
        User.objects.filter(pk=world.case_manager.user.pk).update(email_choice="none")
        User.objects.filter(pk=world.caseworker.user.pk).update(email_choice=choice)
        world.sent()
        relay()
        assert post() == sent
        assert summaries() == (choice == "daily")
        assert summaries() == 0

    def test_in_the_readers_language_and_none_for_what_was_read_already(self, world):
        world.sent()
        relay()
        Notification.objects.filter(user=world.caseworker.user).update(read_at=timezone.now())
        assert post() == 1
        assert Letter.objects.count() == 1

    def test_what_is_read_while_its_letter_waits_is_not_sent(self, world):
        world.sent()
        relay()
        with database_role("worker"):
            assert notifications.write_letters() == 2
        Notification.objects.filter(user=world.caseworker.user).update(read_at=timezone.now())
        assert [message.to for message in posted()] == [[world.case_manager.user.email]]

    def test_one_whose_sender_died_is_not_sent_again_but_stands_in_the_summary(self, world):
        world.sent()
        relay()
        with database_role("worker"):
            notifications.write_letters()
            claimed = letters._claim()  # and then the worker dies
        Letter.objects.filter(pk=claimed.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        assert claimed.address not in [message.to[0] for message in posted()]
        assert summaries() == 1
        assert posted()[-1].to == [claimed.address]


class TestReminders:
    def remind(self) -> int:
        with database_role("worker"):
            return send_reminders()

    def late(self, world: World, **days: float) -> Referral:
        referral = world.sent()
        Referral.objects.filter(pk=referral.pk).update(
            **{name: timezone.now() - timedelta(days=late) for name, late in days.items()}
        )
        return referral

    def test_past_the_promise_the_receiver_is_reminded_once_a_day(self, world):
        self.late(world, due_acknowledge_at=1)
        assert self.remind() == 1
        self.remind()
        (event,) = OutboxEvent.objects.filter(kind="referral.overdue.acknowledge")
        assert [t["partner"] for t in event.payload["tell"]] == [world.ngo.pk]

    def test_none_once_there_was_an_answer(self, world):
        referral = self.late(world, due_acknowledge_at=1)
        run_as(world.caseworker, handover.acknowledge, referral=referral)
        assert self.remind() == 0

    def test_an_acknowledged_one_is_reminded_of_the_answer(self, world):
        referral = self.late(world, due_acknowledge_at=3, due_accept_at=1)
        run_as(world.caseworker, handover.acknowledge, referral=referral)
        self.remind()
        assert OutboxEvent.objects.filter(kind="referral.overdue.answer").count() == 1

    def test_none_in_time(self, world):
        world.sent()
        assert self.remind() == 0

    def test_once_a_day_is_once_a_day_of_the_place_and_not_of_greenwich(self, world, set_clock):
        self.late(world, due_acknowledge_at=300)
        set_clock(datetime(2026, 3, 10, 21, 30, tzinfo=UTC))
        self.remind()
        set_clock(datetime(2026, 3, 10, 22, 30, tzinfo=UTC))  # half past midnight in Helsinki
        self.remind()
        self.remind()
        assert OutboxEvent.objects.filter(kind="referral.overdue.acknowledge").count() == 2

    def times_told(self, kind: str) -> int:
        return OutboxEvent.objects.filter(kind=kind).count()

    def remind_on(self, set_clock, day: date) -> None:
        set_clock(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        self.remind()

    def open_since(self, day: date) -> None:
        """Every diversion of today is open since a day of the past: consent and agreement cover it."""
        Consent.objects.update(signed_on=day)
        Agreement.objects.update(valid_from=day)

    def test_an_overdue_diversion_is_told_once_a_week_and_the_new_year_begins_none(self, world, set_clock):
        world.enrolled()
        self.open_since(date(2020, 1, 1))
        DiversionAgreement.objects.update(deadline=date(2020, 12, 1))
        for day in (
            date(2020, 12, 28),
            date(2020, 12, 31),
            date(2021, 1, 1),
            date(2021, 1, 3),
        ):  # from Monday to Sunday
            self.remind_on(set_clock, day)
        assert self.times_told("diversion.overdue") == 1
        self.remind_on(set_clock, date(2021, 1, 4))
        assert self.times_told("diversion.overdue") == 2

    def test_an_undecided_one_is_told_a_week_after_its_outcome_and_then_once_a_week(self, world, set_clock):
        diversion = world.enrolled().diversion
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
        DiversionAgreement.objects.update(outcome_at=datetime(2021, 1, 4, 13, tzinfo=UTC))
        self.remind_on(set_clock, date(2021, 1, 11))
        assert self.times_told("diversion.undecided") == 0
        for day in (date(2021, 1, 12), date(2021, 1, 17)):
            self.remind_on(set_clock, day)
        assert self.times_told("diversion.undecided") == 1
        self.remind_on(set_clock, date(2021, 1, 18))
        assert self.times_told("diversion.undecided") == 2

    def test_due_soon_is_told_once_from_two_weeks_before(self, world, set_clock):
        world.enrolled()
        self.open_since(date(2020, 1, 1))
        DiversionAgreement.objects.update(deadline=date(2021, 3, 31))
        self.remind_on(set_clock, date(2021, 3, 16))
        assert self.times_told("diversion.due_soon") == 0
        for day in (date(2021, 3, 17), date(2021, 3, 24), date(2021, 3, 31)):
            self.remind_on(set_clock, day)
            assert self.times_told("diversion.due_soon") == 1
        assert self.times_told("diversion.overdue") == 0

    def test_a_diversion_whose_person_has_not_started_is_not_told(self, world):
        world.sent()
        DiversionAgreement.objects.update(deadline=world.today - timedelta(days=1))
        self.remind()
        assert self.times_told("diversion.overdue") == 0

    def test_a_diversion_past_its_deadline_reminds_the_ngo_and_an_outcome_the_liaison(self, world):
        diversion = world.enrolled().diversion
        DiversionAgreement.objects.update(deadline=world.today - timedelta(days=1))
        self.remind()
        assert OutboxEvent.objects.filter(kind="diversion.overdue").count() == 1
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
        DiversionAgreement.objects.update(outcome_at=timezone.now() - timedelta(days=8))
        self.remind()
        assert OutboxEvent.objects.get(kind="diversion.undecided").payload["tell"][0]["partner"] == world.police.pk
