"""Which practices a partner uses."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.policies import OWN, everybody_reads
from partnership.members.models import Partner


class Practice(models.TextChoices):
    """What some partners do and others don't; each has a room of its own, and an entry of the menu."""

    CONTACTS = "contacts", _("Low-threshold contacts")
    PROTECTION = "protection", _("Protection from trafficking")
    ANCHOR = "anchor", _("Anchor team")
    # Of the same codes as the parts of a programme that need them.
    PHASES = "phases", _("Phases, responses and reviews")
    BEDS = "beds", _("Beds and stays")
    LEGAL = "legal", _("Legal matters")
    MEDIATION = "mediation", _("Mediation")
    FELLOWSHIPS = "fellowships", _("Fellowships with stipends")
    CALL_INS = "call_ins", _("Call-ins")
    GRANTS = "grants", _("Grants and cost")
    TIPS = "tips", _("Tips from the public")
    CUSTODY = "custody", _("Support in custody and the way out")
    FAMILIES = "families", _("Family sessions and parenting groups")
    PLACEMENTS = "placements", _("Placements with employers")
    MENTORING = "mentoring", _("Mentors and pairs")


FOR: dict[str, tuple[str, ...]] = {
    Practice.CONTACTS: (Partner.Kind.NGO, Partner.Kind.HEALTH),
    Practice.ANCHOR: (Partner.Kind.POLICE, Partner.Kind.SOCIAL, Partner.Kind.YOUTH, Partner.Kind.HEALTH),
    Practice.PROTECTION: (
        Partner.Kind.NGO,
        Partner.Kind.SOCIAL,
        Partner.Kind.YOUTH,
        Partner.Kind.HEALTH,
        Partner.Kind.SCHOOL,
        Partner.Kind.POLICE,
    ),
    Practice.PHASES: (Partner.Kind.NGO, Partner.Kind.HEALTH),
    Practice.BEDS: (Partner.Kind.NGO, Partner.Kind.HEALTH),
    Practice.LEGAL: (Partner.Kind.NGO,),
    Practice.MEDIATION: (Partner.Kind.NGO, Partner.Kind.POLICE, Partner.Kind.PROSECUTOR, Partner.Kind.COURT),
    Practice.FELLOWSHIPS: (Partner.Kind.NGO,),
    Practice.CALL_INS: (Partner.Kind.NGO, Partner.Kind.POLICE),
    Practice.GRANTS: (
        Partner.Kind.NGO,
        Partner.Kind.HEALTH,
        Partner.Kind.SCHOOL,
        Partner.Kind.SOCIAL,
        Partner.Kind.YOUTH,
        Partner.Kind.COORDINATION,
    ),
    Practice.TIPS: (
        Partner.Kind.NGO,
        Partner.Kind.POLICE,
        Partner.Kind.COORDINATION,
        Partner.Kind.SOCIAL,
        Partner.Kind.YOUTH,
        Partner.Kind.HEALTH,
        Partner.Kind.SCHOOL,
    ),
    Practice.FAMILIES: (Partner.Kind.NGO, Partner.Kind.HEALTH, Partner.Kind.SOCIAL, Partner.Kind.YOUTH),
    Practice.PLACEMENTS: (Partner.Kind.NGO, Partner.Kind.COORDINATION),
    Practice.MENTORING: (Partner.Kind.NGO, Partner.Kind.SOCIAL, Partner.Kind.YOUTH, Partner.Kind.SCHOOL),
    Practice.CUSTODY: (Partner.Kind.NGO, Partner.Kind.HEALTH, Partner.Kind.SOCIAL, Partner.Kind.PRISON),
}
"""Practice → the kinds of partner that can use it."""
ABOUT = {
    Practice.CONTACTS: _("Syringes, naloxone, tests and advice, counted without names."),
    Practice.PROTECTION: _("Signs of trafficking, whom to call first, and records that only named people open."),
    Practice.PHASES: _("A treatment court’s way: phases, incentives and sanctions, reviews."),
    Practice.BEDS: _("Who is in which bed, until when, and how full the house is."),
    Practice.LEGAL: _("Matters, hearings and decisions; notes are the lawyer’s alone."),
    Practice.MEDIATION: _("A meeting with those harmed, and what an authority learns of it."),
    Practice.FELLOWSHIPS: _("A mentor, milestones, and a stipend that two people decide on."),
    Practice.CALL_INS: _("Police and a service speak to invited people together, and offer help."),
    Practice.GRANTS: _("Who pays for what until when, what was spent, and what help costs."),
    Practice.TIPS: _("Anybody tells you something without saying who they are; you answer by a code."),
    Practice.FAMILIES: _("Relatives as clients in their own right, sessions together, and parents counted by heads."),
    Practice.MENTORING: _("Checked mentors, whom they suit, and pairs that have gone quiet."),
    Practice.CUSTODY: _("Visits inside, the day of release, and who meets the person in the first days."),
    Practice.PLACEMENTS: _("Employers who take people in, and who is at work with whose consent."),
    Practice.ANCHOR: _("Police, social work, health and youth work around one young person."),
}
"""Practice → what it is, in a sentence."""


class PracticeInUse(models.Model):
    """A practice that a partner uses. Everybody sees it, as what a partner does is no secret."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="practices")
    practice = models.CharField(_("practice"), max_length=20, choices=Practice)

    class Meta:
        ordering = ["practice"]
        verbose_name = _("practice in use")
        constraints = [
            models.UniqueConstraint(fields=["partner", "practice"], name="practice_in_use_once"),
            *everybody_reads(OWN, jobs=""),
            Recorded(record="partner", partners=["partner_id"], number="partner_id", leaves_out=["id", "partner_id"]),
        ]

    def __str__(self) -> str:
        return self.get_practice_display()
