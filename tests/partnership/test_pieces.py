"""Pieces of pages: what they enclose is markup, what they are given is text; a verb posts, and asks before."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def on_a_page(source: str, **inputs: object) -> str:
    context = Context(inputs)
    context.request = RequestFactory().get("/")  # type: ignore[attr-defined]
    return Template(source).render(context)


@pytest.mark.parametrize(
    "source",
    [
        "{% page_head title=name lead=name tag=name %}<i>in</i>{% endpage_head %}",
        "{% card title=name %}<i>in</i>{% endcard %}",
        "{% facts %}<i>in</i>{{ name }}{% endfacts %}",
        "{% fact name=name %}<i>in</i>{% endfact %}",
        "{% table label=name %}<i>in</i>{% endtable %}",
        '{% blank title=name symbol="eye" %}<i>in</i>{% endblank %}',
    ],
)
def test_what_a_piece_encloses_is_markup_and_what_it_is_given_is_text(source):
    page = rendered(source, name="<b>Anchor & Co</b>")
    assert "<i>in</i>" in page
    assert "&lt;b&gt;Anchor &amp; Co&lt;/b&gt;" in page
    assert "<b>" not in page


def test_a_heading_without_actions_has_no_empty_place_for_them():
    assert "actions" not in rendered("{% page_head title='A' %}\n  {% if no %}x{% endif %}\n{% endpage_head %}")


def test_a_verb_posts_with_its_token_and_says_what_it_is_done_to():
    source = '{% verb "guide" label="Show" about=guide name="show" value="1" %}'
    button = on_a_page(source, guide="<Guide>")
    assert 'method="post" action="/guide/"' in button
    assert 'name="csrfmiddlewaretoken" value="' in button
    assert 'name="show" value="1"' in button
    assert 'Show<span class="visually-hidden">: &lt;Guide&gt;</span>' in button
    assert "<details" not in button


def test_a_verb_that_can_not_be_undone_asks_before():
    button = on_a_page('{% verb "guide" label="Delete" confirm="Really?" %}')
    assert button.index("<summary") < button.index("Really?") < button.index("<form")
    assert 'name="csrfmiddlewaretoken" value="' in button


def test_a_form_in_a_piece_that_is_given_its_inputs_only_has_a_token_too():
    """Django's own tag writes none there: the browser's form was refused, the tests' client asks for none."""
    assert "csrfmiddlewaretoken" in on_a_page('{% include "pages/verb_form.html" with action="/" only %}')
