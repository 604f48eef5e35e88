"""What is published of a programme's evidence: its words in each language, frozen as its partner agreed to them."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils import translation

from metrics.evidence.sections import evidence_of
from metrics.recidivism.words import release_name
from metrics.runs.models import Run
from partnership.isolation.acting import Acting
from partnership.pages.template_tags import day
from programs.catalogue.models import Programme


def content_of(acting: Acting, programme: Programme, run: Run) -> dict[str, dict[str, Any]]:
    """Language → title, release, headline and sections. Arrests and overdoses are those of the release as well, so that the same
    release gives the same words; what it costs is its organisation's own."""
    content: dict[str, dict[str, Any]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            evidence = evidence_of(acting, programme, run, newest=run, with_costs=False)
            content[language] = {
                "title": programme.local_name,
                "release": release_name(run),
                "complete_through": day(evidence.rests_on.complete_through)
                if evidence.rests_on.complete_through
                else "",
                "headline": evidence.headline,
                "sections": evidence.sections,
            }
    # As the database gives it back, so that both can be compared.
    frozen: dict[str, dict[str, Any]] = json.loads(json.dumps(content))
    return frozen
