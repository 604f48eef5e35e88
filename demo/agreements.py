"""The demo's agreements: what may flow under each, and two renewals on their way through the approvals of their parties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from demo import places
from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement, AgreementVersion, ApprovalStep, DataFlow
from partnership.isolation.acting import Acting
from partnership.members.models import Partner

C, P = DataFlow.Category, DataFlow.Purpose
POLICE, NGO = Partner.Kind.POLICE, Partner.Kind.NGO
Flows = list[tuple[str, str, str, list[str]]]
"""From and to which kind of partner (empty: any party), for which purpose, which data."""

DIVERSION: Flows = [
    (POLICE, NGO, P.DIVERSION, [C.IDENTITY, C.CONTACT, C.SITUATION]),
    (NGO, POLICE, P.DIVERSION, [C.SITUATION]),
    (NGO, POLICE, P.FOLLOW_UP, [C.IDENTITY, C.ATTENDANCE, C.OUTCOME]),
    (NGO, POLICE, P.PROTECTION, [C.IDENTITY]),
    (POLICE, NGO, P.FOLLOW_UP, [C.DECISION]),
]
AMONG_NGOS: Flows = [
    ("", "", P.DIVERSION, [C.IDENTITY, C.CONTACT, C.SITUATION]),
    ("", "", P.FOLLOW_UP, [C.ATTENDANCE, C.OUTCOME]),
]
DECIDING: Flows = [
    (POLICE, "", P.DIVERSION, [C.IDENTITY, C.OUTCOME]),
    ("", POLICE, P.FOLLOW_UP, [C.DISPOSAL]),
]
STATEMENTS: Flows = [
    (NGO, "", P.FOLLOW_UP, [C.IDENTITY, C.SITUATION, C.ATTENDANCE, C.OUTCOME]),
    ("", NGO, P.DIVERSION, [C.IDENTITY, C.CONTACT, C.SITUATION]),
    ("", NGO, P.FOLLOW_UP, [C.DISPOSAL]),
]
OUT_OF_PRISON: Flows = [
    (Partner.Kind.PRISON, NGO, P.DIVERSION, [C.IDENTITY, C.CONTACT, C.SITUATION]),
    (NGO, Partner.Kind.PRISON, P.FOLLOW_UP, [C.ATTENDANCE, C.OUTCOME]),
]
ANCHOR: Flows = [("", "", P.PROTECTION, [C.IDENTITY, C.SITUATION])]


def agree(
    by: Acting,
    agreement: Agreement,
    parties: Iterable[Partner],
    flows: Flows,
    days: tuple[date, date | None],
    summary: str = "",
) -> Agreement:
    """An agreement whose first version was signed before the portal: in force on these days."""
    agreement = agreements.save_agreement(by=by, agreement=agreement, parties=parties)
    version = AgreementVersion(agreement=agreement, valid_from=days[0], valid_to=days[1], summary=summary)
    version = agreements.draft_version(by=by, version=version)
    for from_kind, to_kind, purpose, categories in flows:
        agreements.name_flows(
            by=by, version=version, from_kind=from_kind, to_kind=to_kind, purpose=purpose, categories=categories
        )
    agreements.record_signed(by=by, version=version)
    return Agreement.objects.get(pk=agreement.pk)


def all_of_them(by: Acting, partners: dict[str, Partner], today: date) -> dict[int, Agreement]:
    """One agreement an NGO with all police units, by the NGO's number; and the others. One ends soon, one has ended."""
    police = [p for p in partners.values() if p.kind == POLICE]
    ngos = [p for p in partners.values() if p.kind == NGO]

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    with_police = {}
    for number, ngo in enumerate(ngos):
        with_police[ngo.pk] = agree(
            by,
            Agreement(title=f"Referrals between the police and {ngo.name}"),
            [*police, ngo],
            DIVERSION,
            (ago(365 * 8), today + timedelta(days=40 + 200 * number)),
            "Diversion and referral to voluntary services, and how they turned out.",
        )
    promise = {"days_to_acknowledge": 3, "days_to_accept": 10}
    agree(by, Agreement(title="Referrals among the NGOs", **promise), ngos, AMONG_NGOS, (ago(900), None))
    deciding = [partners[name] for name in places.AUTHORITIES]
    agree(
        by,
        Agreement(title="Decisions on diversions", legal_basis=Agreement.LegalBasis.LEGAL_OBLIGATION),
        [*police, *deciding],
        DECIDING,
        (ago(700), None),
        "That the prosecutor or court decides on a diversion.",
    )
    statements = Agreement(title="Statements and referrals of prosecutor and court")
    agree(by, statements, [*deciding, *ngos], STATEMENTS, (ago(700), None))
    prisons = [partners[name] for name in places.PRISONS]
    release = Agreement(title="Out of prison with somebody at the gate")
    agree(
        by,
        release,
        [*prisons, *ngos],
        OUT_OF_PRISON,
        (ago(400), None),
        "To meet people inside and in their first days outside.",
    )
    services = [partners[name] for name in places.SERVICES]
    social = Agreement(title="Referrals of social and youth services")
    agree(by, social, [*services, *ngos], AMONG_NGOS, (ago(500), None))
    agree(
        by,
        Agreement(title="Anchor team Helsinki"),
        [partners["Helsinki Police"], *services],
        ANCHOR,
        (ago(500), None),
        "To work together around a young person, by their consent.",
    )
    pilot = [partners["Helsinki Police"], partners["Sininauhaliitto"]]
    agree(by, Agreement(title="Pilot agreement"), pilot, DIVERSION, (ago(1500), ago(700)))
    return with_police


