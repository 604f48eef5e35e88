"""Who wants to stop the portal: files, bodies, headers and addresses that cost much or are nonsense (trust.md, "Availability")."""

from __future__ import annotations

import ast
import io
import multiprocessing
import resource
import secrets
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from cases.imports.ndjson import as_csv
from cases.imports.sheets import first_rows, for_all_rows, sheet_rows
from partnership.isolation import database_roles
from partnership.isolation.acting import Acting
from partnership.pages.csv_files import UnreadableFile, csv_rows
from partnership.pages.downloads import guard_formula
from partnership.project import health
from partnership.project.celery import app
from partnership.project.jobs import HEARTBEAT_KEY
from partnership.project.log import without_secrets
from tests.attack.hostile_files import BOMBS, sheet, workbook
from tests.services import process_environment
from tests.shared_worlds import shared
from tests.systems import System

MOST_CALLS, MOST_MEGABYTES = 4_000_000, 50
"""Rather more than a file costs that uses all that `for_a_look` allows. Calls, not seconds: they are the same on a busy machine."""
HUNG_SECONDS = 120
"""Of the processor: who reads that long would not have ended."""


def cost(read: Any) -> tuple[str, int, float]:
    """How it ended, calls of functions, and megabytes of memory; in a process of its own, whose memory can be seen.

    A process that hangs is ended by the system, and the test fails with EOFError.
    """

    def work(answer: Any) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (HUNG_SECONDS, HUNG_SECONDS))
        calls = 0

        def count(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sys.setprofile(count)
        try:
            ending = str(read())
        except UnreadableFile:
            ending = "refused"
        except BaseException as error:
            ending = repr(error)
        sys.setprofile(None)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        answer.send((ending, calls, memory / 1024))

    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=work, args=(theirs,))
    process.start()
    theirs.close()
    ending, calls, megabytes = ours.recv()
    process.join()
    return ending, calls, megabytes


class TestSpreadsheets:
    @pytest.mark.parametrize("bomb", BOMBS)
    def test_a_look_at_the_headings_costs_little_whatever_the_file_claims(self, bomb):
        file = io.BytesIO(BOMBS[bomb]())
        ending, calls, megabytes = cost(lambda: [row for _number, row in first_rows(file, 1)])
        assert ending in {"refused", "[]", "[['arrest_number', 'arrested_on']]", "[['', 1]]", "[['', '']]"}, ending
        assert calls < MOST_CALLS, calls
        assert megabytes < MOST_MEGABYTES, megabytes

    def test_the_headings_stand_where_they_may(self):
        """After empty rows, in texts that cells share, with a reading aid that is no part of them."""
        strings = "<sst><si/><si><t>B</t></si><si><r><t>A</t></r><r><t>1</t></r><rPh><t>no</t></rPh></si></sst>"
        rows = '<row r="1"/><row r="3"><c r="A3" t="s"><v>2</v></c><c r="C3" t="s"><v>1</v></c></row>'
        book = workbook(sheet=sheet(f"<sheetData>{rows}</sheetData>"), strings=strings)
        assert first_rows(io.BytesIO(book), 5) == [(3, ["A1", "", "B"])]
        assert list(sheet_rows(io.BytesIO(book), for_all_rows())) == [(3, ["A1", "", "B"])]

    @pytest.mark.parametrize("bomb", ["a row number of 20 million", "a cell of 60 million characters", "entities in the sheet", "a shared text of 60 million characters"])  # fmt: skip
    def test_nor_does_the_job_that_reads_all_of_it_pay(self, bomb):
        file = io.BytesIO(BOMBS[bomb]())
        ending, calls, megabytes = cost(lambda: list(sheet_rows(file, for_all_rows())))
        assert (ending, calls < MOST_CALLS, megabytes < 300) == ("refused", True, True), (ending, calls, megabytes)


