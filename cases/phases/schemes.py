"""Phases to start from: names as data, each with where they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Scheme(NamedTuple):
    """Names of phases in order. `verified`: whether they were read at the `source`; lengths and demands were not, and are none here."""

    names: Sequence[str | Promise]
    source: str
    verified: bool


FIVE_PHASES = Scheme(
    names=(
        _("Acute stabilisation"),
        _("Clinical stabilisation"),
        _("Prosocial habilitation"),
        _("Adaptive habilitation"),
        _("Recovery management"),
    ),
    source="Teaching page “Treatment Courts: The Phase Structure”, view.genially.com/66b6382639265014dd9b838a",
    verified=True,
)
