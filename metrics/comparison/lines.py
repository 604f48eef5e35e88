"""A comparison as a line of a forest plot."""

from __future__ import annotations

from metrics.comparison import words
from metrics.comparison.models import ComparisonResult
from metrics.figures.forest import Line
from metrics.recidivism import words as recidivism_words


def line_of(comparison: ComparisonResult, label: str = "") -> Line:
    """The line, in percentage points; it is called by its comparison group, or by this label."""
    difference, lower, upper = (
        None if value is None else 100 * value
        for value in (comparison.difference, comparison.difference_lower, comparison.difference_upper)
    )
    verdict = recidivism_words.in_sentence(comparison.verdict.label)
    said = ", ".join(filter(None, [verdict, words.cell(recidivism_words.numbers(comparison))]))
    return Line(label or words.short_name(comparison.group), said, comparison.verdict.value, difference, lower, upper)
