"""Examples of bodies in the description: one story, so that numbers and days fit one another wherever they stand."""

from __future__ import annotations

from typing import Any

VALUES: dict[str, Any] = {
    # Numbers of records
    "id": 1024,
    "partner": 7,
    "from_partner": 3,
    "to_partner": 7,
    "by_partner": 7,
    "author_partner": 7,
    "programme": 12,
    "person": 311,
    "district": 4,
    "parent": 1,
    "enrolment": 208,
    "referral": 1024,
    "referred_on_from": None,
    "external_reference": "K-2031",
    "run": 31,
    "cohort": None,
    "condition": 77,
    "intervention": 2,
    "subscription": 5,
    "version": 5,
    "funder": "Example Foundation",
    "about": "For talks with parents: what to ask, and whom to call.",
    "because": "A newer one has taken its place.",
    # A person
    "first_names": "Maija Liisa",
    "last_name": "Meikäläinen",
    "born_on": "1990-05-17",
    "identity_code": "170590-998N",
    "phone": "+358 40 123 4567",
    "email": "maija@example.org",
    "died_on": None,
    "sex": "female",
    "language": "fi",
    "age_band": "35_49",
    # A referral and what it is about
    "kind": "arrest_diversion",
    "state": "enrolled",
    "fhir_task_status": "in-progress",
    "verbs": ["complete", "end_early"],
    "verb": "accept",
    "from_state": "acknowledged",
    "to_state": "accepted",
    "is_urgent": False,
    "reason_code": "",
    "expected_on": None,
    "summary": "Wants help with amphetamine use; lives with a friend.",
    "purpose": "Counselling instead of a fine",
    "text": "We can see her on Thursday at ten.",
    "note": "We have no group in Swedish this spring.",
    "notice": "This information may not be disclosed further without the person's consent.",
    "covered_until": "2027-03-01",
    "sent_at": "2026-03-02T09:30:00Z",
    "acknowledged_at": "2026-03-02T11:05:00Z",
    "answered_at": "2026-03-03T08:15:00Z",
    "enrolled_at": "2026-03-09T09:00:00Z",
    "closed_at": None,
    "due_acknowledge_at": "2026-03-04T09:30:00Z",
    "due_accept_at": "2026-03-09T09:30:00Z",
    "at": "2026-03-03T08:15:00Z",
    "created_at": "2026-03-02T09:12:00Z",
    "changed_at": "2026-03-09T09:00:00Z",
    "recorded_at": "2026-03-02T09:20:00Z",
    "received_at": "2026-03-02T04:10:00Z",
    "signed_on": "2026-03-02",
    "expires_on": "2027-03-01",
    "expires_event": "",
    "event_on": None,
    "withdrawn_at": None,
    "withdrawn_because": "",
    "signature": "",
    "witness": "",
    "guardian_name": "",
    "guardian_missing_reason": "",
    # Taking part
    "started_on": "2026-03-09",
    "ended_on": None,
    "end_reason": "",
    "referral_kind": "arrest_diversion",
    "primary_drug": "stimulants",
    "last_contact_on": "2026-03-16",
    "measurement_consent_ended_on": None,
    "held_on": "2026-03-16",
    "minutes": 45,
    "starts_at": "2026-03-23T07:00:00Z",
    "starts_from": "2026-03-23T00:00:00Z",
    "starts_before": "2026-03-30T00:00:00Z",
    "responsible": "kaisa@example.org",
    "session": 1024,
    "area": "housing",
    "reached_on": None,
    "instrument": "audit",
    "item": "1",
    "score": 11,
    "taken_back_at": None,
    "taken_back_why": "",
    "why": "twice",
    "what": "A voucher",
    "on": "2026-03-16",
    "decided_by": "team",
    "hours_after": 4,
    "phase": 21,
    "min_days": 60,
    "sessions_a_week": 2,
    "review_days": 14,
    "asks": "A place to stay, and two meetings a week.",
    "is_hearing": True,
    "present": ["person", "judge"],
    "bed": 33,
    "room": "2",
    "for_whom": "anybody",
    "opened_on": "2026-01-07",
    "closed_on": None,
    "out_because": "",
    "expected_until": "2026-09-01",
    "away": ["2026-03-14"],
    "night": "2026-03-14",
    "is_away": True,
    "deadline": "2026-06-01",
    "target": 3,
    "done": 1,
    "reported_on": "2026-03-16",
    "is_met": False,
    "breached_on": None,
    "outcome": "completed",
    "outcome_at": "2026-05-20T10:00:00Z",
    "decision": "charge_dropped",
    "decided_at": "2026-05-22T08:00:00Z",
    "concern": "She is 14 and has slept outside for a week.",
    "reasons": "All three sessions attended.",
    # Where
    "checked_on": "2026-03-01",
    "street": "Sturenkatu 2",
    "postal_code": "00510",
    "city": "Helsinki",
    "is_confidential": False,
    "weekday": 1,
    "opens_at": "09:00",
    "closes_at": "16:00",
    # Partners and what they offer
    "name": "Counselling at the harbour",
    "partner_name": "Sininauhaliitto",
    "description": "Talks of three quarters of an hour, once a week, for as long as they help.",
    "districts": ["H1", "H2"],
    "code": "H1",
    "age_from": 18,
    "age_to": None,
    "places": 12,
    "places_taken": 8,
    "places_free": 4,
    "capacity_changed_at": "2026-03-01T07:00:00Z",
    "title": "Helsinki agreement 2026",
    "parties": [3, 7],
    "flows": [{"from_kind": "police", "to_kind": "ngo", "purpose": "diversion", "category": "identity"}],
    "valid_from": "2026-01-01",
    "valid_to": None,
    "days_to_acknowledge": 2,
    "days_to_accept": 7,
    "year": 2025,
    "residents": 684_018,
    "residents_under_18": 112_430,
    # Arrests and files
    "arrest_number": "2026-004711",
    "arrested_on": "2026-03-01",
    "age_at_offence": 35,
    "iccs": "060111",
    "local_code": "HUKA",
    "offence_on": "2026-03-01",
    "complete_through": "2026-03-31",
    "file_name": "arrests-2026-03.csv",
    "size": 48_211,
    "columns": ["arrest_number", "arrested_on", "offence_code", "district"],
    "source": "Patja",
    "remember_as": "Patja",
    "mapping": {"arrested_on": "Päivä"},
    "codes": {"HUKA": "060111"},
    "unmapped_codes": {},
    "rows_total": 412,
    "rows_done": 412,
    "rows_bad": 2,
    "percent_done": 100,
    "added": 398,
    "corrected": 12,
    "unchanged": 0,
    "removed": 0,
    "restored": 0,
    "kept": 0,
    "error": "",
    "loaded_at": "2026-04-01T04:11:00Z",
    "row": 17,
    "column": "district",
    # Results
    "months": 12,
    "window_months": 12,
    "eligible": 140,
    "rearrested": 32,
    "rate": 0.23,
    "rate_lower": 0.17,
    "rate_upper": 0.3,
    "month": "2026-02-01",
    "arrests": 48,
    "points": [[0, 1.0, 1.0, 1.0, 140], [6, 0.86, 0.79, 0.91, 140]],
    "poor_feeds": [],
    "doubts": [],
    "placebos": [],
    "balance": [],
    "problems": ["late"],
    "missing_months": [],
    "sudden_drops": [],
    "counts": {"accepted": 40, "declined": 6},
    "withheld": "",
    "refusal": "",
    "words": "No change is shown.",
    "definition": "2026-1",
    "quarter": "2026-Q1",
    "data_cut_off": "2026-03-31",
    "selection": {"programmes": [12], "sexes": ["female"]},
    "waits_for": "",
    "archived_at": None,
    # Webhooks, notifications, tokens
    "url": "https://cases.example.org/hooks/portal",
    "events": ["referral.accepted", "referral.declined"],
    "payload": {"referral": 1024},
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "attempts": 1,
    "status_code": 204,
    "delivered_at": "2026-03-03T08:15:02Z",
    "due_at": "2026-03-03T08:15:01Z",
    "read_at": None,
    "access_token": "kZ3vYqkXnP1eR7uT5wB9sD2fG6hJ8l",
    "token_type": "Bearer",
    "expires_in": 600,
    "client_id": "b7Qm2xkLpW4n",
    "client_secret": "9fT2…",
    "next": None,
    "synced_to": "48211-5f0c2a91",
    "deleted": [{"id": 998, "deleted_at": "2026-03-08T12:00:00Z"}],
    "remedy": "Read the record again and decide anew.",
}
OF: dict[str, dict[str, Any]] = {
    "Bed": {"name": "2 A"},
    "BedInputRequest": {"name": "2 A"},
    "Phase": {"name": "Clinical stabilisation", "number": 2},
    "PhaseStay": {"result": "", "ended_on": None},
    "Response": {"kind": "incentive", "why": "A month of coming as agreed"},
    "ResponseInputRequest": {"kind": "incentive", "why": "A month of coming as agreed"},
    "Review": {"decision": "advance", "note": "Keeps every appointment.", "next_on": "2026-03-30"},
    "ReviewInputRequest": {"decision": "advance", "note": "Keeps every appointment.", "next_on": "2026-03-30"},
    "Change": {"id": 5120},
    "Care": {"person": None},
    "Condition": {"kind": "sessions", "detail": "Counselling"},
    "ConditionInputRequest": {"kind": "sessions", "detail": "Counselling"},
    "Consent": {"scope": "identity_and_situation"},
    "Delivery": {"kind": "referral.accepted", "state": "delivered"},
    "DeclineInputRequest": {"reason": "no_capacity"},
    "District": {"name": "Helsinki"},
    "CohortInputRequest": {"name": "Women of the harbour"},
    "Cohort": {"name": "Women of the harbour"},
    "CompleteInputRequest": {"ended_on": "2026-05-18"},
    "DraftInputRequest": {"note": ""},
    "EndInputRequest": {"ended_on": "2026-05-18", "reason": "completed"},
    "EndEarlyInputRequest": {"ended_on": "2026-05-18", "reason": "person_left", "note": "She moved to her sister's."},
    "EventInputRequest": {"event_on": "2026-06-01"},
    "BreachInputRequest": {"breached_on": "2026-04-02"},
    "Index": {"version": "0.2.0", "asyncapi": "https://portal.example/api/v1/asyncapi.json",
              "guides": "https://portal.example/api/v1/guides", "openapi": "https://portal.example/api/v1/openapi.json",
              "reader": "https://portal.example/api/v1/docs", "token": "https://portal.example/api/v1/oauth/token",
              "problems": "https://portal.example/api/v1/problems", "codes": "https://portal.example/api/v1/codes"},
    "Notification": {"kind": "referral.accepted", "text": "A referral was accepted",
                     "url": "https://portal.example/referrals/1024/"},
    "Partner": {"name": "Sininauhaliitto", "kind": "ngo", "email": "info@example.org"},
    "PersonSearchRequest": {"text": "Meikäläinen Maija"},
    "ProblemType": {"type": "https://portal.example/api/v1/problems/conflict", "status": 409,
                    "title": "Not possible in the present state"},
    "Problem": {"reason": "unknown_district", "detail": "No district has this name or code."},
    "Programme": {"kind": "diversion", "accepts": ["arrest_diversion", "court"]},
    "ProgrammeInputRequest": {"kind": "diversion", "accepts": ["arrest_diversion", "court"]},
    "RevocationRequestRequest": {"token": "kZ3vYqkXnP1eR7uT5wB9sD2fG6hJ8l"},
    "Run": {"state": "done", "reason": "import", "requested_at": "2026-04-01T04:12:00Z",
            "started_at": "2026-04-01T04:12:01Z", "finished_at": "2026-04-01T04:14:40Z", "next_on": "2027-02-01"},
    "Token": {"scope": "persons:read referrals:read"},
    "TokenRequestRequest": {"scope": "persons:read referrals:read"},
    "Trend": {"group": "drug", "source": None},
    "TrendChange": {"kind": "five_years", "group": "drug", "verdict": "not_shown"},
    "Upload": {"kind": "arrests", "state": "done", "programme": None},
    "UploadInputRequest": {"kind": "arrests", "programme": None, "districts": "H1,H2"},
    "WaitlistInputRequest": {"expected_on": "2026-04-13"},
    "WithdrawInputRequest": {"reason": "person_declined", "note": "He would rather wait."},
}  # fmt: skip
"""Of a component: what differs there."""
BY_FORMAT = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:30:00Z",
    "uri": VALUES["url"],
    "email": VALUES["email"],
    "uuid": "7f9c2ba4-e88f-5f27-9f3a-2f4d0c8f1e11",
}


