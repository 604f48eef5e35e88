"""Referrals of a list whom a search text means, as far as the searcher sees who they are."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.people import identity_code, name_search
from cases.people.models import RegisterTooLarge
from referrals.handover.models import Disclosure


def named(rows: Any, text: str) -> Any:
    """The referrals of these rows by their number, or by who they disclose: name as people type it, date of birth, identity code,
    phone. The database shows the disclosures that are open to the searcher, the others are not found by name.

    Raises RegisterTooLarge where there are too many to look at.
    """
    number = re.fullmatch(r"#?(\d{1,12})", text)
    if number and len(number[1]) < name_search.FROM_DIGITS:
        return rows.filter(pk=int(number[1]))
    known = Disclosure.objects.filter(referral__in=rows.order_by().values("pk"))
    fields = ("referral", "first_names", "last_name", "born_on", "identity_code", "phone")
    disclosed = list(known.values_list(*fields)[: name_search.MOST_PEOPLE + 1])
    if len(disclosed) > name_search.MOST_PEOPLE:
        raise RegisterTooLarge(_("The list is too long to look through by name: narrow the filters first."))
    try:
        code = identity_code.parse(text).text
    except ValidationError:
        code = ""
    if code:
        return rows.filter(pk__in=[each[0] for each in disclosed if each[4] == code])
    if phone := name_search.phone_of(text):
        return rows.filter(pk__in=[each[0] for each in disclosed if name_search.is_phone(phone, each[5] or "")])
    typed = name_search.understood(text)
    if typed.born_on:
        disclosed = [each for each in disclosed if each[3] == typed.born_on]
    elif typed.birth_year:
        disclosed = [each for each in disclosed if each[3] and each[3].year == typed.birth_year]
    if not typed.words:
        numbers = [each[0] for each in disclosed] if typed.born_on or typed.birth_year else []
    else:
        numbers = name_search.matching(((each[0], each[1] or "", each[2] or "") for each in disclosed), typed.words)
    return rows.filter(pk__in=numbers)