class TestTextFiles:
    @pytest.mark.parametrize(
        "text",
        ["a;b\n" + ";" * 30_000_000, 'a;b\n"' + "x" * 30_000_000, "a;b\n" + "1;" * 501],
        ids=["30 million columns", "a quotation mark that nothing ends", "501 columns"],
    )
    def test_a_row_has_an_end(self, text):
        ending, calls, megabytes = cost(lambda: list(csv_rows(io.StringIO(text), ";")))
        assert (ending, calls < MOST_CALLS, megabytes < 200) == ("refused", True, True), (ending, calls, megabytes)

    def test_quotation_marks_that_nothing_ends_cost_no_more_than_the_lines_that_they_stand_in(self):
        text, lines = "a;b\n" + '"x\n";' * 100_000, 100_002
        ending, calls, megabytes = cost(lambda: sum(1 for _row in csv_rows(io.StringIO(text), ";")))
        assert (ending, calls < 20 * lines, megabytes < 50) == (str(lines), True, True), (ending, calls, megabytes)

    @pytest.mark.parametrize(
        "line",
        [b"[" * 100_000, b'{"a":' * 100_000, b'{"district": {"a": 1}}', b'{"district": "\\ud800"}', b"9" * 5000, b"\xff\xfe",
         b'{"district": ' + b"9" * 5000 + b"}", b'{"district": "' + b"x" * 3_000_000 + b'"}'],
        ids=["lists", "objects", "an object in a field", "half a character", "a number", "not UTF-8", "5,000 digits", "3 MB"],
    )  # fmt: skip
    def test_a_line_of_ndjson_that_is_no_row_is_named(self, line):
        with pytest.raises(UnreadableFile, match="Line 2 "):
            as_csv(SimpleUploadedFile("a.ndjson", b'{"district": "H1"}\n' + line), ["district"])


