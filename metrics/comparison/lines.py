"""Comparisons as lines of a forest plot, for pages, files and reports."""

from __future__ import annotations

from metrics.comparison import words
from metrics.comparison.models import ComparisonResult
from metrics.figures.forest import Line
from metrics.recidivism import words as recidivism_words


def line_of(comparison: ComparisonResult, label: str = "") -> Line:
    """A comparison as a line; `label`: what stands before it, its group by itself."""
    difference, lower, upper = (
        None if value is None else 100 * value
        for value in (comparison.difference, comparison.difference_lower, comparison.difference_upper)
    )
    verdict = recidivism_words.in_sentence(comparison.verdict.label)
    said = ", ".join(filter(None, [verdict, words.cell(recidivism_words.numbers(comparison))]))
    name = label or words.short_name(comparison.group)
    return Line(name, said, comparison.verdict.value, difference, lower, upper)
