"""Tips: told by somebody who stays unknown, read by the partner that was named and by nobody else, answered by a code, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from partnership.audit_trail.models import ReadLog
from partnership.events.models import OutboxEvent
from partnership.isolation.acting import Acting
from partnership.members.models import Partner
from partnership.practices.models import Practice, PracticeInUse
from programs.tips import actions as tips
from programs.tips.models import KEPT_DAYS, Tip
from programs.tips.public_pages import MOST_AT_ONCE
from programs.tips.receiving import MOST_A_DAY
from tests.shared_worlds import shared
from tests.world import WebClient, World, database_role, on_web, run_as

WORDS = "Needles lie around the playground by the metro."
TIP = {"kind": "place", "district": "", "text": WORDS}


@pytest.fixture
def visitor() -> WebClient:
    caches["default"].clear()
    return WebClient()


@shared
def taking(world: World) -> World:
    """The NGO and a police unit take tips."""
    for partner in (world.ngo, world.police):
        PracticeInUse.objects.create(partner=partner, practice=Practice.TIPS)
    return world


def given(partner: Partner, **fields: Any) -> tuple[str, Tip]:
    """The code and the tip, as a page without sign-in writes it."""
    with transaction.atomic(), database_role("web"):
        code = tips.give_tip(partner=partner, **({"kind": "place", "text": WORDS} | fields))
    return code, Tip.objects.get(digest=tips.digest_of(code))


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def give(visitor: WebClient, partner: Partner, **fields: str) -> Any:
    return visitor.post(reverse("tip_give", args=[partner.pk]), TIP | fields)


class TestTelling:
    def test_a_partner_is_told_something_and_the_code_is_shown_once(self, taking, visitor):
        page = give(visitor, taking.ngo, district=str(taking.city.pk))
        assert page.status_code == 200
        tip = Tip.objects.get()
        assert (tip.partner, tip.text, tip.district, tip.received_on) == (taking.ngo, WORDS, taking.city, taking.today)
        assert tip.digest == tips.digest_of(page.context["code"])
        assert page.context["code"].replace("-", "") not in str(Tip.objects.values_list().get())

    def test_nothing_tells_who_or_when(self, taking, visitor):
        page = give(visitor, taking.ngo)
        assert not page.cookies
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["Cache-Control"] == "no-store"
        assert not [
            field.name
            for field in Tip._meta.fields
            if field.get_internal_type() in {"DateTimeField", "GenericIPAddressField"}
        ]
        assert not OutboxEvent.objects.filter(kind__startswith="tip").exists(), "an event has a time of day"

    def test_words_that_may_show_somebody_go_only_when_that_is_meant(self, taking, visitor):
        text = "It is Matti Meikäläinen, phone 040 123 4567."
        page = give(visitor, taking.ngo, text=text)
        assert page.status_code == 422
        assert text in page.text.replace("&#x27;", "'")
        assert "Matti Meikäläinen” looks like a name" in page.text
        assert not Tip.objects.exists()
        assert give(visitor, taking.ngo, text=text, is_meant="on").status_code == 200
        assert Tip.objects.get().text == text

    @pytest.mark.parametrize("wrong", [{"text": "  "}, {"kind": "x"}, {"district": "0"}, {"text": "x" * 2001}])
    def test_what_is_wrong_is_told_and_what_was_typed_stays(self, taking, visitor, wrong):
        page = give(visitor, taking.ngo, **wrong)
        assert page.status_code == 422
        assert 'class="wrong"' in page.text
        assert not Tip.objects.exists()

    def test_only_who_takes_tips_is_named_and_can_be_told(self, taking, visitor):
        page = visitor.get(reverse("who_takes_tips")).text
        assert "Anchor" in page
        assert "Bridge" not in page
        assert give(visitor, taking.other_ngo).status_code == 404
        with database_role("web"), pytest.raises(tips.TakesNoTips):
            tips.give_tip(partner=taking.other_ngo, kind="other", text=WORDS)

    def test_so_many_from_one_address_and_no_more(self, taking, visitor):
        for _time in range(MOST_AT_ONCE):
            assert give(visitor, taking.ngo).status_code == 200
        page = give(visitor, taking.ngo)
        assert page.status_code == 429
        assert WORDS in page.text
        assert Tip.objects.count() == MOST_AT_ONCE

    def test_so_many_a_day_and_no_more(self, taking, visitor):
        Tip.objects.bulk_create(
            Tip(partner=taking.ngo, kind="other", text="x", digest=str(n), received_on=taking.today)
            for n in range(MOST_A_DAY)
        )
        assert "takes no messages now" in give(visitor, taking.ngo).text
        assert give(visitor, taking.police).status_code == 200


class TestWhoReadsIt:
    def test_the_partner_that_was_told_and_nobody_else(self, taking):
        _code, tip = given(taking.ngo)
        for acting in (
            taking.other_caseworker, taking.liaison, taking.other_liaison, taking.coordinator, taking.auditor,
            taking.professional, taking.court_officer,
        ):  # fmt: skip
            with on_web(acting):
                assert not Tip.objects.exists(), acting.role
            assert taking.client(acting).get(reverse("tip", args=[tip.pk])).status_code in {403, 404}
        with on_web(taking.caseworker):
            assert Tip.objects.get().text == WORDS
        with transaction.atomic(), database_role("web"):
            sql("SELECT set_config('portal.context', '', true)")
            assert not Tip.objects.exists(), "without a sign-in"

    def test_police_read_what_was_told_to_their_unit(self, taking):
        given(taking.police)
        with on_web(taking.liaison):
            assert Tip.objects.count() == 1
        with on_web(taking.other_liaison):
            assert not Tip.objects.exists()

    def test_jobs_read_no_words(self, taking):
        given(taking.ngo)
        with pytest.raises(DatabaseError), transaction.atomic(), database_role("worker"):
            list(Tip.objects.values_list("text"))

    def test_opening_one_is_noted_for_the_sender_and_in_the_log(self, taking):
        code, tip = given(taking.ngo)
        assert not tips.told(code).is_read
        page = taking.client(taking.caseworker).get(reverse("tip", args=[tip.pk]))
        assert WORDS in page.text
        assert tips.told(code).is_read
        assert Tip.objects.get().read_by == taking.caseworker.user
        assert ReadLog.objects.filter(what="tip", object_id=tip.pk, user=taking.caseworker.user).exists()

    def test_the_list_shows_no_words(self, taking):
        given(taking.ngo)
        page = taking.client(taking.caseworker).get(reverse("tip_list")).text
        assert "A place that does not feel safe" in page
        assert WORDS not in page

    def test_it_points_to_no_person_and_opens_no_record(self):
        assert {field.related_model.__name__ for field in Tip._meta.fields if field.related_model} == {
            "Partner", "District", "User",
        }  # fmt: skip


class TestAnswering:
    def answered(self, world: World, by: Acting | None = None) -> tuple[str, Tip]:
        code, tip = given(world.ngo)
        return code, run_as(by or world.caseworker, tips.answer_tip, tip=tip, answer="Thank you. It was cleaned today.")

    def test_whoever_has_the_code_reads_the_answer(self, taking, visitor):
        code, _tip = self.answered(taking)
        typed = " ".join(code.lower())
        page = visitor.post(reverse("tip_told"), {"code": typed})
        assert "It was cleaned today." in page.text
        assert WORDS not in page.text
        assert taking.caseworker.user.full_name not in page.text
        assert not page.cookies

    def test_nobody_else_does(self, taking, visitor):
        self.answered(taking)
        page = visitor.post(reverse("tip_told"), {"code": "AAAA-BBBB-CCCC-DDDD"})
        assert page.status_code == 422
        assert "No message has this code" in page.text

    def test_codes_are_not_tried_one_after_the_other(self, taking, visitor):
        for _time in range(MOST_AT_ONCE):
            visitor.post(reverse("tip_told"), {"code": "AAAA"})
        assert visitor.post(reverse("tip_told"), {"code": "AAAA"}).status_code == 429

    def test_an_answer_is_given_once(self, taking):
        _code, tip = self.answered(taking)
        with pytest.raises(tips.TipClosed):
            run_as(taking.case_manager, tips.answer_tip, tip=tip, answer="Another one.")
        with pytest.raises(DatabaseError), on_web(taking.caseworker):
            sql("UPDATE programs_tip SET answer = 'x'")

    def test_nobody_answers_in_anothers_name_or_changes_the_words(self, taking):
        given(taking.ngo)
        colleague = taking.case_manager.user.pk
        for change in (
            f"answer = 'x', answered_on = current_date, answered_by_id = {colleague}",
            f"read_on = current_date, read_by_id = {colleague}",
            f"text = '', removed_on = current_date, removed_by_id = {colleague}",
            "text = 'x'",
            "received_on = current_date",
            f"partner_id = {taking.other_ngo.pk}",
        ):
            with pytest.raises(DatabaseError), on_web(taking.caseworker):
                sql(f"UPDATE programs_tip SET {change}")

    def test_another_partner_answers_nothing(self, taking):
        code, tip = given(taking.ngo)
        for name in ("tip_answer", "tip_remove"):
            client = taking.client(taking.other_caseworker)
            assert client.post(reverse(name, args=[tip.pk]), {"answer": "x"}).status_code == 404
        with on_web(taking.liaison):
            assert Tip.objects.filter(pk=tip.pk).update(read_on=taking.today) == 0
        assert tips.told(code).answer == ""

    def test_an_empty_answer_is_refused_in_the_page(self, taking):
        _code, tip = given(taking.ngo)
        page = taking.client(taking.caseworker).post(reverse("tip_answer", args=[tip.pk]), {"answer": " "})
        assert page.status_code == 422

    def test_words_are_taken_out_for_good_and_by_whom_stays(self, taking):
        code, tip = given(taking.ngo)
        client = taking.client(taking.caseworker)
        assert client.post(reverse("tip_remove", args=[tip.pk])).status_code == 302
        tip.refresh_from_db()
        assert (tip.text, tip.removed_by) == ("", taking.caseworker.user)
        assert tips.told(code).is_removed
        assert WORDS not in client.get(reverse("tip", args=[tip.pk])).text
        with pytest.raises(tips.TipClosed):
            run_as(taking.caseworker, tips.answer_tip, tip=tip, answer="Too late.")


class TestForgetting:
    def test_after_half_a_year_it_is_gone_with_its_code(self, taking):
        old, _tip = given(taking.ngo)
        new, _other = given(taking.ngo)
        for code, days in ((old, KEPT_DAYS + 1), (new, KEPT_DAYS)):
            Tip.objects.filter(digest=tips.digest_of(code)).update(received_on=taking.today - timedelta(days=days))
        with database_role("worker"):
            assert tips.forget_tips() == 1
        assert tips.told(new)
        with pytest.raises(tips.NoSuchTip):
            tips.told(old)

    def test_jobs_forget_no_other(self, taking):
        given(taking.ngo)
        with database_role("worker"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM programs_tip")
            assert cursor.rowcount == 0

    def test_the_partner_is_told_once_a_day_of_what_waits_since_before_today(self, taking):
        _code, tip = given(taking.ngo)
        with database_role("worker"):
            tips.tell_of_tips()
        assert not OutboxEvent.objects.filter(kind="tip.waiting").exists()
        Tip.objects.filter(pk=tip.pk).update(received_on=timezone.localdate() - timedelta(days=1))
        for _time in range(2):
            with database_role("worker"):
                tips.tell_of_tips()
        assert OutboxEvent.objects.get(kind="tip.waiting").payload["partner"] == taking.ngo.pk
