"""E-mail: one bad address, a refusing or a missing mail server hold up nobody; nothing is lost, forged or read by others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import ProgrammingError, connection, transaction
from django.test import Client as WebClient
from django.urls import reverse
from django.utils import timezone

from partnership.events import letters
from partnership.events.models import Letter
from partnership.members import actions as members
from partnership.members.models import Invitation, Partner, Role, User
from tests.world import World, database_role, on_web, run_as


class Server:
    """A real mail server: what it took, and which addresses it refuses with which answer."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken += [(address, envelope.content.decode()) for address in envelope.rcpt_tos]
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _content in self.taken]


@pytest.fixture
def server(settings) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield server
    controller.stop()


@pytest.fixture
def administrator(db) -> WebClient:
    client = WebClient()
    client.force_login(User.objects.create_user("admin@test.example", "x" * 14, full_name="Admin", is_staff=True))
    return client


def write(address: str, text: str = "x") -> Letter:
    with database_role("web"):
        return letters.write(Letter.Purpose.ACCOUNT, address, "About your account", text)


def send() -> int:
    with database_role("worker"):
        return letters.send_due()


def later(**time: float) -> None:
    """So much time passes for what waits."""
    passed = timedelta(**time)
    for letter in Letter.objects.defer("subject", "text"):
        Letter.objects.filter(pk=letter.pk).update(due_at=letter.due_at - passed, created_at=letter.created_at - passed)


def state_of(letter: Letter) -> str:
    return Letter.objects.only("state").get(pk=letter.pk).state


class TestOneBadAddress:
    def test_holds_up_nobody_else(self, db, server):
        server.refuses["gone@test.example"] = "550 No such user"
        refused = write("gone@test.example")
        for number in range(3):
            write(f"{number}@test.example")
        assert send() == 3
        assert server.addresses == ["0@test.example", "1@test.example", "2@test.example"]
        assert state_of(refused) == Letter.State.FAILED
        assert Letter.objects.get(pk=refused.pk).last_error == "550 No such user"

    def test_refused_for_now_it_is_tried_again_with_growing_pauses_and_then_given_up(self, db, server):
        server.refuses["full@test.example"] = "452 Mailbox full"
        letter = write("full@test.example")
        for attempt in range(1, letters.MAX_ATTEMPTS):
            send()
            assert state_of(letter) == Letter.State.WAITING
            assert send() == 0  # not yet due
            assert Letter.objects.get(pk=letter.pk).attempts == attempt
            later(minutes=2**attempt)
        send()
        assert state_of(letter) == Letter.State.FAILED

    def test_refused_for_now_it_arrives_once_the_box_has_room(self, db, server):
        server.refuses["full@test.example"] = "452 Mailbox full"
        write("full@test.example")
        send()
        server.refuses.clear()
        later(minutes=2)
        assert send() == 1

    def test_one_that_is_no_address_at_all_holds_up_nobody_either(self, db, server):
        bad = write("a\nb@test.example")
        write("good@test.example")
        assert send() == 1
        assert state_of(bad) == Letter.State.FAILED


class TestNoMailServer:
    @pytest.fixture
    def nobody_listens(self, settings) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free.getsockname()[1]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def test_everything_waits_and_no_attempt_counts(self, db, nobody_listens):
        written = [write(f"{number}@test.example") for number in range(3)]
        for _minute in range(30):
            assert send() == 0
            later(minutes=1)
        assert {state_of(letter) for letter in written} == {Letter.State.WAITING}
        assert set(Letter.objects.values_list("attempts", flat=True)) == {0}

    def test_after_three_days_it_is_given_up_and_seen(self, db, nobody_listens):
        letter = write("x@test.example")
        later(days=3, minutes=1)
        send()
        assert state_of(letter) == Letter.State.FAILED

    def test_a_partner_is_made_its_manager_invited_and_the_letter_waits(self, world, nobody_listens):
        form = {"name": "New NGO", "kind": "ngo", "manager_email": "boss@test.example", "manager_role": "case_manager"}
        client = world.client(world.coordinator)
        assert client.post(reverse("partner_new"), form).status_code == 302
        send()
        assert Letter.objects.get().state == Letter.State.WAITING
        assert (
            "boss@test.example"
            in client.get(reverse("partner", args=[Partner.objects.get(name="New NGO").pk])).content.decode()
        )


