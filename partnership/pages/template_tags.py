"""Tags and filters that every template has."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.actions.rights import right_called
from partnership.isolation.acting import Acting
from partnership.pages import number_format

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, css: str = "") -> SafeString:
    """An icon from the sprite; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def range_bar(
    value: float, lower: float | None, upper: float | None, ends: tuple[float, float] = (0.0, 1.0)
) -> SafeString:
    """A value and the interval around it (None: it has none), drawn on a scale between two ends. It stands beside words that say the
    same, so it is hidden from screen readers."""
    first, last = ends
    at, low, high = (
        f"{100 * (min(max(each, first), last) - first) / (last - first):.1f}"
        for each in (value, value if lower is None else lower, value if upper is None else upper)
    )
    return format_html(
        '<svg class="range-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<line class="scale" x1="0" y1="5" x2="100" y2="5"/><line class="range" x1="{}" y1="5" x2="{}" y2="5"/>'
        '<line class="at" x1="{}" y1="1" x2="{}" y2="9"/></svg>',
        low,
        high,
        at,
        at,
    )


@register.simple_tag
def help_link(name: str) -> SafeString:
    """A sign that leads to what a word means, on the page of help."""
    from partnership.pages.glossary import WORDS

    word = next(word for word in WORDS if word.name == name)
    label = _("What does “%(word)s” mean?") % {"word": word.word}
    return format_html(
        '<a class="help-link plain" href="{}#{}" aria-label="{}">{}</a>', reverse("help"), name, label, icon("help")
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed; None removes one. A change of filter starts at page one."""
    params: QueryDict = context["request"].GET.copy()
    if "after" not in changes:
        params.pop("after", None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = value
    return "?" + params.urlencode()


@register.filter
def split(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.filter
def get_item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a key that is known at run time only; None without it."""
    return mapping.get(key)


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in the reader's language; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "SHORT_DATE_FORMAT")


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time of day in Helsinki, in the reader's format; a dash for none."""
    return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT") if value else "–"


@register.filter
def to_the_second(value: datetime | None) -> str:
    """Day and time of day in Helsinki with its seconds, where reads are told apart by them; a dash for none."""
    return f"{day(value)} {date_format(timezone.localtime(value), 'H:i:s')}" if value else "–"


@register.filter
def time_left(due: datetime | None) -> str:
    """How long until a moment, or how long past it, in words."""
    if due is None:
        return ""
    seconds = (due - timezone.now()).total_seconds()
    hours, days = abs(seconds) / 3600, int(abs(seconds) // 86400)
    if days:
        amount = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    else:
        amount = (
            ngettext("%(n)d hour", "%(n)d hours", int(hours)) % {"n": int(hours)}
            if hours >= 1
            else _("less than an hour")
        )
    return _("%(time)s left") % {"time": amount} if seconds > 0 else _("%(time)s late") % {"time": amount}


@register.filter
def is_past(value: date | datetime | None) -> bool:
    """Whether a day or moment lies before now; none does not."""
    if value is None:
        return False
    return value < (timezone.now() if isinstance(value, datetime) else timezone.localdate())


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """A share of one as a percentage, in the reader's number format."""
    return "–" if value is None else number_format.percent(value, digits)


@register.filter
def signed_percent(value: float | None, digits: int = 1) -> str:
    """A share of one as a percentage that always has its sign; a dash for none."""
    return "–" if value is None else number_format.signed_percent(value, digits)


@register.filter
def p_value(value: float | None, equals: str = "") -> str:
    """A probability, never as zero; a dash for none."""
    return "–" if value is None else number_format.p_value(value, equals)


@register.filter
def whole(value: float | None) -> str:
    """A number rounded to the whole, in the reader's format; a dash for none."""
    return "–" if value is None else number_format.plain(value, 0)


@register.filter
def points(value: float | None) -> str:
    """A difference of shares in whole percentage points, without its sign; a dash for none."""
    return "–" if value is None else number_format.plain(abs(100 * value))


@register.filter
def decimal(value: float | None, digits: int = 1) -> str:
    """A number with so many digits after the point, in the reader's format; a dash for none."""
    return "–" if value is None else number_format.plain(value, digits)


@register.filter
def link_look(tags: list[str] | None) -> str:
    """The class of a link that looks like a button, from the words that the sign-in pages' library says of it."""
    if not {"prominent", "primary"}.isdisjoint(tags or ()):
        return "btn-primary"
    return "" if {"danger", "delete"}.isdisjoint(tags or ()) else "btn-danger"


@register.filter
def button_look(tags: list[str] | None) -> str:
    """The same of a button, which is the page's first unless it is said to be less."""
    if not {"outline", "link", "secondary"}.isdisjoint(tags or ()):
        return ""
    return "btn-primary" if {"danger", "delete"}.isdisjoint(tags or ()) else "btn-danger"


@register.filter
def notification_text(kind: str) -> str:
    """The sentence of an event."""
    from partnership.events.registry import text_of

    return text_of(kind)


@register.filter
def as_select(field: Any) -> SafeString:
    """A filter's field with the looks of a form."""
    widget = field.field.widget
    css = "form-select" if getattr(widget, "input_type", "") == "select" else "form-control"
    html: SafeString = field.as_widget(attrs={"class": css})
    return html


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.filter
def with_errors(forms: Any) -> list[BaseForm]:
    """Of one form, or of several (some of which a page leaves out), those that have errors."""
    several = [forms] if isinstance(forms, BaseForm) else forms or []
    return [form for form in several if form and form.errors]


@register.filter
def error_anchor(field: BoundField) -> str:
    """Where on the page a field is: itself, or the frame of a group that has no one field (choices, parts of a date)."""
    return field.id_for_label or f"div_{field.auto_id}"


def read_labels() -> dict[str, str]:
    """What can be read, in words."""
    return {
        "home": _("First page"),
        "person": _("Person"),
        "person_file": _("File of all data of a person"),
        "person_list": _("List of people"),
        "enrolment": _("Enrolment"),
        "calendar": _("Calendar"),
        "caseload": _("Caseload"),
        "task_list": _("List of tasks"),
        "request_list": _("Requests of persons"),
        "referral": _("Referral"),
        "referral_list": _("List of referrals"),
        "referral_export": _("Export of referrals"),
        "person_export": _("Export of people"),
        "caseload_export": _("Export of the caseload"),
        "diversion_export": _("Export of diversions"),
        "diversion_letter": _("Letter to a diverted person"),
        "diversion": _("Diversion"),
        "diversion_list": _("List of diversions"),
        "welfare_notice": _("Child welfare notice"),
        "welfare_list": _("List of child welfare notices"),
        "mediation": _("Mediation"),
        "mediation_list": _("List of mediations"),
        "mediation_report": _("Report of a mediation"),
        "anchor_case": _("Anchor case"),
        "anchor_list": _("List of anchor cases"),
        "statement": _("Statement"),
        "end_report": _("End report"),
        "care_team": _("Care team"),
        "care_team_list": _("Care teams"),
        "phase_board": _("Phases of a programme"),
        "bed_board": _("Beds of a programme"),
        "matter": _("Legal matter"),
        "matter_list": _("Legal matters"),
        "fellowship": _("Fellowship"),
        "fellowship_list": _("Fellowships"),
        "mentor_pair": _("Mentor pair"),
        "mentor_pair_list": _("Mentor pairs"),
        "payment_run": _("Payment run of stipends"),
        "call_in": _("Call-in"),
        "family_board": _("Families"),
        "release": _("Release from custody"),
        "release_list": _("List of releases"),
        "release_export": _("Export of releases"),
        "placement": _("Placement with an employer"),
        "placement_list": _("List of placements"),
        "placement_export": _("Export of placements"),
        "release_notice_list": _("List of releases of a prison"),
        "release_notice_export": _("Export of releases of a prison"),
        "protected_record": _("Protected record"),
        "protected_copy": _("Copy of a protected record"),
        "protected_person": _("Protection of a person"),
        "protected_notice": _("Notices of protected referrals"),
        "statement_list": _("List of statements"),
        "statement_pdf": _("Statement as PDF"),
        "consent_paper": _("Signed consent form"),
        "import_problems": _("Rejected rows of an import"),
        "request": _("Request of a person"),
        "retention_list": _("List of people past retention"),
        "calendar_feed": _("Calendar of another program"),
        "history": _("History of changes"),
        "tip": _("Tip"),
    }


@register.filter
def read_label(what: str) -> str:
    """What was read, or refused, in words; of the API by its address."""
    labels = _page_labels() | read_labels()
    return f"API: {what[4:]}" if what.startswith("api ") else labels.get(what, what)


@register.filter
def page_label(address: str) -> str:
    """The page of an address, in words, with the number of what it is about."""
    try:
        page = resolve(urlsplit(address).path)
    except Resolver404:
        return address
    label = _page_labels().get(page.url_name or "", _("Form"))
    number = page.kwargs.get("pk", "")
    return f"{label} {number}".strip()


def _page_labels() -> dict[str, str]:
    """Pages with forms, in words."""
    return read_labels() | {
        "referral_new": _("New referral"),
        "referral_edit": _("Draft of a referral"),
        "divert": _("Divert a person"),
        "person_new": _("New person"),
        "person_edit": _("Person"),
        "statement_new": _("New statement"),
        "welfare_new": _("Child welfare notice"),
        "anchor_new": _("New anchor case"),
        "mediation_offer": _("Offer mediation"),
        "task_list": _("New task"),
        "group_attendance": _("Attendance of a group"),
        "announcement_new": _("New announcement"),
        "partner_new": _("New partner"),
        "agreement_new": _("New agreement"),
        "inquiry": _("Who looked at …?"),
    }


@register.filter
def may(acting: Acting | None, name: str) -> bool:
    """Whether the user may do the action, or see the noun, of this name: what is not allowed has no button."""
    return acting is not None and right_called(name).allows(acting)
