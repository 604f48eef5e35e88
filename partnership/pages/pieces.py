"""The pieces that pages are put together from: each is a template of templates/pages/ with named inputs.

`{% card title=_("Today") %}…{% endcard %}` and its kin stand once each on /styleguide/. A title with a per cent sign must come
from `{% translate "…" as title %}`: Django's `_("…")` inside a tag doubles the sign.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


def trimmed(content: str) -> SafeString:
    """What a block encloses, which its own templates have escaped, without the blanks around it."""
    return mark_safe(content.strip())


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's hidden field, in a piece that was included with `only` its inputs too: there Django's own tag writes nothing, and the
    form is refused."""
    token = context.get("csrf_token")
    if token is None:
        token = get_token(context.request)  # type: ignore[attr-defined]
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)


@register.simple_block_tag
def page_head(
    content: str,
    title: str,
    lead: str = "",
    back: str = "",
    back_label: str = "",
    help: str = "",
    tag: str = "",
    tone: str = "",
) -> SafeString:
    """The page's h1; above it the way back, below it one line that says more, beside it a tag; it encloses the actions.

    `help` names a word of the glossary, `tone` is the tag's: good, bad, wait or calm.
    """
    inputs = {"actions": trimmed(content), "title": title, "lead": lead, "back": back, "back_label": back_label}
    return render_to_string("pages/page_head.html", inputs | {"help": help, "tag": tag, "tone": tone})


@register.simple_block_tag
def card(
    content: str, title: str = "", id: str = "", help: str = "", link: str = "", label: str = "", symbol: str = ""
) -> SafeString:
    """A frame with an h2. `help` names a word of the glossary; `link` with `label` is a small button in the header."""
    inputs = {"id": id, "title": title, "help": help, "link": link, "label": label, "symbol": symbol}
    return render_to_string("pages/card.html", inputs | {"content": content})


@register.simple_block_tag
def facts(content: str, wide: bool = False) -> SafeString:
    """A list of facts, each a `{% fact %}`. `wide` leaves room for long names."""
    return render_to_string("pages/facts.html", {"content": content, "wide": wide})


@register.simple_block_tag
def fact(content: str, name: str) -> SafeString:
    """One fact of the list: its name, and what it encloses."""
    return render_to_string("pages/fact.html", {"content": trimmed(content), "name": name})


@register.simple_block_tag
def table(content: str, label: str, css: str = "plain") -> SafeString:
    """A table in a frame that scrolls by itself on a narrow screen; `label` names it for who hears the page.

    With `css="plain cards"` each row is a block on a phone, and its cells, which have `data-label`, name their column.
    """
    return render_to_string("pages/table.html", {"content": content, "label": label, "css": css})


@register.simple_block_tag
def blank(content: str, title: str, symbol: str, link: str = "", label: str = "") -> SafeString:
    """What stands where nothing is yet: the text that it encloses says what will, and the link how to begin."""
    inputs = {"text": trimmed(content), "title": title, "symbol": symbol, "link": link, "label": label}
    return render_to_string("pages/blank.html", inputs)


@register.inclusion_tag("pages/verb.html")
def verb(
    page: str,
    *args: Any,
    label: str,
    about: str = "",
    symbol: str = "",
    look: str = "",
    confirm: str = "",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    """A button that posts to the page of this name.

    `about` says what it is done to, for who hears the page; `confirm` is a question that it asks before; `look` a class of
    buttons; `name` and `value` are posted along.
    """
    inputs = {"label": label, "about": about, "symbol": symbol, "look": look, "confirm": confirm}
    return inputs | {"name": name, "value": value, "action": reverse(page, args=args)}