def renewals(by: Acting, chief: Acting, manager: Acting, clinic: Acting, today: date) -> None:
    """The agreement of the police with the manager's NGO waits for its data protection, late; that among the NGOs came back once."""
    agreement = Agreement.objects.get(title=f"Referrals between the police and {manager.partner.name}")
    version = _renewal(by, agreement, today + timedelta(days=41), "As before; attendance is kept for two years.")
    steps = ((chief, "legal", 1), (manager, "data_protection", 2), (chief, "command", 3), (manager, "signature", 4))
    for acting, what, position in steps:
        agreements.plan_step(by=by, version=version, partner=acting.partner, what=what, position=position)
    agreements.ask_approval(by=by, version=version)
    _answer(chief, version, "legal", 33, 12)
    ApprovalStep.objects.filter(version=version, what="data_protection").update(
        asked_at=timezone.now() - timedelta(days=21), due_at=timezone.now() - timedelta(days=7)
    )
    among = Agreement.objects.get(title="Referrals among the NGOs")
    second = _renewal(by, among, today + timedelta(days=20), "With how we hand over messages at night.")
    for acting, what in ((clinic, "legal"), (manager, "board")):
        agreements.plan_step(by=by, version=second, partner=acting.partner, what=what)
    agreements.ask_approval(by=by, version=second)
    _answer(clinic, second, "legal", 20, 6)
    _answer(manager, second, "board", 20, 17, "returned", "Say who reads messages at night.")


def _renewal(by: Acting, agreement: Agreement, valid_from: date, summary: str) -> AgreementVersion:
    version = AgreementVersion(
        agreement=agreement,
        valid_from=valid_from,
        valid_to=valid_from + timedelta(days=3 * 365),
        summary=summary,
        assessed_on=valid_from - timedelta(days=100),
        assessed_by="Data-protection officer",
    )
    return agreements.draft_version(by=by, version=version)


def _answer(
    by: Acting,
    version: AgreementVersion,
    what: str,
    days_ago: int,
    took: int,
    decision: str = "approved",
    words: str = "",
) -> None:
    """As if the step had been asked so many days ago, and answered after `took` days."""
    asked = timezone.now() - timedelta(days=days_ago)
    ApprovalStep.objects.filter(version=version, what=what, asked_at__isnull=False, decision="").update(
        asked_at=asked,
        due_at=asked + timedelta(days=14),
        decision=decision,
        words=words,
        decided_at=asked + timedelta(days=took),
        decided_by=by.user,
    )
