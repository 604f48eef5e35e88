"""What can be done with end reports: sending one to who referred the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assessments.models import Assessment
from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment, Goal
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Partner
from referrals.end_reports import events
from referrals.end_reports.models import EndReport
from referrals.handover.actions import NoAgreement, NoConsent
from referrals.handover.models import Referral

WITHOUT_SCORES = (Partner.Kind.POLICE, Partner.Kind.PROSECUTOR, Partner.Kind.COURT, Partner.Kind.PRISON)
"""Who learns counts alone, whatever the person consents to: the content of treatment never reaches them."""


class NoReport(RuleError):
    """The end report is not written yet. Say first of each goal what became of it."""

    code = "no_report"


class NobodyReferred(RuleError):
    """Nobody referred the person to this participation. There is nobody to tell: keep the end report in your own organisation."""

    code = "nobody_referred"


class NoScoresForThem(RuleError):
    """Police, prosecutors, courts and prisons learn how many goals were achieved, and no scores. Send it without scores."""

    code = "no_scores_for_them"


def referral_of(enrolment: Enrolment) -> Referral | None:
    """The referral of another partner that led to the participation."""
    led_here = Referral.objects.filter(enrolment=enrolment, to_partner=enrolment.partner_id)
    return led_here.exclude(from_partner=enrolment.partner_id).select_related("from_partner").order_by("-id").first()


def scores_to_show(enrolment: Enrolment) -> dict[str, dict[str, Any]]:
    """By instrument with a total: the first and the latest, and their days."""
    scores: dict[str, dict[str, Any]] = {}
    for assessment in Assessment.objects.counted().filter(enrolment=enrolment, score__isnull=False).order_by("held_on"):
        latest = {"latest": assessment.score, "latest_on": str(assessment.held_on)}
        scores.setdefault(
            assessment.instrument, {"first": assessment.score, "first_on": str(assessment.held_on)}
        ).update(latest)
    return scores


@action("end_report.send", roles=CASEWORK_ROLES, party=Party.OWNER, scope="referrals:write", event="end_report.sent")
def send_end_report(
    *, by: Acting, enrolment: Enrolment, scores: Sequence[str], signed_on: date, **terms: Any
) -> EndReport:
    """Tells who referred the person how many goals were achieved, partly and not, and the first and latest total of the instruments
    in `scores`, by a consent of the person to just that (`signed_on` and the other `terms` of a consent).

    Raises NobodyReferred, NoReport before the end report is written, NoScoresForThem, NoAgreement, NoFlow and NoConsent.
    """
    referral = referral_of(enrolment)
    if referral is None:
        raise NobodyReferred(_("Nobody referred the person here."))
    goals = Counter(Goal.objects.counted().filter(enrolment=enrolment).values_list("result", flat=True))
    if not goals or goals[""]:
        raise NoReport(_("Write the end report first: say of each goal what became of it."))
    receiver = referral.from_partner
    if scores and receiver.kind in WITHOUT_SCORES:
        raise NoScoresForThem(
            _("%(partner)s learns how many goals were achieved, and no scores.") % {"partner": receiver}
        )
    agreement = agreement_in_force(by.partner, receiver)
    if agreement is None:
        raise NoAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": receiver}
        )
    check_flows(Category.OUTCOME, source=by.partner, target=receiver)
    consent = consents.record_consent(
        by=by,
        to_partner=receiver,
        person=enrolment.person,
        scope=Consent.Scope.IDENTITY,
        purpose=_("To tell how it ended: how many goals I reached, and the scores that I chose"),
        reports_back=False,
        signed_on=signed_on,
        **terms,
    )
    if not consent.is_valid:
        raise NoConsent(_("The consent does not cover today: look at its days."))
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    known = scores_to_show(enrolment)
    report = EndReport.objects.create(
        from_partner=by.partner,
        to_partner=receiver,
        referral=referral,
        person=enrolment.person,
        enrolment=enrolment,
        consent=consent,
        agreement=agreement,
        achieved=goals[Goal.Result.ACHIEVED],
        partly=goals[Goal.Result.PARTLY],
        not_achieved=goals[Goal.Result.NOT],
        scores={code: known[code] for code in scores if code in known},
        signed_by=by.user,
    )
    url = reverse("end_report_sent", args=[report.pk])
    announce(
        events.SENT,
        f"end_report.sent:{report.pk}",
        tell=[{"partner": receiver.pk, "roles": [str(role) for role in REFERRING_ROLES], "url": url}],
        end_report=report.pk,
    )
    return report
