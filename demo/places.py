"""Districts, partners, programmes and sign-ins of the demo."""

from __future__ import annotations

from datetime import time
from typing import Any, NamedTuple

from partnership.members.models import Partner, Role
from partnership.practices.models import Practice
from programs.catalogue.models import Programme, ReferralKind


class Place(NamedTuple):
    name: str
    code: str
    parent: str
    residents: int
    yearly_growth: float
    weight: float  # share of simulated arrests
    latitude: float
    longitude: float


DISTRICTS = (
    Place("Helsinki", "091", "", 690_000, 0.010, 0.26, 60.17, 24.94),
    Place("Kontula", "091-47", "Helsinki", 15_000, 0.006, 0.09, 60.236, 25.084),
    Place("Malmi", "091-38", "Helsinki", 29_000, 0.012, 0.09, 60.251, 25.01),
    Place("Itäkeskus", "091-45", "Helsinki", 18_000, 0.008, 0.09, 60.212, 25.081),
    Place("Vantaa", "092", "", 255_000, 0.014, 0.13, 60.294, 25.041),
    Place("Espoo", "049", "", 325_000, 0.015, 0.11, 60.206, 24.656),
    Place("Turku", "853", "", 207_000, 0.011, 0.13, 60.451, 22.267),
    Place("Tampere", "837", "", 262_000, 0.013, 0.10, 61.498, 23.761),
)
SUBURBS = ("Kontula", "Malmi", "Itäkeskus")
CHILDREN = 0.17
"""Share of residents under 18."""

POLICE = {
    "Helsinki Police": ("Helsinki", *SUBURBS),
    "Eastern Uusimaa Police": ("Vantaa",),
    "Western Uusimaa Police": ("Espoo",),
    "Southwest Finland Police": ("Turku",),
    "Inland Finland Police": ("Tampere",),
}

K, R, C = Programme.Kind, ReferralKind, Programme.Capacity


class Offer(NamedTuple):
    name: str
    kind: str
    accepts: tuple[str, ...]
    districts: tuple[str, ...]
    capacity: str
    places: int | None
    description: str
    share: float  # of simulated participants
    hazard: float  # of re-arrest, times that of people like them: 1 is no effect
    youth: bool = False


NGOS: dict[str, tuple[Offer, ...]] = {
    "Sininauhaliitto": (
        Offer("Counselling instead of imprisonment", K.DIVERSION, (R.ARREST_DIVERSION, R.COURT, R.SELF), ("Helsinki", *SUBURBS), C.OPEN, 6,
              "Counselling and voluntary treatment for first-time offenders caught with small amounts. Six to twelve sessions.", 0.20, 0.60),
        Offer("Risk workshops", K.AWARENESS, (R.ARREST_DIVERSION, R.SOCIAL_CONTACT, R.NGO_TO_NGO), ("Helsinki",), C.OPEN, 20,
              "Three evenings on risks, law and ways out, in a group.", 0.08, 1.0),
    ),
    "A-Clinic Foundation": (
        Offer("Diversion pilot", K.DIVERSION, (R.ARREST_DIVERSION, R.COURT), ("Helsinki", "Vantaa", "Espoo"), C.ASSESSMENT_FIRST, 4,
              "Assessment, counselling and a statement to the court: rehabilitation weighs as mitigation.", 0.14, 0.75),
        Offer("Opioid agonist treatment", K.REHABILITATION, (R.NGO_TO_NGO, R.SELF, R.SOCIAL_CONTACT), ("Helsinki", "Espoo"), C.WAITING_LIST, None,
              "Medication with psychosocial support.", 0.08, 0.80),
    ),
    "Päihdelinkki": (
        Offer("Early intervention for young people", K.YOUTH, (R.ARREST_DIVERSION, R.SOCIAL_CONTACT, R.SCHOOL_OR_GUARDIAN), ("Turku",), C.OPEN, 8,
              "At-risk young people, 13 to 24, met early, with their family. Under 18 with a guardian's consent.", 0.10, 0.55, youth=True),
        Offer("Peer mentoring", K.MENTORING, (R.SOCIAL_CONTACT, R.NGO_TO_NGO, R.SELF), ("Turku",), C.OPEN, 5,
              "A trained mentor for a year.", 0.06, 1.0),
    ),
    "Finnish Red Cross": (
        Offer("Legal aid and alternative sentencing", K.LEGAL_AID, (R.ARREST_DIVERSION, R.COURT, R.NGO_TO_NGO, R.SELF), ("Helsinki", "Turku", "Tampere"), C.OPEN, 12,
              "Advice and representation for minor possession.", 0.10, 1.0),
    ),
    "Viva Finland": (
        Offer("Peer support groups", K.PEER_SUPPORT, (R.SOCIAL_CONTACT, R.NGO_TO_NGO, R.SELF), ("Tampere", "Helsinki"), C.OPEN, 15,
              "Weekly groups led by trained peers together with a professional.", 0.12, 0.50),
        Offer("Vocational training and reintegration", K.VOCATIONAL, (R.NGO_TO_NGO, R.SELF), ("Tampere",), C.CLOSED, 0,
              "Study, work trial and housing after treatment.", 0.06, 0.90),
    ),
    "European Prevention Network": (
        Offer("Training of police and social workers", K.AWARENESS, (R.NGO_TO_NGO,), ("Helsinki",), C.OPEN, None,
              "Courses and exchange across borders; takes no individual clients.", 0.0, 1.0),
    ),
    "Helsinki Suburbs Together": (
        Offer("Neighbourhood mentors", K.COMMUNITY, (R.ARREST_DIVERSION, R.SOCIAL_CONTACT, R.NGO_TO_NGO, R.SELF), SUBURBS, C.OPEN, 9,
              "Workshops, recreation and a mentor from the neighbourhood.", 0.06, 0.70),
    ),
}  # fmt: skip

