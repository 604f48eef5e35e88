"""The history of one record: who changed it, when, acting for whom, from what to what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, Model, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnership.audit_trail.history import RECORDS, RecordKind
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.audit_trail.read_log import is_of_people, log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.encryption import Unreadable
from partnership.members.models import Role
from partnership.pages.guard import partner_page, pass_door
from partnership.pages.paging import page_by_key

NOTHING = "–"


class FieldChange(NamedTuple):
    """One field of a change, in words."""

    label: str
    before: str
    after: str

    @property
    def was_empty(self) -> bool:
        """Nothing stood there before: there is nothing to strike out."""
        return self.before == NOTHING


class Line(NamedTuple):
    """One change, with what the reader may see of its content (nothing of a person, for the auditor)."""

    change: RecordChange
    fields: list[FieldChange]
    labels: list[str]


@require_safe
@partner_page()
def record_history(request: PartnerRequest, record: str, pk: int) -> HttpResponse:
    """Whoever may see the record sees its history; the auditor sees that it changed."""
    kind = RECORDS.get(record)
    if kind is None:
        raise Http404
    acting = request.acting
    is_auditor = acting.role == Role.AUDITOR
    if not (is_auditor or kind.sees.allows(acting)):
        raise PermissionDenied(_("Your role does not include this."))
    changes = RecordChange.objects.filter(record=record, object_id=pk)
    # What is gone has a history for whose it was; a second party sees that of what it sees now.
    own = changes.filter(Q(partner=None) | Q(partner=acting.partner))
    if not (is_auditor or _is_theirs(kind.model, pk, acting) or own.exists()):
        raise Http404
    page = page_by_key(changes.select_related("user", "acting_for", "client"), ["-id"], request.GET.get("after", ""))
    about = [] if is_auditor or not is_of_people(kind.model) else list(kind.model._default_manager.filter(pk=pk))
    for instance in about:
        pass_door(acting, instance)
    log_read(acting, "history", pk, about, count=len(page.rows))
    contents = RecordChangeContent.objects.in_bulk([change.pk for change in page.rows])
    names = _names_of(kind.model, contents.values())
    lines = [_line(change, contents.get(change.pk), kind.model, names) for change in page.rows]
    context = {
        "page": page,
        "lines": lines,
        "title": _("History of %(record)s %(number)s") % {"record": kind.model._meta.verbose_name, "number": pk},
        "back": _address_of(kind, pk),
    }
    return render(request, "partnership/oversight/history.html", context)


def _is_theirs(model: type[Model], pk: int, acting: Acting) -> bool:
    """Whether the record is one that the acting partner sees: its own, or one to which it is a party, or everybody's."""
    columns = {field.attname for field in model._meta.concrete_fields}
    records = model._default_manager.filter(pk=pk)
    if "partner_id" in columns:
        records = records.filter(partner=acting.partner)
    elif "from_partner_id" in columns:
        records = records.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))
    return records.exists()


def _address_of(kind: RecordKind, pk: int) -> str:
    return reverse(kind.address, args=[pk]) if kind.address else ""


def _fields_of(model: type[Model]) -> dict[str, Field[Any, Any]]:
    """Column → field: the model's own, and those of its many-to-many and other tables, whose rows its history tells of as well."""
    through = [field.remote_field.through for field in model._meta.many_to_many if field.remote_field.through]
    also = [table for kind in RECORDS.values() if kind.model is model for table in kind.also]
    return {
        field.column: field
        for table in (*through, *also, model)
        for field in table._meta.concrete_fields
        if field.column
    }


def _names_of(model: type[Model], contents: Iterable[RecordChangeContent]) -> dict[type[Model], dict[int, str]]:
    """What the records are called to which changed columns point: one query a kind of record."""
    fields = _fields_of(model)
    numbers: dict[type[Model], set[int]] = {}
    for content in contents:
        for values in (content.before or {}, content.after or {}):
            for column, value in values.items():
                field = fields.get(column)
                if isinstance(field, ForeignKey) and isinstance(value, int):
                    numbers.setdefault(field.related_model, set()).add(value)
    return {
        related: {pk: str(instance) for pk, instance in related._default_manager.in_bulk(pks).items()}
        for related, pks in numbers.items()
    }


def _line(
    change: RecordChange,
    content: RecordChangeContent | None,
    model: type[Model],
    names: dict[type[Model], dict[int, str]],
) -> Line:
    fields = _fields_of(model)
    labels = [str(fields[column].verbose_name) for column in change.fields if column in fields]
    if content is None:
        return Line(change, [], labels)
    before, after = content.before or {}, content.after or {}
    told = []
    for column in change.fields:
        field = fields.get(column)
        if field is None or field.primary_key:
            continue
        was, became = (_in_words(field, values.get(column), names, content.partner_id) for values in (before, after))
        if was != became:
            told.append(FieldChange(str(field.verbose_name), was, became))
    return Line(change, told, labels)


def _in_words(field: Field[Any, Any], value: Any, names: dict[type[Model], dict[int, str]], owner: int | None) -> str:
    """A column's value as its record's page would say it. `owner`: of the record."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(field, EncryptedTextField):
        try:
            value = field.open(value, owner)
        except Unreadable:
            return _("not readable any more")
        if isinstance(value, dict):
            return "; ".join(f"{name}: {_joined(part)}" for name, part in value.items())
        return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else str(value)
    if isinstance(field, ForeignKey):
        return names.get(field.related_model, {}).get(value, f"#{value}")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    internal = field.get_internal_type()
    if internal == "DateTimeField":
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
    if internal == "DateField":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _joined(part: Any) -> str:
    """What one entry of an encrypted object says."""
    return ", ".join(str(value) for value in part.values()) if isinstance(part, dict) else str(part)
