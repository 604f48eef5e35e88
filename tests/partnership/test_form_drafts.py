"""Nothing typed is lost: forms are kept while they are filled in, and what came after the session's end waits for its writer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases.enrolments.models import Note
from partnership.pages import form_drafts
from partnership.pages.models import KeptForm
from tests.shared_worlds import shared
from tests.world import WebClient, database_role, on_web


@shared
def case(world):
    world.note_url = reverse("note_add", args=[world.enrolment().pk])
    return world


def kept(client, path):
    return client.get(reverse("keep"), {"path": path}).json()


class TestKeptWhileTyped:
    def test_what_is_typed_comes_back_to_its_writer(self, case):
        client = case.client(case.caseworker)
        sent = {
            "keep-path": case.note_url,
            "note-text": "Long talk about",
            "csrfmiddlewaretoken": "x",
            "password": "secret",
        }
        assert client.post(reverse("keep"), sent).status_code == 204
        assert kept(client, case.note_url)[case.note_url]["fields"] == [["note-text", "Long talk about"]]

    def test_nobody_else_sees_it_not_even_a_colleague(self, case):
        case.client(case.caseworker).post(reverse("keep"), {"keep-path": case.note_url, "note-text": "mine"})
        assert kept(case.client(case.case_manager), case.note_url) == {}
        with on_web(case.case_manager):
            assert not KeptForm.objects.exists()
        # Nor where no policy of the database stands in between.
        assert not form_drafts.drafts_of(case.case_manager, [case.note_url]).exists()
        assert form_drafts.drafts_of(case.caseworker, [case.note_url]).exists()

    def test_it_is_encrypted_in_the_database(self, case):
        case.client(case.caseworker).post(reverse("keep"), {"keep-path": case.note_url, "note-text": "Relapsed"})
        stored = KeptForm.objects.extra(select={"raw": "content"}).values_list("raw", flat=True)[0]
        assert "Relapsed" not in stored

    def test_a_form_that_was_accepted_is_kept_no_longer(self, case):
        client = case.client(case.caseworker)
        client.post(reverse("keep"), {"keep-path": case.note_url, "note-text": "Done"})
        client.post(case.note_url, {"note-text": "Done"})
        assert kept(client, case.note_url) == {}

    def test_a_form_that_was_refused_is_still_kept(self, case):
        client = case.client(case.caseworker)
        client.post(reverse("keep"), {"keep-path": case.note_url, "note-text": "Done"})
        assert client.post(case.note_url, {"note-text": ""}).status_code == 422
        assert kept(client, case.note_url)

    def test_starting_over_drops_it(self, case):
        client = case.client(case.caseworker)
        client.post(reverse("keep"), {"keep-path": case.note_url, "note-text": "Done"})
        client.post(reverse("keep"), {"keep-path": case.note_url, "keep-drop": "1"})
        assert kept(client, case.note_url) == {}

    def test_too_much_is_refused_and_an_address_elsewhere_too(self, case):
        client = case.client(case.caseworker)
        assert client.post(reverse("keep"), {"keep-path": "/x/", "text": "x" * 100_001}).status_code == 413
        assert client.post(reverse("keep"), {"keep-path": "https://elsewhere.example/"}).status_code == 400

    def test_after_a_week_the_job_deletes_it(self, case):
        client = case.client(case.caseworker)
        for path in ("/old/", "/new/"):
            client.post(reverse("keep"), {"keep-path": path, "text": "x"})
        KeptForm.objects.filter(path="/old/").update(
            kept_at=timezone.now() - timedelta(days=form_drafts.KEPT_DAYS, hours=1)
        )
        with database_role("worker"):
            form_drafts.forget_old()
        assert list(KeptForm.objects.values_list("path", flat=True)) == ["/new/"]


class TestSessionEnded:
    """The browser still has its cookies, but the session is over."""

    def ended(self, case, acting) -> WebClient:
        client = case.client(acting)
        client.get("/")
        assert client.cookies[form_drafts.WHOSE_COOKIE]["httponly"]
        client.session.flush()
        client.cookies[settings.SESSION_COOKIE_NAME] = "over"
        return client

    def test_what_was_sent_waits_until_the_writer_signs_in_and_is_then_sent_by_one_press(self, case):
        client = self.ended(case, case.caseworker)
        response = client.post(case.note_url, {"note-text": "She found a flat & is glad"})
        assert response.url == f"{reverse('account_login')}?next={reverse('unsent')}"
        assert not Note.objects.exists()
        client.force_login(case.caseworker.user)
        page = client.get(reverse("unsent")).content.decode()
        assert "She found a flat &amp; is glad" in page
        assert f'action="{case.note_url}"' in page
        client.post(case.note_url, {"note-text": "She found a flat & is glad"})
        assert Note.objects.get().text == "She found a flat & is glad"
        assert client.get(reverse("unsent")).status_code == 302  # nothing waits any more

    def test_it_opens_again_in_the_form_where_it_was_filled_in(self, case):
        client = self.ended(case, case.caseworker)
        page = case.note_url.removesuffix("note/")
        client.post(
            case.note_url, {"note-text": "She found a flat"}, headers={"Referer": f"http://testserver{page}?x=1"}
        )
        client.force_login(case.caseworker.user)
        response = client.get(reverse("unsent"))
        assert response.url == f"{page}?x=1#kept"
        assert kept(client, case.note_url)[case.note_url]["fields"] == [["note-text", "She found a flat"]]
        assert "We saved what you typed" in client.get(response.url).text
        assert "She found a flat" in client.get(f"{reverse('unsent')}?plain=1").text  # for a browser without scripts

    def test_a_page_elsewhere_is_not_gone_to(self, case):
        client = self.ended(case, case.caseworker)
        client.post(case.note_url, {"note-text": "x y"}, headers={"Referer": "https://elsewhere.example/enrolments/1/"})
        client.force_login(case.caseworker.user)
        assert client.get(reverse("unsent")).status_code == 200

    def test_somebody_else_who_signs_in_at_this_computer_never_sees_it(self, case):
        client = self.ended(case, case.caseworker)
        client.post(case.note_url, {"note-text": "Secret of a person"})
        client.force_login(case.liaison.user)
        response = client.get(reverse("unsent"))
        assert response.status_code == 302
        assert form_drafts.STASH_KEY not in client.session

    def test_it_can_be_dropped(self, case):
        client = self.ended(case, case.caseworker)
        client.post(case.note_url, {"note-text": "Not needed"})
        client.force_login(case.caseworker.user)
        client.post(reverse("unsent_drop"))
        assert client.get(reverse("unsent")).status_code == 302

    def test_the_session_holds_no_readable_text(self, case):
        client = self.ended(case, case.caseworker)
        client.post(case.note_url, {"note-text": "Relapsed"})
        assert "Relapsed" not in client.session[form_drafts.STASH_KEY]

    def test_a_form_with_a_worn_out_token_waits_as_well(self, case):
        client = WebClient(enforce_csrf_checks=True)
        client.force_login(case.caseworker.user)
        client.get("/")
        response = client.post(case.note_url, {"note-text": "Still here"})
        assert response.url == reverse("unsent")
        assert "Still here" in client.get(reverse("unsent")).content.decode()

    def test_a_strangers_form_is_not_taken_in(self, case):
        client = WebClient(enforce_csrf_checks=True)
        assert client.post(case.note_url, {"note-text": "Planted"}).status_code == 403
        assert form_drafts.STASH_KEY not in client.session