class TestBodies:
    """What is too large is refused before anything of it is read."""

    @pytest.fixture(autouse=True)
    def _nothing_is_read(self, monkeypatch):
        def read(*_arguments: Any, **_more: Any) -> bytes:
            raise AssertionError("The body was read.")

        monkeypatch.setattr(HttpRequest, "read", read)
        monkeypatch.setattr(HttpRequest, "_load_post_and_files", read)
        monkeypatch.setattr(HttpRequest, "body", property(read))

    @pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/v1/oauth/token", "/imports/new/", "/api/v1/uploads", "/nowhere/"])  # fmt: skip
    def test_a_strangers_is_small(self, client, db, path):
        headers = {"CONTENT_LENGTH": str(150 * 1024**2), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        assert client.generic("POST", path, **headers).status_code == 413

    def test_a_members_is_small_but_where_files_are_sent(self, world):
        headers = {"CONTENT_LENGTH": str(150 * 1024**2), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        client = world.client(world.data_officer)
        assert client.generic("POST", "/profile/", **headers).status_code == 413
        assert client.generic("POST", "/api/v1/persons/search", **headers).status_code == 413
        with pytest.raises(AssertionError, match="was read"):
            client.generic("POST", "/imports/new/", **headers)
        headers["CONTENT_LENGTH"] = str(settings.IMPORT_MAX_BYTES * 2)
        assert client.generic("POST", "/imports/new/", **headers).status_code == 413

    def test_a_stranger_with_a_made_up_token_sends_no_file_either(self, client, db):
        headers = {"CONTENT_LENGTH": str(150 * 1024**2), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        response = client.generic("POST", "/api/v1/uploads", headers={"Authorization": "Bearer x"}, **headers)
        assert response.status_code == 401

    @pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, "1e9", "٣"])
    def test_a_length_that_is_none_is_refused(self, client, db, length):
        assert client.generic("POST", "/api/v1/oauth/token", CONTENT_LENGTH=length).status_code in {400, 413}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"])  # fmt: skip
def test_a_body_that_does_not_say_how_long_it_is_counts_as_empty(kind):
    """Sent in chunks: Django reads nothing of it."""
    body = io.BytesIO(b"a=b&" * 1_000_000)
    environment = RequestFactory().post("/", content_type=kind).environ | {"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"}  # fmt: skip
    environment.pop("CONTENT_LENGTH", None)
    request = WSGIRequest(environment)
    assert (request.body, dict(request.POST), body.tell()) == (b"", {}, 0)


def test_a_file_larger_than_the_limit_is_refused_in_the_api_as_on_the_page(world, police_data, settings):
    settings.IMPORT_MAX_BYTES = 1000
    content = b"arrest_number,arrested_on\n" + b"1,2\n" * 1000
    police_data.token = police_data.get_token().json()["access_token"]
    response = police_data.http.post(
        "/api/v1/uploads",
        {"file": SimpleUploadedFile("a.csv", content), "kind": "arrests"},
        headers={"Authorization": f"Bearer {police_data.token}"},
    )
    assert (response.status_code, response.json()["type"].rsplit("/")[-1]) == (413, "file-too-large")


@shared
def police_data(world):
    return System(Acting(world.member(world.police, "police_data_officer", is_manager=True).membership))


class TestCookies:
    """What a browser was made to keep never makes a page fail."""

    def test_a_reading_of_the_api_in_a_signed_in_browser_changes_nothing_for_the_pages(self, world):
        client = world.client(world.caseworker)
        for address in ("/api/v1/codes", "/api/v1/", "/api/v1/problems", "/api/v1/openapi.json"):
            assert client.get(address).status_code == 200
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize("name", ["sessionid", "csrftoken", "whose", "theme", "django_language", "messages"])
    @pytest.mark.parametrize(
        "value", ["x", "", "x" * 5000, "ä\xff", "%00", "null", "1:2:3", "signed nothing", '"\\000"', "../../x"]
    )  # fmt: skip
    def test_nonsense_in_a_cookie_is_nothing(self, world, name, value):
        client = world.client(world.caseworker)
        client.cookies[name] = signing.dumps(None, salt="whose") if value == "signed nothing" else value
        for address in ("/", "/profile/", "/accounts/login/", "/find-help/", "/api/v1/codes"):
            assert client.get(address).status_code < 500
        assert client.post("/profile/", {}).status_code < 500


class TestRedis:
    """Who writes to Redis runs no code and becomes nobody else."""

    PICKLE = b"cposix\nsystem\n(S'touch /tmp/ran'\ntR."

    @pytest.fixture
    def redis(self):
        cache.clear()
        return cache._cache.get_client(write=True)

    @pytest.mark.parametrize(
        "written", [PICKLE, b"", b"{}", b"null", b"9" * 30, b"\x80\x04", b"x" * 33, b"x" * 40 + b"{}"]
    )
    def test_what_the_portal_did_not_write_is_a_miss(self, redis, written):
        redis.set(cache.make_key("a"), written)
        assert cache.get("a", "nothing") == "nothing"
        assert cache.get_many(["a"]) == {}
        with pytest.raises(ValueError, match="a"):
            cache.incr("a")

    def test_what_it_wrote_elsewhere_is_one_too(self, redis):
        cache.set("a", {"user": 1})
        assert cache.get("a") == {"user": 1}
        redis.set(cache.make_key("b"), redis.get(cache.make_key("a")))
        assert cache.get("b") is None

    @pytest.mark.parametrize("value", [1, -5, True, None, 1.5, "ä", b"\x89PNG", [1, {"a": None}], {}])
    def test_what_it_wrote_it_reads(self, redis, value):
        cache.set("a", value)
        assert cache.get("a", "nothing") == value
        assert b"pickle" not in redis.get(cache.make_key("a"))

    def test_a_session_written_by_another_hand_signs_nobody_in(self, world, redis):
        client = world.client(world.caseworker)
        assert client.get("/profile/").status_code == 200
        (key,) = [key for key in redis.keys("*") if b"cached_db" in key]
        stranger = Client()
        stranger.get("/accounts/login/")
        session = stranger.session
        session["a"] = 1
        session.save()
        stranger.cookies["sessionid"] = session.session_key
        redis.set(cache.make_key(session.cache_key), redis.get(key))
        assert stranger.get("/profile/").status_code == 302

    def test_a_task_is_data_and_never_a_pickle(self):
        assert list(app.conf.accept_content) == ["json"]
        assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")


class TestCells:
    """No text of a download is run by a spreadsheet."""

    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-2+3+cmd|' /C calc'!A0", "-1-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1+1", "＠a", "\ufeff=1",
         '"=1', "-1e5", "-A1", "--1", "-1\n=2", "- 1", "'=1", "\x00=1", "-٣"],
    )  # fmt: skip
    def test_what_could_be_a_formula_is_marked_as_text(self, text):
        assert guard_formula(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "1", "-1", "-1.5", "-1,5 %", "-12 345,6", "-12\u00a0345", "a=b", "a-1", "1+1", "ä", "2026-01-01"])  # fmt: skip
    def test_everything_else_stays_what_it_is(self, text):
        assert guard_formula(text) == text


