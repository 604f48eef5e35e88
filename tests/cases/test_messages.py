"""Reminders of appointments: to who agreed, once, not at night, in their language, and with nothing in them that tells of help."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.messages import actions as contact
from cases.messages.jobs import remind_of_appointments
from cases.messages.models import ContactWish
from cases.messages.quiet_hours import first_moment
from cases.planning import actions as planning
from partnership.events import letters, sms
from partnership.events.models import Letter
from partnership.isolation.errors import Invalid
from referrals.consents import actions as consents
from referrals.first_appointments import actions as first_appointments
from tests.shared_worlds import shared
from tests.world import WebClient, database_role, do, on_web, run_as

HELSINKI = ZoneInfo("Europe/Helsinki")
NOON = datetime(2027, 3, 2, 12, 0, tzinfo=HELSINKI)


@shared
def case(world):
    world.ngo.phone = "09 123 456"
    world.ngo.save()
    world.the_enrolment = world.enrolment(started_on=world.today)
    world.the_person = world.the_enrolment.person
    return world


@pytest.fixture
def noon(set_clock):
    set_clock(NOON)
    return NOON


def agreed(world, person=None, channel="email", address="maija@post.example", **more):
    return run_as(
        world.caseworker, contact.save_wish, person=person or world.the_person, channel=channel, address=address, **more
    )


def meeting(world, starts_at):
    return run_as(
        world.caseworker,
        planning.make_appointment,
        enrolment=world.the_enrolment,
        starts_at=starts_at,
        minutes=45,
        method="counselling",
        place="Room 2",
        responsible=world.caseworker.user,
    )


def run_jobs() -> None:
    with database_role("worker"):
        remind_of_appointments()
        letters.send_due()


def stored(model=Letter):
    with database_role("worker"):
        return list(model.objects.all())


class TestWhoIsReminded:
    def test_who_agreed_a_day_before_and_once(self, case, noon):
        agreed(case)
        meeting(case, noon + timedelta(hours=22))
        meeting(case, noon + timedelta(hours=30))
        for _round in range(3):
            run_jobs()
        assert [message.to for message in mail.outbox] == [["maija@post.example"]]

    def test_nobody_who_did_not(self, case, noon):
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        assert not mail.outbox

    def test_never_who_must_not_be_contacted_or_whose_guardian_must_not_know(self, case, noon):
        meeting(case, noon + timedelta(hours=22))
        with pytest.raises(Invalid):
            agreed(case, never=True)
        agreed(case, never=True, channel="")
        run_jobs()
        agreed(case, not_guardian=True, channel="")
        run_jobs()
        assert not mail.outbox

    def test_nor_by_another_record_of_theirs(self, case, noon):
        from cases.people import actions as people

        other = case.person(case.ngo)
        agreed(case)
        agreed(case, person=other, channel="", never=True)
        run_as(case.caseworker, people.link_person, person=other, other=case.the_person)
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        assert not mail.outbox

    def test_the_database_stores_no_address_for_who_must_not_be_reminded(self, case):
        from django.db import IntegrityError, transaction

        wish = agreed(case)
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactWish.objects.filter(pk=wish.pk).update(never=True)

    def test_an_appointment_that_was_moved_is_another_one(self, case, noon):
        agreed(case)
        appointment = meeting(case, noon + timedelta(hours=10))
        run_jobs()
        run_as(
            case.caseworker, planning.move_appointment, appointment=appointment, starts_at=noon + timedelta(hours=20),
            minutes=45, method="counselling", place="", responsible=case.caseworker.user,
        )  # fmt: skip
        run_jobs()
        assert len(mail.outbox) == 2

    def test_of_a_first_appointment_by_whichever_partner_they_agreed_with(self, world, set_clock):
        referral = do(world, "accept", world.sent())
        world.the_person = referral.person
        run_as(world.liaison, contact.save_wish, person=referral.person, channel="email", address="m@post.example")
        soon = (timezone.now() + timedelta(days=2)).replace(hour=6)
        run_as(world.caseworker, first_appointments.offer_appointment, referral=referral, starts_at=soon)
        set_clock(soon - timedelta(hours=20))
        run_jobs()
        assert len(mail.outbox) == 1

    def test_and_not_by_the_sender_after_the_consent_ended(self, world, set_clock):
        referral = do(world, "accept", world.sent())
        run_as(world.liaison, contact.save_wish, person=referral.person, channel="email", address="m@post.example")
        soon = (timezone.now() + timedelta(days=2)).replace(hour=6)
        run_as(world.caseworker, first_appointments.offer_appointment, referral=referral, starts_at=soon)
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        set_clock(soon - timedelta(hours=20))
        run_jobs()
        assert not mail.outbox


class TestWhatItSays:
    def test_when_and_whom_to_call_and_nothing_else(self, case, noon):
        agreed(case)
        meeting(case, datetime(2027, 3, 3, 9, 30, tzinfo=HELSINKI))
        run_jobs()
        (message,) = mail.outbox
        assert "You have an appointment on Wednesday" in message.body
        assert "09:30" in message.body
        assert "09 123 456" in message.body
        everything = f"{message.subject} {message.body} {message.from_email}"
        for telling in ("Anchor", "Counselling", "Room 2", "Prevention", "Maija", "User"):
            assert telling not in everything.replace("maija@post.example", "")

    def test_in_the_persons_language(self, case, noon):
        agreed(case, language="fi")
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        assert mail.outbox[0].subject == "Muistutus ajastasi"

    def test_the_time_is_the_local_one_on_the_day_on_which_clocks_change(self, case, set_clock):
        """Summer time began that night, 28 March 2027: at 9:30 it is 6:30 in UTC, and the day before it would be 7:30."""
        set_clock(datetime(2027, 3, 27, 12, 0, tzinfo=HELSINKI))
        agreed(case)
        meeting(case, datetime(2027, 3, 28, 6, 30, tzinfo=UTC))
        run_jobs()
        assert "at 09:30" in mail.outbox[0].body

    def test_a_link_stops_them_with_one_button_and_without_signing_in(self, case, noon):
        agreed(case)
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        address = re.search(r"http://testserver(/my/stop/\S+)", mail.outbox[0].body)[1]
        phone = WebClient()
        asked = phone.get(address)
        assert "Stop reminders" in asked.content.decode()
        assert ContactWish.objects.get().channel == "email"  # a mail program that looks at links stops nothing
        assert "no more reminders" in phone.post(address).content.decode()
        assert ContactWish.objects.get().channel == ""
        assert phone.get(address[:-3] + "xxx/").status_code == 404


class TestQuietHours:
    @pytest.mark.parametrize(
        ("now", "then"),
        [
            ((2027, 3, 2, 20, 59), (2027, 3, 2, 20, 59)),
            ((2027, 3, 2, 21, 0), (2027, 3, 3, 8, 0)),
            ((2027, 3, 3, 0, 30), (2027, 3, 3, 8, 0)),
            ((2027, 3, 3, 7, 59), (2027, 3, 3, 8, 0)),
            ((2027, 3, 3, 8, 0), (2027, 3, 3, 8, 0)),
            ((2027, 3, 27, 23, 0), (2027, 3, 28, 8, 0)),  # ten hours of sleep become nine: summer time begins
            ((2027, 10, 30, 23, 0), (2027, 10, 31, 8, 0)),  # and ten become eleven
        ],
    )
    def test_nobody_is_written_to_at_night_by_the_local_clock(self, now, then):
        moment = datetime(*now, tzinfo=HELSINKI)
        assert first_moment(moment.astimezone(UTC)) == datetime(*then, tzinfo=HELSINKI)

    def test_one_that_is_due_at_night_leaves_in_the_morning(self, case, set_clock):
        agreed(case)
        meeting(case, datetime(2027, 3, 3, 14, 0, tzinfo=HELSINKI))
        set_clock(datetime(2027, 3, 2, 23, 0, tzinfo=HELSINKI))
        run_jobs()
        assert not mail.outbox
        set_clock(datetime(2027, 3, 3, 8, 0, tzinfo=HELSINKI))
        run_jobs()
        assert len(mail.outbox) == 1

    def test_nor_one_that_a_mail_server_kept_waiting(self, case, set_clock):
        agreed(case)
        set_clock(datetime(2027, 3, 2, 20, 55, tzinfo=HELSINKI))
        meeting(case, datetime(2027, 3, 3, 14, 0, tzinfo=HELSINKI))
        with database_role("worker"):
            remind_of_appointments()
        set_clock(datetime(2027, 3, 2, 21, 5, tzinfo=HELSINKI))
        with database_role("worker"):
            letters.send_due()
        assert not mail.outbox
        assert stored()[0].due_at == datetime(2027, 3, 3, 8, 0, tzinfo=HELSINKI)


class TestBetweenWritingAndSending:
    @pytest.fixture
    def written(self, case, noon):
        case.wish = agreed(case)
        case.appointment = meeting(case, noon + timedelta(hours=22))
        with database_role("worker"):
            remind_of_appointments()
        return case

    def send(self):
        with database_role("worker"):
            letters.send_due()
        return stored()[0].state

    def test_who_stopped_them_gets_none(self, written):
        run_as(written.caseworker, contact.stop_reminders, wish=written.wish)
        assert self.send() == "dropped"

    def test_what_was_cancelled_is_not_reminded_of(self, written):
        run_as(written.caseworker, planning.cancel_appointment, appointment=written.appointment)
        assert self.send() == "dropped"

    def test_nothing_goes_to_an_address_that_was_changed(self, written):
        agreed(written, address="new@post.example")
        assert self.send() == "dropped"

    def test_what_is_over_is_not_reminded_of(self, written, set_clock):
        set_clock(NOON + timedelta(hours=23))
        assert self.send() == "dropped"

    def test_a_sender_that_died_over_it_sends_it_not_again(self, written, set_clock):
        Letter.objects.update(state="sending", due_at=NOON - timedelta(minutes=1))
        assert self.send() == "failed"
        assert not mail.outbox


class TestWhoSees:
    def test_the_caseworker_how_it_went_on_the_page_of_the_participation(self, case, noon):
        agreed(case)
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        shown = case.client(case.caseworker).get(reverse("enrolment", args=[case.the_enrolment.pk])).content.decode()
        assert "Reminder (Email): sent" in shown

    def test_no_administrator_whom_a_partner_reminds(self, case, noon):
        agreed(case)
        meeting(case, noon + timedelta(hours=22))
        run_jobs()
        admin = case.member(case.office, "coordinator")
        admin.user.is_staff = True
        admin.user.save()
        with on_web(admin):
            assert not Letter.objects.outside().filter(purpose="reminder").exists()
        with on_web(case.other_caseworker):
            assert not Letter.objects.outside().exists()
            assert not ContactWish.objects.exists()

    def test_nobody_from_a_stolen_dump_where_it_went(self, case, noon):
        agreed(case)
        meeting(case, noon + timedelta(hours=22))
        with database_role("worker"):
            remind_of_appointments()
        with connection.cursor() as cursor:
            cursor.execute("SELECT l::text FROM partnership_letter l UNION SELECT w::text FROM cases_contactwish w")
            rows = cursor.fetchall()
        assert len(rows) == 2
        assert "post.example" not in str(rows)

    def test_the_staff_who_agreed_to_what_and_when(self, case):
        agreed(case)
        shown = case.client(case.caseworker).get(reverse("person", args=[case.the_person.pk])).content.decode()
        assert f"as {case.caseworker.user.full_name} wrote down" in shown
        case.client(case.caseworker).post(reverse("contact_stop", args=[case.the_person.pk]))
        assert ContactWish.objects.get().channel == ""


class Gateway(BaseHTTPRequestHandler):
    """A real gateway: what it was sent, and what it answers."""

    taken: list[tuple[str, dict[str, str], str]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Gateway.taken.append((self.path, dict(self.headers), body))
        if Gateway.status == 0:
            return  # it hangs up and says nothing
        self.send_response(Gateway.status)
        self.end_headers()

    def log_message(self, *_what: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Gateway.taken, Gateway.status = [], 200
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/send?to={{to}}"
    settings.SMS_HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer secret"}
    settings.SMS_BODY = '{"recipient": "{to}", "message": "{text}"}'
    yield Gateway
    server.shutdown()
    server.server_close()


class TestTextMessages:
    @pytest.fixture
    def due(self, case, noon):
        agreed(case, channel="sms", address="+358 40 123 4567")
        meeting(case, noon + timedelta(hours=22))
        return case

    def test_go_through_the_gateway_as_the_settings_say(self, due, gateway):
        run_jobs()
        ((path, headers, body),) = gateway.taken
        assert path == "/send?to=%2B358401234567"
        assert headers["Authorization"] == "Bearer secret"
        sent = json.loads(body)
        assert sent["recipient"] == "+358401234567"
        assert sent["message"].startswith("You have an appointment on Wednesday")
        assert "stop" not in sent["message"]
        assert stored()[0].state == "sent"

    @pytest.mark.parametrize(("status", "state", "asked"), [(400, "failed", 1), (500, "failed", 1), (0, "failed", 1), (503, "waiting", 1)])  # fmt: skip
    def test_what_the_gateway_may_have_taken_is_not_sent_twice(self, due, gateway, status, state, asked):
        gateway.status = status
        run_jobs()
        run_jobs()
        assert (stored()[0].state, len(gateway.taken)) == (state, asked)

    def test_a_gateway_that_is_away_is_tried_again_and_holds_up_no_mail(self, due, gateway, settings, set_clock):
        address = settings.SMS_URL
        settings.SMS_URL = "http://127.0.0.1:1/"
        letters.write(Letter.Purpose.ACCOUNT, "somebody@test.example", "Hello", "Hello")
        run_jobs()
        assert len(mail.outbox) == 1
        settings.SMS_URL = address
        set_clock(NOON + timedelta(minutes=5))
        run_jobs()
        assert len(gateway.taken) == 1

    def test_without_a_gateway_they_are_files(self, due, settings, tmp_path):
        settings.SMS_DIR = tmp_path
        run_jobs()
        (file,) = tmp_path.iterdir()
        assert file.read_text().startswith("To: +358401234567\n\nYou have an appointment")

    def test_a_number_that_is_none_is_refused(self, case):
        with pytest.raises(Invalid):
            agreed(case, channel="sms", address="call me")

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/json", '{"t": "a \\"b\\" & \\n{to}"}'),
            ("application/x-www-form-urlencoded", '{"t": "a+%22b%22+%26+%0A%7Bto%7D"}'),
            ("text/xml", '{"t": "a "b" &amp; \n{to}"}'),
        ],
    )
    def test_what_is_filled_in_is_escaped_and_fills_in_nothing_itself(self, settings, kind, body):
        settings.SMS_URL, settings.SMS_HEADERS, settings.SMS_BODY = "https://sms.example/", {"content-type": kind}, '{"t": "{text}"}'  # fmt: skip
        assert sms.request_for("1", 'a "b" & \n{to}')[1].decode() == body


def test_an_installation_without_a_gateway_offers_no_text_messages(case, settings):
    settings.SMS_URL, settings.SMS_DIR = "", None
    with pytest.raises(Invalid):
        agreed(case, channel="sms", address="+358401234567")
    page = case.client(case.caseworker).get(reverse("contact", args=[case.the_person.pk])).content.decode()
    assert "Text message" not in page