class TestWhatALetterSays:
    def test_stands_nowhere_in_the_clear_and_is_forgotten_once_it_has_left(self, db, server):
        letter = write("x@test.example", text="https://portal.example/secret-link")
        with connection.cursor() as cursor:
            cursor.execute("SELECT subject || text FROM partnership_letter")
            assert "secret-link" not in cursor.fetchone()[0]
        send()
        assert "secret-link" in server.taken[0][1]
        sent = Letter.objects.get(pk=letter.pk)
        assert (sent.subject, sent.text) == ("", "")

    @pytest.mark.parametrize("column", ["subject", "text", "signature"])
    def test_no_page_can_read_it(self, world, column):
        write("x@test.example")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            on_web(world.coordinator),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {column} FROM partnership_letter")

    def test_whoever_writes_rows_by_sql_writes_to_nobody(self, db, server):
        mine = write("me@test.example")
        with connection.cursor() as cursor:  # as owner: more than an attacker has
            cursor.execute("UPDATE partnership_letter SET address = 'victim@test.example'")
        assert send() == 0
        assert server.taken == []
        assert state_of(mine) == Letter.State.FAILED

    def test_rows_that_nobody_can_read_hold_up_no_letter(self, world, server):
        with on_web(world.coordinator), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO partnership_letter (id, purpose, address, subject, text, signature, state, attempts, created_at, due_at,"
                " last_error) VALUES (gen_random_uuid(), 'news', 'x@test.example', 'garbage', 'a2.x.y', '', 'waiting', 0, now(),"
                " '2000-01-01', '')"
            )
        write("good@test.example")
        assert send() == 1
        assert server.addresses == ["good@test.example"]

    def test_a_subject_is_one_line(self, db, server):
        letters.write(Letter.Purpose.ACCOUNT, "x@test.example", "One\r\nBcc: y@test.example", "x")
        send()
        assert server.addresses == ["x@test.example"]

    def test_it_is_forgotten_a_month_after_its_end(self, db, server):
        write("x@test.example")
        send()
        Letter.objects.update(ended_at=timezone.now() - timedelta(days=31))
        write("y@test.example")
        with database_role("worker"):
            letters.forget()
        assert Letter.objects.get().address == "y@test.example"


class TestASenderThatDied:
    def test_what_somebody_waits_for_is_sent_again_with_the_same_number(self, db, server):
        letter = write("x@test.example")
        with database_role("worker"):
            letters._claim()
        assert send() == 0
        later(minutes=16)
        assert send() == 1
        assert f"<{letter.pk}@" in server.taken[0][1]

    def test_a_letter_of_which_senders_die_is_given_up(self, db, server):
        letter = write("x@test.example")
        for _attempt in range(letters.MAX_ATTEMPTS):
            with database_role("worker"):
                letters._claim()
            later(minutes=16)
            with database_role("worker"):
                letters._take_back_lost()
        assert state_of(letter) == Letter.State.FAILED


class TestWhoSeesHowItWent:
    def test_an_administrator_sees_what_was_refused_and_sends_it_again(self, world: World, administrator, server):
        server.refuses["gone@test.example"] = "550 No such user"
        write("gone@test.example")
        send()
        page = administrator.get(reverse("failed_letters")).content.decode()
        assert "gone@test.example" in page
        assert "550 No such user" in page
        server.refuses.clear()
        administrator.post(reverse("letter_send_again", args=[Letter.objects.get().pk]))
        assert send() == 1
        assert "gone@test.example" not in administrator.get(reverse("failed_letters")).content.decode()

    def test_nobody_else_sees_that_page(self, world):
        for member in (world.coordinator, world.case_manager, world.liaison):
            assert world.client(member).get(reverse("failed_letters")).status_code in {403, 404}

    def test_a_manager_sees_that_an_invitation_was_refused_and_sends_it_again_by_a_new_link(self, world, server):
        server.refuses["gone@test.example"] = "550 No such user"
        _old, token = run_as(
            world.case_manager,
            members.invite_member,
            partner=world.ngo,
            email="gone@test.example",
            role=Role.CASEWORKER,
        )
        send()
        client = world.client(world.case_manager)
        assert "not delivered" in client.get(reverse("member_list")).content.decode()
        server.refuses.clear()
        client.post(reverse("invitation_send_again", args=[Invitation.objects.get().pk]))
        send()
        assert "Email sent" in client.get(reverse("member_list")).content.decode()
        assert token not in server.taken[0][1]
        with pytest.raises(members.InvitationClosed):
            members.open_invitation(token)

    def test_a_manager_of_another_partner_sees_none_of_it(self, world):
        run_as(
            world.case_manager, members.invite_member, partner=world.ngo, email="x@test.example", role=Role.CASEWORKER
        )
        with on_web(world.other_caseworker):
            assert not Letter.objects.outside().exists()

    def test_a_coordinator_invites_a_first_manager_again_until_there_is_one(self, world):
        partner = run_as(
            world.coordinator,
            members.add_partner,
            partner=Partner(name="New NGO", kind="ngo"),
            districts=[],
            manager_email="boss@test.example",
            manager_role=Role.CASE_MANAGER,
        )
        client = world.client(world.coordinator)
        client.post(reverse("partner_invite_again", args=[partner.pk]))
        assert partner.invitations.filter(revoked_at=None).count() == 1
        assert partner.invitations.count() == 2
        client.post(reverse("partner_invite_again", args=[world.ngo.pk]))
        assert not world.ngo.invitations.exists()