def example_of(
    schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0, component: str = ""
) -> Any:
    """A value that fits the schema."""
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[-1]
        return example_of(schemas[target], schemas, name, depth + 1, target)
    if name in OF.get(component, {}):
        return OF[component][name]
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, name, depth + 1, component)
    if "example" in schema:
        return schema["example"]
    if name in VALUES and _fits(VALUES[name], schema):
        return VALUES[name]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((value for value in schema["enum"] if value), schema["enum"][0])
    return _by_type(schema, schemas, name, depth, component)


def _by_type(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int, component: str) -> Any:
    kinds = _kinds(schema)
    if "object" in kinds:
        if depth > 12:
            return {}
        return {
            key: example_of(value, schemas, key, depth + 1, component)
            for key, value in schema.get("properties", {}).items()
            if key != "expanded"
        }
    if "array" in kinds:
        return [example_of(schema.get("items", {}), schemas, name, depth + 1, component)]
    if "integer" in kinds:
        return max(schema.get("minimum", 1), min(12, schema.get("maximum", 12)))
    if "number" in kinds:
        return 0.25
    if "boolean" in kinds:
        return True
    if "string" in kinds:
        return BY_FORMAT.get(schema.get("format", ""), schema.get("default") or "")
    return None


def _kinds(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return kind if isinstance(kind, list) else [kind]


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    names = {str: {"string"}, int: {"integer", "number"}, float: {"number"}, type(None): {"null"}, bool: {"boolean"},
             list: {"array"}, dict: {"object"}}  # fmt: skip
    if not names[type(value)] & set(_kinds(schema)):
        return False
    if isinstance(value, list) and value:
        return _fits(value[0], schema.get("items", {}))
    return "enum" not in schema or value in schema["enum"]
