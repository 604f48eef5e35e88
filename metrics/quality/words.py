"""What is wrong with a police feed, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

PROBLEMS = {
    "late": gettext_lazy("late"),
    "missing_months": gettext_lazy("months without arrests"),
    "sudden_drops": gettext_lazy("sudden drops"),
    "uncoded": gettext_lazy("offences without a full code"),
    "rows_refused": gettext_lazy("rows refused"),
}