OFFICE_HOURS = {day: (time(9), time(16)) for day in range(1, 6)}
EVENINGS = {day: (time(15), time(20)) for day in (1, 3, 4)}
EVERY_DAY = {day: (time(8), time(21)) for day in range(1, 8)}


class Address(NamedTuple):
    street: str  # empty: confidential
    postal_code: str
    city: str
    hours: dict[int, tuple[time, time]]
    languages: tuple[str, ...] = ("fi", "sv")


ADDRESSES: dict[str, Address] = {
    "Counselling instead of imprisonment": Address("Esimerkkikatu 1", "00500", "Helsinki", OFFICE_HOURS, ("fi", "sv", "en")),
    "Opioid agonist treatment": Address("Mallikuja 4", "00530", "Helsinki", EVERY_DAY),
    "Early intervention for young people": Address("Esimerkinpolku 7", "20100", "Turku", EVENINGS),
    "Peer support groups": Address("", "", "Tampere", EVENINGS, ("fi", "en", "ru")),
    "Legal aid and alternative sentencing": Address("Mallikatu 12", "00100", "Helsinki", OFFICE_HOURS, ("fi", "sv", "en", "so")),
    "Neighbourhood mentors": Address("Esimerkkiaukio 2", "00940", "Helsinki", EVENINGS, ("fi", "so", "ar")),
}  # fmt: skip
"""Programme → where it is found, and when. Streets that there are not."""

COORDINATION = "Partnership Office"
AUTHORITIES = {
    "Southern Finland Prosecution District": Partner.Kind.PROSECUTOR,
    "Helsinki District Court": Partner.Kind.COURT,
}
PRISONS = {"Southern Finland Prison and Probation": Partner.Kind.PRISON}
SERVICES = {"Helsinki Social Services": Partner.Kind.SOCIAL, "Helsinki Youth Services": Partner.Kind.YOUTH}

# Name, programme, days ago, series, pilot districts, comparison districts.
INTERVENTIONS = (
    (
        "Turku campaign with the police",
        "Early intervention for young people",
        900,
        "drug",
        ("Turku",),
        ("Tampere", "Espoo"),
    ),
    ("Neighbourhood mentors in the suburbs", "Neighbourhood mentors", 800, "drug", SUBURBS, ("Vantaa", "Espoo")),
)
# In its own words, where it is said; what it is about, by name; measure, change in per cent, months.
CLAIMS: tuple[tuple[str, str, dict[str, str], str, int | None, int | None], ...] = (
    (
        "Fewer first-time offenders are imprisoned",
        "Annual report of the legal aid, simulated",
        {"programme": "Legal aid and alternative sentencing"},
        "else",
        None,
        None,
    ),
    (
        "Drug arrests fall where the campaign runs",
        "Speech at the campaign’s opening, simulated",
        {"intervention": "Turku campaign with the police"},
        "drug_arrests",
        None,
        None,
    ),
    (
        "Local drug crime is 30 % lower over five years",
        "Application of the suburbs, simulated",
        {"district": SUBURBS[0]},
        "drug_arrests",
        -30,
        60,
    ),
    (
        "Half as many return to drugs within two years",
        "Leaflet of the peer groups, simulated",
        {"programme": "Peer support groups"},
        "drug",
        -50,
        24,
    ),
    (
        "Recidivism is 40 % lower over three years",
        "Application to the city, simulated",
        {"programme": "Counselling instead of imprisonment"},
        "any",
        -40,
        36,
    ),
)
COHORTS: dict[str, dict[str, Any]] = {
    "Women": {"sexes": ["female"]},
    "First-time, small amounts": {"history": "first_time", "offence_groups": ["personal"]},
    "Under 25 in Helsinki and its suburbs": {"ages": ["0-17", "18-24"], "referral_kinds": ["arrest_diversion"]},
}

