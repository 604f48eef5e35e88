"""Whether a programme takes somebody: one rule, asked wherever a programme is chosen (page, roadside, walk-in, import, API)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override

from partnership.isolation.errors import RuleError
from partnership.members.models import District
from programs.catalogue.models import LANGUAGES, Programme


class NotTaken(RuleError):
    """The programme does not take this person: it is closed, or for another kind of referral, age, district or language.

    Choose a programme that fits. Where a programme `takes_exceptions`, give a reason (`unfit_reason`) to go on with another age,
    district or language.
    """

    code = "not_taken"

    def __init__(self, message: object, *, can_go_on: bool = False) -> None:
        super().__init__(message)
        self.can_go_on = can_go_on


class Newcomer(NamedTuple):
    """What is known of somebody who is to take part; what is not known keeps nobody out."""

    age: int | None = None
    district: District | None = None
    language: str = ""


@cache
def _codes() -> dict[str, str]:
    """Codes and names, in each language of the portal, → code."""
    codes = {code: code for code in LANGUAGES}
    for language, _name in settings.LANGUAGES:
        with override(language):
            codes |= {str(name).casefold(): code for code, name in LANGUAGES.items()}
    return codes


def language_of(text: str) -> str:
    """The code of a language that somebody wrote as a code or by its name in a language of the portal; empty for any other text."""
    return _codes().get(text.strip().casefold(), "")


def fits_age(programme: Programme, age: int | None) -> bool:
    """Whether the programme is for somebody of so many completed years."""
    if age is None:
        return True
    return (programme.age_from is None or age >= programme.age_from) and (
        programme.age_to is None or age <= programme.age_to
    )


def fits_district(programme: Programme, district: District | None) -> bool:
    """Whether the programme is for who lives there: in one of its districts, or in a part of one. One that names none takes all."""
    if district is None:
        return True
    covered = {each.pk for each in programme.districts.all()}
    return not covered or bool(covered & _around(district))


def misfits(programme: Programme, newcomer: Newcomer) -> list[str]:
    """Why the programme is not for the newcomer, a sentence each; none where it is.

    One that names no language works in any.
    """
    why = []
    if not fits_age(programme, newcomer.age):
        why.append(
            _("%(programme)s is for people aged %(ages)s; this person is %(age)s.")
            % {"programme": programme.local_name, "ages": ages_of(programme), "age": newcomer.age}
        )
    if newcomer.district and not fits_district(programme, newcomer.district):
        districts = programme.districts.all()
        why.append(
            _("%(programme)s is for people who live in %(districts)s; this person lives in %(district)s.")
            % {
                "programme": programme.local_name,
                "districts": get_text_list([district.local_name for district in districts], _("or")),
                "district": newcomer.district.local_name,
            }
        )
    if newcomer.language and programme.languages and newcomer.language not in programme.languages:
        why.append(
            _("%(programme)s works in %(languages)s.")
            % {
                "programme": programme.local_name,
                "languages": get_text_list([str(LANGUAGES[code]) for code in programme.languages], _("or")),
            }
        )
    return why


def check_fit(programme: Programme, newcomer: Newcomer, *, kind: str = "", reason: str = "") -> list[str]:
    """Raises NotTaken, which says why not. Returns what does not fit where the programme takes exceptions and there is a `reason`.

    `kind`: of the referral by which the newcomer comes; empty for who comes without one.
    """
    if kind and kind not in programme.accepts:
        raise NotTaken(_("This programme takes no referrals of this kind."))
    why = misfits(programme, newcomer)
    if why and not (programme.takes_exceptions and reason.strip()):
        ask = (
            _("Choose another programme, or give a reason to go on.")
            if programme.takes_exceptions
            else _("Choose another programme.")
        )
        raise NotTaken(" ".join([*why, ask]), can_go_on=programme.takes_exceptions)
    return why


def ages_of(programme: Programme) -> str:
    """The ages that a programme is for, in words; empty for all."""
    youngest, oldest = programme.age_from, programme.age_to
    if youngest is not None and oldest is not None:
        return _("%(youngest)s to %(oldest)s") % {"youngest": youngest, "oldest": oldest}
    if youngest is not None:
        return _("%(youngest)s or over") % {"youngest": youngest}
    return _("%(oldest)s or under") % {"oldest": oldest} if oldest is not None else ""


def _around(district: District) -> set[int]:
    """The district and those that it is a part of."""
    numbers: set[int] = set()
    part: District | None = district
    while part is not None and part.pk not in numbers:
        numbers.add(part.pk)
        part = part.parent
    return numbers
