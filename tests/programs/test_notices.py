"""Trend notices: nobody is recognised in them, a second person looks before they go, and they go no further than their colour says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import Acting, acting_for
from partnership.isolation.errors import Invalid
from partnership.members.models import District
from programs.notices import actions as notices
from programs.notices.actions import CheckedBySelf, NotChecked, NoticeOut, NotShared
from programs.notices.joint import seen_by_others
from programs.notices.models import Notice, NoticeRecipient, NoticeReply
from programs.notices.recognising import hints_in
from tests.programs.notices import checked, draft, shared_with
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as

State = Notice.State


@shared
def told(world: World) -> World:
    """The police unit received a notice, for it alone."""
    world.notice = shared_with(world, world.police)
    return world


class TestRecognising:
    @pytest.mark.parametrize(
        ("text", "looks_like"),
        [
            ("Sold by 010190-123A at night", "an identity code"),
            ("born 131052A308T", "an identity code"),
            ("call +358 40 123 4567", "a phone number"),
            ("or 040 1234567", "a phone number"),
            ("write to seller@example.org", "an e-mail address"),
            ("a van, ABC-123", "a number plate"),
            ("at Hämeenkatu 12 B", "a street and number"),
            ("on Storgatan 5", "a street and number"),
            ("by Matti Meikäläinen", "a name"),
            ("by Anna-Liisa Virtanen-Korhonen", "a name"),
            ("Pills of 20 mg cost 5 euros", None),
            ("Sold in Turku more than in 2024, since 12.11.", None),
            ("Since 1 November 200 packets a week", None),
        ],
    )
    def test_what_looks_like_somebody_is_pointed_at(self, text, looks_like):
        hints = [str(hint.looks_like) for hint in hints_in(text)]
        assert hints == ([looks_like] if looks_like else [])

    def test_each_piece_once(self):
        assert len(hints_in("Matti Meikäläinen", "and Matti Meikäläinen")) == 1

    def test_the_page_shows_them_to_its_own_partner_before_it_is_shared(self, world):
        notice = draft(world, text="Sold by Matti Meikäläinen")
        page = world.client(world.case_manager).get(reverse("notice", args=[notice.pk])).text
        assert "looks like a name" in page


class TestSecondLook:
    def test_whoever_wrote_it_cannot_check_it(self, world):
        notice = draft(world)
        with pytest.raises(CheckedBySelf):
            run_as(world.caseworker, notices.check_notice, notice=notice)
        with on_web(world.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(
                state="checked", checked_by=world.caseworker.user, checked_at=notice.written_at
            )

    def test_colleagues_are_asked_for_it(self, world):
        draft(world)
        with database_role("worker"):
            outbox.relay()
        told = set(Notification.objects.filter(kind="notice.written").values_list("user", flat=True))
        assert world.case_manager.user.pk in told
        assert world.caseworker.user.pk not in told

    def test_what_is_changed_after_it_is_looked_at_again(self, world):
        notice = checked(world)
        notice.text = "Other words"
        changed = run_as(world.caseworker, notices.save_notice, notice=notice, districts=[world.city])
        assert (changed.state, changed.checked_by) == (State.DRAFT, None)
        with pytest.raises(NotChecked):
            run_as(world.caseworker, notices.share_notice, notice=changed, receivers=[world.police])

    def test_nobody_changes_a_colleagues_words_and_then_checks_them(self, world):
        notice = draft(world)
        notice.text = "Sold by somebody whom everybody knows"
        with pytest.raises(CheckedBySelf):
            run_as(world.case_manager, notices.save_notice, notice=notice, districts=[world.city])
        assert Notice.objects.get().text != notice.text

    def test_nothing_goes_that_is_no_longer_valid(self, world):
        notice = checked(world)
        Notice.objects.filter(pk=notice.pk).update(valid_until=world.today - timedelta(days=1))
        with pytest.raises(NotChecked):
            run_as(world.caseworker, notices.share_notice, notice=notice, receivers=[world.police])

    def test_another_partner_neither_checks_nor_shares_nor_sees_it(self, world):
        notice = checked(world)
        with on_web(world.other_caseworker):
            assert not Notice.objects.exists()
        for page in ("notice", "notice_edit"):
            assert world.client(world.other_caseworker).get(reverse(page, args=[notice.pk])).status_code == 404
        for page in ("notice_check", "notice_share", "notice_discard"):
            assert world.client(world.other_caseworker).post(reverse(page, args=[notice.pk])).status_code == 404


class TestHowFarItGoes:
    def test_for_receivers_alone_nobody_else_sees_it(self, told):
        with on_web(told.liaison):
            assert Notice.objects.get().districts.get() == told.city
        for other in (told.other_caseworker, told.other_liaison, told.coordinator):
            with on_web(other):
                assert not Notice.objects.exists()
                assert not Notice.districts.through.objects.exists()
                assert not NoticeRecipient.objects.exists()
        assert told.client(told.coordinator).get(reverse("notice", args=[told.notice.pk])).status_code == 404

    def test_somebody_must_receive_it(self, world):
        with pytest.raises(Invalid):
            run_as(world.caseworker, notices.share_notice, notice=checked(world))

    def test_for_the_partnership_all_see_it_and_are_told_and_the_public_does_not(self, world):
        notice = shared_with(world, tlp="green")
        with on_web(world.other_liaison):
            assert Notice.objects.get() == notice
        assert NoticeRecipient.objects.filter(notice=notice, to_partner=world.other_police).exists()
        assert "Blue pills" not in WebClient().get(reverse("warnings")).text

    def test_for_everybody_the_public_reads_it_while_it_holds(self, world):
        notice = shared_with(world, tlp="clear", advice="Do not use alone.")
        page = WebClient().get(reverse("warnings")).text
        assert "Blue pills" in page
        assert "Do not use alone." in page
        run_as(world.caseworker, notices.withdraw_notice, notice=notice, because="Nobody sees it any more.")
        assert "Blue pills" not in WebClient().get(reverse("warnings")).text

    def test_without_sign_in_sql_reads_warnings_alone(self, told):
        with transaction.atomic(), acting_for(None), database_role("web"):
            assert not Notice.objects.exists()
            assert not NoticeRecipient.objects.exists()

    def test_once_shared_it_stays_as_it_is(self, told):
        with pytest.raises(NoticeOut):
            run_as(told.caseworker, notices.save_notice, notice=told.notice, districts=[told.city])
        with pytest.raises(NoticeOut):
            run_as(told.caseworker, notices.discard_notice, notice=told.notice)
        for change in ({"text": "Other"}, {"tlp": "clear"}, {"state": "draft"}, {"valid_until": told.today}):
            with on_web(told.caseworker), pytest.raises(DatabaseError), transaction.atomic():
                Notice.objects.filter(pk=told.notice.pk).update(**change)

    def test_a_withdrawn_one_says_why_to_who_received_it(self, told):
        with pytest.raises(Invalid):
            run_as(told.caseworker, notices.withdraw_notice, notice=told.notice, because=" ")
        run_as(told.caseworker, notices.withdraw_notice, notice=told.notice, because="The pills were another kind.")
        page = told.client(told.liaison).get(reverse("notice", args=[told.notice.pk])).text
        assert "The pills were another kind." in page
        assert told.client(told.liaison).get(reverse("notice_list")).text.count("Blue pills") == 0
        with pytest.raises(NotShared):
            run_as(told.caseworker, notices.withdraw_notice, notice=told.notice, because="Again")

    def test_a_newer_one_takes_its_place(self, told):
        client = told.client(told.caseworker)
        address = f"{reverse('notice_new')}?like={told.notice.pk}"
        sent = {
            "kind": "harm", "substances": ["sedatives"], "districts": [told.city.pk], "seen_from": str(told.today),
            "seen_to": str(told.today), "text": "White ones too.", "severity": "urgent", "reliability": "B", "credibility": 2,
            "tlp": "green", "valid_until": str(told.today + timedelta(days=10)),
        }  # fmt: skip
        response = client.post(address, sent)
        assert response.status_code == 302, response.text
        newer = Notice.objects.get(text="White ones too.")
        assert newer.supersedes == told.notice
        run_as(told.caseworker, notices.share_notice, notice=checked(told, newer))
        told.notice.refresh_from_db()
        assert told.notice.state == State.WITHDRAWN

    def test_nobody_takes_the_place_of_another_partners(self, told):
        response = told.client(told.liaison).get(f"{reverse('notice_new')}?like={told.notice.pk}")
        assert "Blue pills" not in response.text  # the substances and districts alone are taken over
        with on_web(told.liaison), pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.create(
                partner=told.police, written_by=told.liaison.user, kind="harm", substances=["ghb"], seen_from=told.today,
                seen_to=told.today, text="x", valid_until=told.today, supersedes=told.notice,
            )  # fmt: skip


class TestAnswers:
    def test_the_author_reads_who_opened_it_and_who_sees_it_too(self, told):
        address = reverse("notice", args=[told.notice.pk])
        author = told.client(told.caseworker)
        assert "not read yet" in author.get(address).text
        liaison = told.client(told.liaison)
        liaison.get(address)
        assert "not read yet" not in author.get(address).text
        sent = {"seen_here": "yes", "band": "often"}
        assert liaison.post(reverse("notice_reply", args=[told.notice.pk]), sent).status_code == 302
        assert "We see it too: Often" in author.get(address).text
        liaison.post(reverse("notice_reply", args=[told.notice.pk]), {"seen_here": "no", "band": "often"})
        assert NoticeReply.objects.get().band == ""

    def test_nobody_answers_what_they_do_not_see_or_wrote(self, told):
        with pytest.raises(NotShared):
            run_as(told.caseworker, notices.reply_to_notice, notice=told.notice, seen_here="yes")
        client = told.client(told.other_caseworker)
        assert client.post(reverse("notice_reply", args=[told.notice.pk]), {"seen_here": "yes"}).status_code == 404
        with on_web(told.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            NoticeReply.objects.create(
                partner=told.other_ngo,
                notice_id=told.notice.pk,
                author_partner=told.ngo,
                seen_here="yes",
                replied_by=told.other_caseworker.user,
            )

    def test_receivers_do_not_see_each_others_answers_nor_who_else_received_it(self, world):
        notice = shared_with(world, world.police, world.other_ngo)
        run_as(world.liaison, notices.reply_to_notice, notice=notice, seen_here="yes")
        with on_web(world.other_caseworker):
            assert not NoticeReply.objects.exists()
            assert NoticeRecipient.objects.get().to_partner == world.other_ngo

    def test_an_answer_without_a_choice_comes_back_with_a_word(self, told):
        client = told.client(told.liaison)
        assert client.post(reverse("notice_reply", args=[told.notice.pk]), {}).status_code == 422


class TestTogether:
    def test_two_partners_who_see_the_same_are_told_of_each_other(self, told):
        other = Acting(told.member(told.other_police, "police_liaison", is_manager=True).membership)
        near = draft(told, by=told.other_liaison, tlp="green", seen_to=told.today, seen_from=told.today)
        run_as(other, notices.check_notice, notice=near)
        run_as(told.other_liaison, notices.share_notice, notice=near)
        with on_web(told.liaison):
            assert seen_by_others(told.liaison, told.notice) == [near]
        with on_web(told.other_liaison):  # whose notice it is not told of, it does not learn of
            assert seen_by_others(told.other_liaison, near) == []
        page = told.client(told.liaison).get(reverse("notice", args=[told.notice.pk])).text
        assert "Write a joint warning" in page

    @pytest.mark.parametrize("change", [{"substances": ["ghb"]}, {"days": 15}, {"districts": "other"}])
    def test_another_substance_place_or_time_is_not_the_same(self, told, change):
        seen = told.today - timedelta(days=change.pop("days", 0) + 3)
        content = {"seen_from": seen, "seen_to": seen, "substances": ["sedatives"]} | change
        if "districts" in change:
            content["districts"] = [District.objects.create(name="Village", code="V9")]
        near = draft(told, by=told.other_liaison, tlp="green", **content)
        Notice.objects.filter(pk=near.pk).update(
            state="shared", checked_by=told.coordinator.user, checked_at=near.written_at
        )
        with on_web(told.liaison):
            assert seen_by_others(told.liaison, told.notice) == []


class TestPages:
    def test_one_is_written_checked_and_shared_in_the_browser(self, world):
        client, colleague = world.client(world.caseworker), world.client(world.case_manager)
        sent = {
            "kind": "substance", "substances": ["nitazenes", "opioids"], "districts": [world.city.pk],
            "seen_from": str(world.today), "seen_to": str(world.today), "text": "Strong.", "severity": "urgent",
            "reliability": "C", "credibility": 3, "tlp": "amber", "valid_until": str(world.today),
        }  # fmt: skip
        response = client.post(reverse("notice_new"), sent)
        assert response.status_code == 302, response.text
        notice = Notice.objects.get()
        assert "A colleague checks it" in client.get(response["Location"]).text
        colleague.post(reverse("notice_check", args=[notice.pk]))
        nobody = client.post(reverse("notice_share", args=[notice.pk]), {})
        assert nobody.status_code == 422
        client.post(reverse("notice_share", args=[notice.pk]), {"receivers": [world.police.pk]})
        assert "Nitazenes" in world.client(world.liaison).get(reverse("notice_list")).text

    @pytest.mark.parametrize("change", [{"districts": []}, {"seen_to": 1}, {"valid_until": -1}, {"substances": []}])
    def test_what_is_wrong_comes_back_with_what_was_typed(self, world, change):
        days = {name: str(world.today + timedelta(days=value)) for name, value in change.items() if value != []}
        sent = {
            "kind": "substance", "substances": ["ghb"], "districts": [world.city.pk], "seen_from": str(world.today),
            "seen_to": str(world.today), "text": "As it was typed", "severity": "watch", "reliability": "F", "credibility": 6,
            "tlp": "green", "valid_until": str(world.today),
        } | change | days  # fmt: skip
        response = world.client(world.caseworker).post(reverse("notice_new"), sent)
        assert response.status_code == 422
        assert "As it was typed" in response.text
        assert not Notice.objects.exists()

    def test_a_draft_can_be_thrown_away(self, world):
        notice = draft(world)
        world.client(world.caseworker).post(reverse("notice_discard", args=[notice.pk]))
        assert not Notice.objects.exists()

    def test_the_list_is_filtered_and_taken_as_a_paper(self, told):
        client = told.client(told.liaison)
        address = reverse("notice_list")
        assert "No notice fits" in client.get(f"{address}?substance=ghb").text
        assert "Benzodiazepines" in client.get(f"{address}?substance=sedatives&district={told.city.pk}").text
        paper = client.get(reverse("notice_paper"))
        assert paper.content.startswith(b"%PDF")

    def test_what_is_over_is_listed_as_past(self, told):
        Notice.objects.filter(pk=told.notice.pk).update(state="withdrawn", withdrawn_why="x")
        client = told.client(told.liaison)
        address = reverse("notice", args=[told.notice.pk])
        assert address not in client.get(reverse("notice_list")).text
        assert address in client.get(f"{reverse('notice_list')}?show=past").text


class TestApi:
    def test_a_receivers_system_reads_it_with_its_colour_and_its_author_is_not_told(self, told):
        receiver = System(told.member(told.police, "police_liaison", is_manager=True))
        found = receiver.get(f"notices/{told.notice.pk}")
        assert (found["tlp"], found["districts"], found["state"]) == ("amber_strict", [told.city.pk], "shared")
        listed = receiver.get(f"notices?substance=sedatives&district={told.city.pk}&valid_from={told.today}")
        assert [row["id"] for row in listed["results"]] == [told.notice.pk]
        assert receiver.get("notices?substance=opioids")["results"] == []
        assert told.notice.recipients.get().read_at is None

    def test_who_did_not_receive_it_reads_nothing_of_it(self, told):
        for member in (told.member(told.other_ngo, "case_manager", is_manager=True), told.coordinator):
            system = System(member)
            assert system.get("notices")["results"] == []
            system.call("get", f"notices/{told.notice.pk}", status=404)

    def test_a_draft_is_its_partners_and_what_is_for_everybody_is_everybodys(self, world):
        own, other = System(world.case_manager), System(world.member(world.other_ngo, "case_manager", is_manager=True))
        notice = draft(world, tlp="green")
        assert own.get(f"notices/{notice.pk}")["state"] == "draft"
        other.call("get", f"notices/{notice.pk}", status=404)
        shared = shared_with(world, tlp="green")
        assert [row["id"] for row in other.get("notices")["results"]] == [shared.pk]

    def test_without_its_scope_a_system_reads_none(self, told):
        System(told.case_manager, "directory:read").call("get", "notices", status=403)
