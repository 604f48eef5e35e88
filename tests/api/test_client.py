"""An independent client, made by a public generator from the description alone, does the round trip of a diversion."""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.cache import cache

from cases.imports.jobs import run_import
from cases.imports.models import DataImport
from partnership.isolation.acting import Acting
from tests.api.test_schema import as_web
from tests.systems import System
from tests.world import WebClient, World, database_role


@pytest.fixture
def generated(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The package that openapi-python-client writes; nothing of it was seen by who wrote this test's portal."""
    document = tmp_path / "openapi.json"
    document.write_bytes(WebClient().get("/api/v1/openapi.json").content)
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none",
         "--output-path", str(tmp_path / "portal_client"), "--overwrite"],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return "portal_client"


def test_it_gets_a_token_uploads_arrests_refers_and_reads_the_answer(world: World, generated: str):
    cache.clear()
    officer = System(Acting(world.member(world.police, "police_data_officer", is_manager=True).membership))
    helper = System(world.case_manager)
    package = importlib.import_module(generated)
    models = importlib.import_module(f"{generated}.models")

    def operation(tag: str, name: str) -> Any:
        return importlib.import_module(f"{generated}.api.{tag}.{name}").sync_detailed

    transport = httpx.WSGITransport(app=as_web)

    def signed_in(system: System) -> Any:
        anonymous = package.Client("http://testserver", httpx_args={"transport": transport})
        body = models.TokenRequestRequest(
            grant_type=models.TokenRequestRequestGrantType("client_credentials"),
            client_id=system.credential.client_id,
            client_secret=system.secret,
        )
        token = operation("oauth", "oauth_token")(client=anonymous, body=body).parsed.access_token
        return package.AuthenticatedClient("http://testserver", token=token, httpx_args={"transport": transport})

    police, ngo = signed_in(officer), signed_in(helper)

    # Arrests go in as a file.
    content = b"arrest_number,arrested_on,offence_code,district,identity_code\nA-1,2026-03-01,060111,H1,131052-308T\n"
    types = importlib.import_module(f"{generated}.types")
    form = models.UploadInputRequest(
        kind=models.UploadInputRequestKind("arrests"), file=types.File(io.BytesIO(content), "a.csv", "text/csv")
    )
    answer = operation("uploads", "uploads_create")(client=police, body=form)
    assert answer.status_code == 202, answer.content
    found = DataImport.objects.get(pk=answer.parsed.id)
    with database_role("worker"):
        run_import(found.pk, found.partner_id)
    arrests = operation("arrests", "arrests_list")(client=police).parsed.results
    assert [row.arrest_number for row in arrests] == ["A-1"]

    # The person who was arrested is referred.
    draft = operation("referrals", "referrals_create")(
        client=police,
        body=models.DraftInputRequest(
            kind=models.DraftInputRequestKind("arrest_diversion"),
            programme=world.programme.pk,
            person=arrests[0].person,
            summary="Wants help.",
        ),
    ).parsed
    terms = models.TermsInputRequest(
        deadline=world.today + timedelta(days=60),
        conditions=[models.ConditionInputRequest(kind=models.ConditionInputRequestKind("sessions"), target=2)],
    )
    operation("referrals", "referrals_diversion")(draft.id, client=police, body=terms)
    consent = models.ConsentInputRequest(
        purpose="Counselling",
        signed_on=world.today,
        signed_how=models.ConsentInputRequestSignedHow("paper"),
        told_right_to_withdraw=True,
        expires_on=world.today + timedelta(days=365),
    )
    operation("referrals", "referrals_consent")(draft.id, client=police, body=consent)
    sent = operation("referrals", "referrals_send")(draft.id, client=police)
    assert sent.status_code == 200, sent.content

    # The other partner accepts, and both read the result.
    accepted = operation("referrals", "referrals_accept")(
        draft.id, client=ngo, body=models.AcceptInputRequest(started_on=world.today)
    ).parsed
    assert str(accepted.state) == "enrolled"
    assert accepted.disclosure.identity_code == "131052-308T"
    result = operation("referrals", "referrals_retrieve")(draft.id, client=police)
    assert json.loads(result.content)["fhir_task_status"] == "in-progress"
