"""Records of one register that may be of one human being: found by code, or by names and date of birth spelled alike.

Names are compared in memory; nothing of them is stored for it, and nobody else's register is looked at.
"""

from __future__ import annotations

from datetime import date
from itertools import islice

from cases.people import name_search
from cases.people.models import Person
from partnership.isolation import encryption

MOST = 5
"""More possible doubles help nobody to decide."""


def days_like(born_on: date) -> list[date]:
    """The day itself, the one with day and month changed about, and those with one other digit: as a typing error makes them."""
    digits = f"{born_on:%Y%m%d}"
    texts = {digits, digits[:4] + digits[6:] + digits[4:6]}
    texts |= {digits[:place] + digit + digits[place + 1 :] for place in range(8) for digit in "0123456789"}
    days = []
    for text in sorted(texts):
        try:
            days.append(date(int(text[:4]), int(text[4:6]), int(text[6:])))
        except ValueError:
            continue
    return days


def possible_doubles(person: Person) -> list[Person]:
    """The partner's own records that may be of the same human being as this one, the likeliest first, at most MOST.

    One with the same code is; one with another code is not. Else names spelled alike (each word of the shorter name in the longer, with
    a typing error, in any order) on the same date of birth; the same names on a date with one other digit, or day and month changed
    about; and the same first and last name where a record has no date of birth. Not those that are linked with it already.
    """
    own = Person.objects.filter(partner=person.partner_id, erased_on=None).exclude(pk=person.pk)
    if person.pk:
        own = own.exclude(pk__in=person.records())
    code = person.identity_code or ""
    if code and (same := list(own.filter(code_index=encryption.code_index(person.partner_id, code))[:1])):
        return same
    names = _words(person.first_names, person.last_name)
    if not names:
        return []
    others = own.order_by("-changed_at", "-id")
    if person.born_on:
        days = [encryption.birth_index(person.partner_id, day) for day in days_like(person.born_on)]
        others = others.filter(birth_index__in=[*days, ""])
    ranked = []
    rows = others.values_list("pk", "first_names", "last_name", "born_on", "identity_code").iterator()
    for number, first_names, last_name, born_on, other_code in islice(rows, name_search.MOST_PEOPLE):
        other_names = _words(first_names, last_name)
        errors = _errors(names, other_names)
        if errors is None or (code and other_code):
            continue
        both_born = born_on and person.born_on
        if both_born and born_on == person.born_on:
            ranked.append((errors, number))
        elif errors == 0 and (both_born or min(len(names), len(other_names)) > 1):
            ranked.append((1, number))
    ranked.sort()
    numbers = [number for _likeness, number in ranked[:MOST]]
    people = Person.objects.in_bulk(numbers)
    return [people[number] for number in numbers]


def _words(first_names: str | None, last_name: str | None) -> list[str]:
    return name_search.folded(f"{last_name or ''} {first_names or ''}")


def _errors(one: list[str], other: list[str]) -> int | None:
    """Typing errors between two names, each word of the shorter with a word of its own in the longer; None: other names."""
    shorter, longer = sorted((one, other), key=len)
    left, total = list(longer), 0
    for word in shorter:
        best = min(
            ((errors, name) for name in left if (errors := name_search.typing_errors(word, name)) is not None),
            default=None,
        )
        if best is None:
            return None
        total += best[0]
        left.remove(best[1])
    return total if shorter else None
