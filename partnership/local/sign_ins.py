"""The demo's sign-ins: printed by `make run` and shown on the sign-in page, in the demo alone."""

from __future__ import annotations

from datetime import date

PASSWORD = "demo-partnership-2026"  # noqa: S105 — everybody may know it
SIGN_INS = (
    ("Caseworker · Sininauhaliitto", "caseworker@demo.example"),
    ("Case manager · Sininauhaliitto", "manager@demo.example"),
    ("Caseworker · Päihdelinkki", "turku@demo.example"),
    ("Case manager · Viva Finland", "viva@demo.example"),
    ("Police liaison · Helsinki Police", "liaison@demo.example"),
    ("Police data officer · Helsinki Police", "data@demo.example"),
    ("Prosecutor · Southern Finland", "prosecutor@demo.example"),
    ("Court officer · Helsinki District Court", "court@demo.example"),
    ("Court officer · Prison and probation", "prison@demo.example"),
    ("Professional · Helsinki Social Services", "social@demo.example"),
    ("Professional · Helsinki Youth Services", "youth@demo.example"),
    ("Coordinator", "coordinator@demo.example"),
    ("Auditor", "auditor@demo.example"),
    ("Administrator (/admin/)", "admin@demo.example"),
)
CARD_CODE, CARD_BORN_ON = "DEM0-CARD-2026", date(1998, 5, 17)
"""With these a person of the demo opens My page."""
