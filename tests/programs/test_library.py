"""The library: what partners share stays as it was checked, two look at it, and who opens it is counted by organisation alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.audit_trail.models import RecordChangeContent
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation import encryption
from partnership.isolation.acting import acting_for
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from programs.lessons.models import LessonPlan
from programs.library import actions as library
from programs.library.actions import OwnVersion, ResourceWithdrawn, VersionChecked, VersionWaits
from programs.library.files import MOST_BYTES, media_type_of
from programs.library.licences import LICENCES
from programs.library.models import LibraryVisit, Resource, ResourceFile, ResourceUse, ResourceVersion
from tests.cases.test_object_store import bucket, server  # noqa: F401 — fixtures
from tests.programs.sharing import PDF, resource, shared_resource, version
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as

ODT = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03\x04"


@shared
def sharing(world: World) -> World:
    """Every partner gets a leaflet of the NGO."""
    world.leaflet = shared_resource(world)
    return world


@shared
def drafted(world: World) -> World:
    """A version of a leaflet waits for a second look."""
    world.leaflet = resource(world)
    world.version = version(world, world.leaflet)
    return world


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (PDF, "application/pdf"),
            (b"\x89PNG\r\n\x1a\nrest", "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (ODT, "application/vnd.oasis.opendocument.text"),
        ],
    )
    def test_they_are_what_their_first_bytes_say(self, content, media_type):
        assert media_type_of(content) == media_type

    @pytest.mark.parametrize(
        "content",
        [
            b"<html>",
            b"MZ\x90",
            b"PK\x03\x04 a word file, or anything",
            b"<svg xmlns=",
            ODT.replace(b"opendocument.text", b"opendocument.text-master"),
            b" %PDF-",
            b"",
        ],
    )
    def test_anything_else_is_refused(self, content):
        with pytest.raises(Invalid):
            media_type_of(content)

    def test_what_is_too_large_is_refused(self):
        with pytest.raises(Invalid):
            media_type_of(PDF + bytes(MOST_BYTES))

    def test_a_file_is_saved_and_never_shown(self, sharing):
        response = sharing.client(sharing.liaison).get(
            reverse("resource_version_open", args=[sharing.leaflet.latest_id])
        )
        assert response.content == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith('attachment; filename="leaflet-')
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_in_the_database_it_lies_encrypted_bound_to_its_owner(self, drafted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM programs_resourcefile")
            assert PDF not in bytes(cursor.fetchone()[0])
        assert library.content_of(drafted.version) == PDF

    def test_with_an_object_store_it_lies_there_and_goes_with_its_version(
        self,
        drafted,
        bucket,  # noqa: F811
        settings,
        django_capture_on_commit_callbacks,
    ):
        run_as(drafted.caseworker, library.discard_version, version=drafted.version)
        added = version(drafted, drafted.leaflet)
        (there,) = bucket.objects.all()
        assert PDF not in there.get()["Body"].read()
        assert bytes(ResourceFile.objects.get().content) == b""
        assert library.content_of(added) == PDF
        file = ResourceFile.objects.get()
        file.partner = drafted.other_ngo
        with pytest.raises(encryption.Unreadable):
            library.object_store.content_of(file.name, library.CONTENT, file.partner_id)
        with django_capture_on_commit_callbacks(execute=True):
            run_as(drafted.caseworker, library.discard_version, version=added)
        assert not list(bucket.objects.all())


class TestSecondLook:
    def test_before_it_nobody_else_sees_resource_version_or_file(self, drafted):
        for other in (drafted.other_caseworker, drafted.liaison, drafted.coordinator, drafted.auditor):
            with on_web(other):
                assert not Resource.objects.exists()
                assert not ResourceVersion.objects.exists()
                assert not ResourceFile.objects.exists()
        for other in (drafted.other_caseworker, drafted.liaison, drafted.coordinator):
            with on_web(other):
                assert not RecordChangeContent.objects.filter(record="resource").exists()
        client = drafted.client(drafted.liaison)
        assert client.get(reverse("resource", args=[drafted.leaflet.pk])).status_code == 404
        assert client.get(reverse("resource_version_open", args=[drafted.version.pk])).status_code == 404

    def test_whoever_added_it_cannot_check_it(self, drafted):
        with pytest.raises(OwnVersion):
            run_as(drafted.caseworker, library.check_version, version=drafted.version)
        with on_web(drafted.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            ResourceVersion.objects.filter(pk=drafted.version.pk).update(
                checked_by=drafted.caseworker.user, checked_at=timezone.now()
            )
        with on_web(drafted.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            ResourceVersion.objects.filter(pk=drafted.version.pk).update(
                checked_by=drafted.case_manager.user, checked_at=timezone.now()
            )

    def test_colleagues_are_asked_for_it(self, drafted):
        with database_role("worker"):
            outbox.relay()
        told = set(Notification.objects.filter(kind="resource.added").values_list("user", flat=True))
        assert drafted.case_manager.user.pk in told
        assert not told & {drafted.caseworker.user.pk, drafted.other_caseworker.user.pk}

    def test_after_it_every_partner_gets_it(self, drafted):
        page = drafted.client(drafted.case_manager).post(reverse("resource_version_check", args=[drafted.version.pk]))
        assert page.status_code == 302
        with on_web(drafted.liaison):
            assert Resource.objects.get().latest == ResourceVersion.objects.get()
            assert bytes(ResourceFile.objects.get().content) == PDF
        assert drafted.leaflet.title in drafted.client(drafted.liaison).get(reverse("resource_list")).text

    def test_another_partner_neither_checks_discards_nor_changes_it(self, sharing):
        with pytest.raises(NotAParty):
            run_as(sharing.other_caseworker, library.save_resource, resource=sharing.leaflet)
        client = sharing.client(sharing.other_caseworker)
        for page in ("resource_edit", "resource_version_new"):
            assert client.get(reverse(page, args=[sharing.leaflet.pk])).status_code == 404
        for page in ("resource_version_check", "resource_version_discard"):
            assert client.post(reverse(page, args=[sharing.leaflet.latest_id])).status_code == 404
        assert client.post(reverse("resource_withdraw", args=[sharing.leaflet.pk])).status_code == 404
        with on_web(sharing.other_caseworker):
            assert Resource.objects.update(title="Ours") == 0

    def test_one_waits_at_a_time_and_can_be_thrown_away(self, drafted):
        with pytest.raises(VersionWaits):
            version(drafted, drafted.leaflet)
        run_as(drafted.caseworker, library.discard_version, version=drafted.version)
        assert not ResourceFile.objects.exists()
        assert version(drafted, drafted.leaflet).number == 1


class TestVersionsStay:
    @pytest.mark.parametrize(
        "change", [{"link": "https://x.example"}, {"number": 9}, {"sha256": "0"}, {"published_on": "2020-01-01"}]
    )
    def test_nobody_overwrites_one_checked_or_not(self, sharing, change):
        version(sharing, sharing.leaflet)
        for waiting in (True, False):
            with on_web(sharing.caseworker), pytest.raises(DatabaseError), transaction.atomic():
                ResourceVersion.objects.filter(checked_by__isnull=waiting).update(**change)

    def test_nobody_changes_its_file_or_takes_the_check_back(self, sharing):
        for sql in (
            "UPDATE programs_resourcefile SET content = ''",
            "UPDATE programs_resourceversion SET checked_by_id = NULL, checked_at = NULL",
        ):
            with on_web(sharing.case_manager), pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute(sql)
        with on_web(sharing.caseworker):
            assert ResourceVersion.objects.all()._raw_delete("default") == 0
            assert ResourceFile.objects.all()._raw_delete("default") == 0
        with pytest.raises(VersionChecked):
            run_as(sharing.caseworker, library.discard_version, version=sharing.leaflet.latest)

    def test_nobody_hangs_another_file_onto_a_checked_version(self, sharing):
        ResourceFile.objects.all().delete()
        with on_web(sharing.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            ResourceFile.objects.create(partner=sharing.ngo, version=sharing.leaflet.latest, content=b"%PDF-other")

    def test_the_next_takes_its_place_and_the_one_before_can_still_be_had(self, sharing):
        first = sharing.leaflet.latest
        second = version(sharing, sharing.leaflet, content=PDF + b" anew", changes="A number that works")
        client = sharing.client(sharing.liaison)
        address = reverse("resource", args=[sharing.leaflet.pk])
        assert "A number that works" not in client.get(address).text
        run_as(sharing.case_manager, library.check_version, version=second)
        sharing.leaflet.refresh_from_db()
        assert (sharing.leaflet.latest, second.number) == (second, 2)
        page = client.get(address).text
        assert "A number that works" in page
        assert reverse("resource_version_open", args=[first.pk]) in page

    def test_the_latest_is_one_of_its_own(self, sharing):
        other = shared_resource(sharing)
        with on_web(sharing.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Resource.objects.filter(pk=sharing.leaflet.pk).update(latest=other.latest)


class TestWhatIsRefused:
    def test_a_version_is_a_link_or_a_file(self, drafted):
        run_as(drafted.caseworker, library.discard_version, version=drafted.version)
        both = {"link": "https://x.example", "content": PDF}
        for wrong in (both, {"content": b""}, {"link": "javascript:alert(1)"}, {"link": "ftp://x.example/a"}):
            with pytest.raises(Invalid):
                version(drafted, drafted.leaflet, **wrong)
        with pytest.raises(DateOutOfRange):
            version(drafted, drafted.leaflet, published_on=drafted.today + timedelta(days=1))
        with on_web(drafted.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            ResourceVersion.objects.create(
                partner=drafted.ngo, resource=drafted.leaflet, number=1, link="javascript:alert(1)",
                added_by=drafted.caseworker.user,
            )  # fmt: skip

    def test_a_lesson_is_part_of_a_programme_and_evidence_has_a_source(self, world):
        with pytest.raises(ValidationError):
            resource(world, kind="lesson")
        with pytest.raises(ValidationError):
            resource(world, evidence="works")
        assert resource(world, kind="lesson", part_of=world.programme, evidence="works", evidence_source="A review")

    def test_it_is_no_part_of_another_partners_programme(self, world):
        with pytest.raises(Invalid):
            resource(world, part_of=world.other_programme)

    def test_each_licence_says_what_it_asks_and_where_that_was_read(self):
        for code, licence in LICENCES.items():
            assert licence.asks, code
            assert licence.source or code == "reserved"

    def test_errors_on_the_page_lose_nothing(self, world):
        client = world.client(world.caseworker)
        sent = {"kind": "lesson", "title": "As typed", "about": "As told", "audiences": ["teachers"], "language": "fi",
                "licence": "reserved", "evidence": "unknown"}  # fmt: skip
        response = client.post(reverse("resource_new"), sent)
        assert response.status_code == 422
        assert "As told" in response.text
        made = resource(world)
        file = SimpleUploadedFile("a.pdf", b"MZ no pdf")
        address = reverse("resource_version_new", args=[made.pk])
        response = client.post(address, {"published_on": str(world.today), "changes": "As changed", "file": file})
        assert response.status_code == 422
        assert "As changed" in response.text
        assert not ResourceVersion.objects.exists()

    def test_the_page_adds_a_file_and_a_link(self, world):
        made = resource(world)
        client = world.client(world.caseworker)
        address = reverse("resource_version_new", args=[made.pk])
        file = SimpleUploadedFile("whatever.exe", PDF)
        assert client.post(address, {"published_on": str(world.today), "file": file}).status_code == 302
        added = ResourceVersion.objects.get()
        assert (added.media_type, added.size) == ("application/pdf", len(PDF))
        run_as(world.case_manager, library.check_version, version=added)
        client.post(address, {"published_on": str(world.today), "link": "https://guide.example/"})
        second = ResourceVersion.objects.get(number=2)
        response = client.get(reverse("resource_version_open", args=[second.pk]))
        assert (response.status_code, response["Location"]) == (302, "https://guide.example/")


class TestWithdrawn:
    def test_it_says_why_and_gives_nothing_out_any_more(self, sharing):
        with pytest.raises(Invalid):
            run_as(sharing.caseworker, library.withdraw_resource, resource=sharing.leaflet, because=" ")
        run_as(sharing.caseworker, library.withdraw_resource, resource=sharing.leaflet, because="The number is wrong")
        client = sharing.client(sharing.liaison)
        assert "The number is wrong" in client.get(reverse("resource", args=[sharing.leaflet.pk])).text
        address = reverse("resource_version_open", args=[sharing.leaflet.latest_id])
        assert client.get(address).status_code == 404
        assert sharing.client(sharing.caseworker).get(address).status_code == 200
        assert sharing.leaflet.title not in client.get(reverse("resource_list")).text
        assert sharing.leaflet.title in client.get(f"{reverse('resource_list')}?show=withdrawn").text
        for again in (
            lambda: run_as(sharing.caseworker, library.withdraw_resource, resource=sharing.leaflet, because="x"),
            lambda: run_as(sharing.caseworker, library.save_resource, resource=sharing.leaflet),
            lambda: version(sharing, sharing.leaflet),
        ):
            with pytest.raises(ResourceWithdrawn):
                again()


class TestUses:
    def opened(self, world, *by):
        for acting in by:
            world.client(acting).get(reverse("resource_version_open", args=[world.leaflet.latest_id]))

    def test_they_are_counted_by_partner_and_month_and_not_by_user(self, sharing):
        self.opened(sharing, sharing.liaison, sharing.liaison, sharing.data_officer, sharing.caseworker)
        use = ResourceUse.objects.get()
        assert (use.partner, use.month.day) == (sharing.police, 1)
        assert {field.name for field in ResourceUse._meta.fields} == {
            "id", "partner", "resource", "owner_partner", "month",
        }  # fmt: skip

    def test_their_owner_reads_who_uses_it_and_no_other_partner_does(self, sharing):
        self.opened(sharing, sharing.liaison)
        address = reverse("resource", args=[sharing.leaflet.pk])
        assert "Harbour Police" in sharing.client(sharing.caseworker).get(address).text
        assert "Who uses it" not in sharing.client(sharing.other_caseworker).get(address).text
        with on_web(sharing.other_caseworker):
            assert not ResourceUse.objects.exists()

    def test_nobody_counts_for_another_partner(self, sharing):
        with on_web(sharing.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            ResourceUse.objects.create(
                partner=sharing.police, resource=sharing.leaflet, owner_partner=sharing.ngo, month="2026-01-01"
            )


class TestNewSinceMyLastVisit:
    def test_what_came_since_the_visit_before_is_new_until_the_next(self, world):
        client, address = world.client(world.liaison), reverse("resource_list")
        first = shared_resource(world)
        assert "since your last visit" not in client.get(address).text
        visit = LibraryVisit.objects.get(user=world.liaison.user)
        two_hours = timedelta(hours=2)
        LibraryVisit.objects.update(began_at=visit.began_at - two_hours, new_since=visit.new_since - two_hours)
        Resource.objects.update(latest_at=timezone.now() - timedelta(days=1))
        second = shared_resource(world)
        for _again in range(2):  # the same visit
            page = client.get(address).text
            assert "1 is new since your last visit" in page
        new = client.get(f"{address}?show=new").text
        assert second.title in new
        assert first.title not in new

    def test_nobody_else_reads_when_somebody_was_there(self, world):
        world.client(world.caseworker).get(reverse("resource_list"))
        for other in (world.case_manager, world.liaison, world.auditor):
            with on_web(other):
                assert not LibraryVisit.objects.exists()


class TestFinding:
    def test_words_are_posted_and_stand_in_no_address(self, sharing):
        shared_resource(sharing, title="Naloxone at home", about="For families")
        client = sharing.client(sharing.liaison)
        response = client.post(reverse("resource_list"), {"q": "naloxone"})
        assert response["Location"] == f"{reverse('resource_list')}?found=1"
        page = client.get(response["Location"]).text
        assert "Naloxone at home" in page
        assert sharing.leaflet.title not in page
        assert sharing.leaflet.title in client.get(reverse("resource_list")).text

    def test_the_one_box_finds_them_too(self, sharing):
        client = sharing.client(sharing.liaison)
        response = client.post(reverse("search"), {"q": sharing.leaflet.title})
        assert reverse("resource", args=[sharing.leaflet.pk]) in client.get(response["Location"]).text

    @pytest.mark.parametrize("asked", ["kind=video", "audience=parents", "written_in=so", "evidence=works", "show=own"])
    def test_filters_leave_out_what_does_not_fit(self, sharing, asked):
        page = sharing.client(sharing.liaison).get(f"{reverse('resource_list')}?{asked}").text
        assert "No resource fits" in page

    def test_the_list_is_taken_as_a_file(self, sharing):
        response = sharing.client(sharing.liaison).get(f"{reverse('resource_export')}?format=csv")
        assert sharing.leaflet.title in response.body.decode()


class TestPublic:
    def test_anybody_reads_what_is_public_with_its_licence_and_nothing_else(self, sharing):
        public = shared_resource(sharing, is_public=True, licence="CC-BY-NC-SA-4.0")
        waiting = resource(sharing, is_public=True)
        version(sharing, waiting)
        page = WebClient().get(reverse("materials")).text
        assert public.title in page
        assert "CC BY-NC-SA 4.0" in page
        assert sharing.leaflet.title not in page
        assert waiting.title not in page
        response = WebClient().get(reverse("material_file", args=[public.pk]))
        assert response.content == PDF
        assert response["Content-Disposition"].startswith("attachment")
        for hidden in (sharing.leaflet, waiting):
            assert WebClient().get(reverse("material_file", args=[hidden.pk])).status_code == 404
        assert not ResourceUse.objects.exists()

    def test_without_sign_in_sql_reads_public_ones_alone(self, sharing):
        public = shared_resource(sharing, is_public=True)
        version(sharing, public)
        with transaction.atomic(), acting_for(None), database_role("web"):
            assert Resource.objects.get() == public
            assert ResourceVersion.objects.get() == public.latest
            assert ResourceFile.objects.count() == 1
            assert not ResourceUse.objects.exists()
            assert not LibraryVisit.objects.exists()

    def test_what_is_withdrawn_is_public_no_longer(self, sharing):
        public = shared_resource(sharing, is_public=True)
        run_as(sharing.caseworker, library.withdraw_resource, resource=public, because="Wrong")
        assert public.title not in WebClient().get(reverse("materials")).text
        assert WebClient().get(reverse("material_file", args=[public.pk])).status_code == 404


class TestLessonPlans:
    def plan(self, world: World, material: Any) -> LessonPlan:
        return LessonPlan.objects.create(
            partner=world.ngo,
            programme=world.programme,
            title="The law",
            activities="Cases",
            resource_version_id=material,
        )

    def test_one_may_point_at_a_version_of_another_partner_and_says_when_a_newer_is_out(self, sharing):
        theirs = resource(sharing, by=sharing.liaison)
        colleague = sharing.member(sharing.police, "police_liaison")
        added = version(sharing, theirs, by=sharing.liaison)
        run_as(colleague, library.check_version, version=added)
        with on_web(sharing.case_manager):
            plan = self.plan(sharing, added.pk)
        client = sharing.client(sharing.case_manager)
        address = reverse("lesson_plan", args=[plan.pk])
        assert theirs.title in client.get(address).text
        assert "A newer one is out" not in client.get(address).text
        second = version(sharing, theirs, by=sharing.liaison)
        run_as(colleague, library.check_version, version=second)
        assert "A newer one is out: version 2" in client.get(address).text
        run_as(sharing.liaison, library.withdraw_resource, resource=theirs, because="Old law")
        assert "It was withdrawn from the library." in client.get(address).text

    def test_the_error_is_the_same_for_one_that_nobody_checked_and_for_none(self, world):
        hidden = version(world, resource(world, by=world.liaison), by=world.liaison)
        errors = set()
        for number in (hidden.pk, 999_999_999):
            with on_web(world.case_manager), pytest.raises(DatabaseError) as refused, transaction.atomic():
                self.plan(world, number)
            errors.add(str(refused.value).split("DETAIL")[0])
        assert len(errors) == 1

    def test_the_form_offers_the_latest_of_each(self, sharing):
        page = sharing.client(sharing.case_manager).get(reverse("lesson_plan_new")).text
        assert f"{sharing.leaflet.title}, version 1" in page


class TestOverTheApi:
    def test_a_system_shares_a_file_that_a_person_checks_and_another_system_takes(self, world):
        ours = System(world.case_manager)
        theirs = System(world.member(world.other_ngo, "case_manager", is_manager=True))
        body = {
            "kind": "guideline", "title": "Talking first", "about": "How", "audiences": ["workers"], "language": "en",
            "licence": "CC-BY-4.0",
        }  # fmt: skip
        number = ours.post("resources", body, status=201)["id"]
        theirs.get(f"resources/{number}", status=404)
        file = SimpleUploadedFile("a.pdf", PDF)
        sent = {"resource": number, "published_on": str(world.today), "file": file}
        bearer = {"Authorization": f"Bearer {ours.token}"}
        response = ours.http.post("/api/v1/resource-versions", sent, headers=bearer)
        assert response.status_code == 201, response.content
        added = ResourceVersion.objects.get()
        theirs.get(f"resource-versions/{added.pk}", status=404)
        run_as(world.caseworker, library.check_version, version=added)
        assert theirs.get(f"resources/{number}")["latest"] == added.pk
        bearer = {"Authorization": f"Bearer {theirs.token}"}
        taken = theirs.http.get(f"/api/v1/resource-versions/{added.pk}/file", headers=bearer)
        assert (taken.content, taken["Content-Type"]) == (PDF, "application/pdf")
        assert taken["Content-Disposition"] == 'attachment; filename="talking-first-1.pdf"'
        assert ResourceUse.objects.get().partner == world.other_ngo

    def test_another_partners_system_changes_nothing(self, sharing):
        theirs = System(sharing.member(sharing.other_ngo, "case_manager", is_manager=True))
        theirs.post(f"resources/{sharing.leaflet.pk}/withdraw", {"because": "Ours"}, status=403)
        sharing.leaflet.refresh_from_db()
        assert sharing.leaflet.withdrawn_why == ""

    def test_what_breaks_a_rule_is_refused_in_words(self, world):
        body = {
            "kind": "lesson", "title": "The law", "about": "How", "audiences": ["teachers"], "language": "en",
            "licence": "CC-BY-4.0",
        }  # fmt: skip
        System(world.case_manager).post("resources", body, status=422)
