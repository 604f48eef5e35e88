"""Templates read as outlines, and what a piece encloses reaches the page as it was written."""

from __future__ import annotations

from pathlib import Path

from django.template import Context, Template

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
LONGEST_LINE = 120


def test_no_line_is_longer_than_a_screen():
    too_long = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert too_long == []


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_links_in_a_piece_stay_links():
    link = '<a href="/somewhere/">There</a>'
    for name, inputs in [("page_head", 'title="T"'), ("fact", 'name="N"'), ("blank", 'title="T" symbol="send"')]:
        assert link in rendered(f"{{% {name} {inputs} %}} {link} {{% end{name} %}}"), name


def test_what_somebody_typed_is_escaped_in_a_piece():
    typed = "<script>alert(1)</script>"
    for name, inputs in [("page_head", "title=typed"), ("fact", "name=typed"), ("blank", 'title=typed symbol="send"')]:
        assert "<script>" not in rendered(f"{{% {name} {inputs} %}} {{{{ typed }}}} {{% end{name} %}}", typed=typed), (
            name
        )