class TestLogs:
    """No secret of an address stands in the log."""

    @pytest.mark.parametrize(
        "address",
        ["/invitation/{}/", "/invitation/{}", "/calendar/{}.ics", "/calendar/{}", "/accounts/password/reset/key/1a-{}/", "/accounts/password/reset/key/{}",
         "/accounts/confirm-email/MQ:1r:{}/", "/accounts/login/?next=/invitation/{}/", "/nowhere/?next=%2Finvitation%2F{}"],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "post", "put"])
    def test_not_when_it_is_refused_either(self, client, db, caplog, address, method):
        token = secrets.token_urlsafe(32)
        caplog.set_level("DEBUG")
        getattr(client, method)(address.format(token))
        assert token not in caplog.text
        assert token[5:] not in caplog.text

    def test_what_is_no_secret_stays_readable(self):
        for text in ("Not Found: /programmes/12/", "Request 0123456789abcdef0123456789abcdef failed: GET /", "/api/v1/problems/guardian-consent-missing"):  # fmt: skip
            assert without_secrets(text) == text


class TestReadyz:
    def test_asking_often_costs_the_database_nothing(self, client, db, django_assert_num_queries):
        client.get("/readyz")
        with django_assert_num_queries(0):
            for _number in range(20):
                client.get("/readyz")

    def test_it_says_within_seconds_what_has_become_wrong(self, client, db, monkeypatch):
        cache.set(HEARTBEAT_KEY, time.time())
        assert client.get("/readyz").json()["worker"] == "ok"
        cache.delete(HEARTBEAT_KEY)
        now = time.monotonic()
        monkeypatch.setattr(health.time, "monotonic", lambda: now + health.KEPT_SECONDS + 0.1)
        assert client.get("/readyz").json()["worker"] == "not seen lately"
        assert health.KEPT_SECONDS <= 5


class TestTimeouts:
    """Nothing hangs for good: no statement, no wait for a lock, no transaction, no task."""

    @pytest.mark.parametrize("role", ["web", "worker"])
    def test_each_role_has_them_with_every_connection(self, role):
        program = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT name, setting FROM pg_settings'); print(dict(k.fetchall()))"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
            env=process_environment(role, "postgres"), capture_output=True, text=True, check=True,
        )  # fmt: skip
        limits = ast.literal_eval(done.stdout.strip().splitlines()[-1])
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert 0 < int(limits[name]) <= (60_000 if role == "web" else 1_800_000)

    @pytest.mark.parametrize("role", ["web", "worker"])
    def test_a_role_has_them_by_itself(self, db, role):
        with connection.cursor() as cursor:
            cursor.execute("SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE rolname = %s", [f"portal_{role}"])  # fmt: skip
            (configured,) = cursor.fetchone()
        assert all(f"{name}=" in configured for name in database_roles.SETTINGS[role])

    def test_every_task_has_limits(self):
        app.loader.import_default_modules()
        tasks = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
        assert len(tasks) > 8
        for task in tasks:
            soft, hard = (getattr(task, f"{kind}time_limit") or getattr(app.conf, f"task_{kind}time_limit") for kind in ("soft_", ""))  # fmt: skip
            assert 0 < soft < hard <= 7800
