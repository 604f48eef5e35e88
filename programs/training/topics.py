"""What courses are about, as data: the chapters of the European Prevention Curriculum, and what partners teach each other besides.

The curriculum's text is not here. A topic that was read at its source is `verified`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CURRICULUM = "European Prevention Curriculum, handbook (2019)"
"""https://www.euda.europa.eu/best-practice/european-prevention-curriculum"""
OURS = ""
"""The partnership's own: there is no source to check."""


@dataclass(frozen=True)
class Topic:
    """A topic. `source`: where it was read, empty for the partnership's own; `verified`: whether it was read there."""

    code: str
    label: str | Promise
    source: str
    verified: bool


TOPICS: dict[str, Topic] = {
    topic.code: topic
    for topic in (
        Topic("epidemiology", _("Extent and nature of drug use"), CURRICULUM, True),
        Topic("prevention_science", _("Foundations of prevention science"), CURRICULUM, True),
        Topic("interventions", _("Evidence-based interventions and policies"), CURRICULUM, True),
        Topic("evaluation", _("Monitoring and evaluation"), CURRICULUM, True),
        Topic("family", _("Prevention in families"), CURRICULUM, True),
        Topic("school_and_work", _("Prevention in schools and at work"), CURRICULUM, True),
        Topic("environment", _("Environmental prevention"), CURRICULUM, True),
        Topic("media", _("Prevention by media"), CURRICULUM, True),
        Topic("community", _("Prevention in the community"), CURRICULUM, True),
        Topic("advocacy", _("Speaking up for prevention"), CURRICULUM, True),
        Topic("working_together", _("Police and organisations working together"), OURS, True),
        Topic("drugs_and_law", _("Drugs and the law, for lessons"), OURS, True),
        Topic("overdose", _("Overdoses and naloxone"), OURS, True),
    )
}
CHOICES = [(topic.code, topic.label) for topic in TOPICS.values()]