PEOPLE_WHO_SIGN_IN: tuple[tuple[str, str, str, Role, bool], ...] = (
    ("caseworker@demo.example", "Aino Lehto", "Sininauhaliitto", Role.CASEWORKER, False),
    ("manager@demo.example", "Markku Rantala", "Sininauhaliitto", Role.CASE_MANAGER, True),
    ("turku@demo.example", "Elina Salonen", "Päihdelinkki", Role.CASEWORKER, True),
    ("aclinic@demo.example", "Sofia Lindqvist", "A-Clinic Foundation", Role.CASE_MANAGER, True),
    ("redcross@demo.example", "Johan Berg", "Finnish Red Cross", Role.CASE_MANAGER, True),
    ("viva@demo.example", "Pekka Ojala", "Viva Finland", Role.CASE_MANAGER, True),
    ("network@demo.example", "Claire Dubois", "European Prevention Network", Role.CASE_MANAGER, True),
    ("suburbs@demo.example", "Fatima Hassan", "Helsinki Suburbs Together", Role.CASE_MANAGER, True),
    ("liaison@demo.example", "Timo Virtanen", "Helsinki Police", Role.POLICE_LIAISON, True),
    ("turku-police@demo.example", "Kaisa Nieminen", "Southwest Finland Police", Role.POLICE_LIAISON, True),
    ("data@demo.example", "Riikka Koskinen", "Helsinki Police", Role.POLICE_DATA_OFFICER, False),
    ("prosecutor@demo.example", "Outi Hakala", "Southern Finland Prosecution District", Role.COURT_OFFICER, True),
    ("court@demo.example", "Mikael Strand", "Helsinki District Court", Role.COURT_OFFICER, True),
    ("prison@demo.example", "Kirsi Aalto", "Southern Finland Prison and Probation", Role.COURT_OFFICER, True),
    ("social@demo.example", "Leena Vainio", "Helsinki Social Services", Role.PROFESSIONAL, True),
    ("youth@demo.example", "Jere Lampinen", "Helsinki Youth Services", Role.PROFESSIONAL, True),
    ("coordinator@demo.example", "Helena Mattila", COORDINATION, Role.COORDINATOR, True),
    ("auditor@demo.example", "Lars Holm", COORDINATION, Role.AUDITOR, False),
)

PRACTICES = {
    "aclinic@demo.example": [Practice.CONTACTS, Practice.TIPS, Practice.FAMILIES],
    "manager@demo.example": [
        Practice.PROTECTION,
        Practice.PHASES,
        Practice.BEDS,
        Practice.MEDIATION,
        Practice.FELLOWSHIPS,
        Practice.MENTORING,
        Practice.CALL_INS,
        Practice.TIPS,
        Practice.GRANTS,
        Practice.CUSTODY,
    ],
    "coordinator@demo.example": [Practice.GRANTS, Practice.PLACEMENTS],
    "viva@demo.example": [Practice.PLACEMENTS],
    "redcross@demo.example": [Practice.LEGAL],
    "liaison@demo.example": [
        Practice.ANCHOR,
        Practice.MEDIATION,
        Practice.PROTECTION,
        Practice.CALL_INS,
        Practice.TIPS,
    ],
    "prosecutor@demo.example": [Practice.MEDIATION],
    "prison@demo.example": [Practice.CUSTODY],
    "social@demo.example": [Practice.ANCHOR],
    "youth@demo.example": [Practice.ANCHOR],
}
"""Who manages a partner → the practices that it uses."""

FIRST_NAMES = {
    "female": [
        "Anna",
        "Maria",
        "Helena",
        "Johanna",
        "Kaarina",
        "Emilia",
        "Sofia",
        "Laura",
        "Elina",
        "Noora",
        "Iida",
        "Ella",
        "Aada",
        "Venla",
        "Hanna",
        "Minna",
        "Tiina",
        "Päivi",
        "Sari",
        "Jenna",
    ],
    "male": [
        "Juhani",
        "Mikael",
        "Johannes",
        "Matti",
        "Antti",
        "Ville",
        "Jussi",
        "Teemu",
        "Eetu",
        "Leo",
        "Onni",
        "Elias",
        "Oskari",
        "Sami",
        "Mika",
        "Petri",
        "Janne",
        "Toni",
        "Kalle",
        "Aleksi",
    ],
}
LAST_NAMES = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Mäkelä",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Koskinen",
    "Järvinen",
    "Lehtonen",
    "Lehtinen",
    "Saarinen",
    "Salminen",
    "Heinonen",
    "Niemi",
    "Heikkilä",
    "Kinnunen",
    "Salonen",
    "Turunen",
    "Salo",
    "Laitinen",
    "Tuominen",
    "Rantanen",
    "Karjalainen",
    "Jokinen",
    "Mattila",
    "Savolainen",
    "Lahtinen",
    "Ahonen",
    "Nyman",
    "Lindholm",
    "Karlsson",
    "Johansson",
    "Eriksson",
    "Hassan",
    "Nguyen",
    "Ivanova",
    "Ali",
    "Petrov",
]
