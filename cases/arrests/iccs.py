"""Offence codes: UNODC International Classification of Crime for Statistical Purposes (ICCS), version 1.0.

Section 06 in full as far as drugs go; the other sections by their two-digit number.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DRUG_CODES: dict[str, str | Promise] = {
    "0601": _("Unlawful acts involving controlled drugs or precursors"),
    "06011": _("Drugs for personal consumption"),
    "060111": _("Possession, purchase or use of drugs for personal consumption"),
    "060112": _("Cultivation or production of drugs for personal consumption"),
    "06012": _("Drugs not for personal consumption"),
    "060121": _("Trafficking of drugs"),
    "060122": _("Manufacture of drugs"),
    "060123": _("Cultivation of drugs"),
    "060124": _("Diversion of precursors"),
    "060129": _("Other acts with drugs not for personal consumption"),
    "06019": _("Other acts with controlled drugs"),
}
OTHER_SECTIONS: dict[str, str | Promise] = {
    "01": _("Acts leading to death"),
    "02": _("Acts causing harm to the person"),
    "03": _("Injurious acts of a sexual nature"),
    "04": _("Acts against property involving violence"),
    "05": _("Acts against property only"),
    "06": _("Acts involving alcohol or other psychoactive substances"),
    "07": _("Acts involving fraud, deception or corruption"),
    "08": _("Acts against public order or authority"),
    "09": _("Acts against public safety or national security"),
    "10": _("Acts against the natural environment"),
    "11": _("Other criminal acts"),
}
CODES = DRUG_CODES | OTHER_SECTIONS


def is_valid(code: str) -> bool:
    """Known in full, or a longer code of a section that is kept by its two digits."""
    return code in CODES or (
        code.isdigit() and 2 < len(code) <= 6 and code[:2] in OTHER_SECTIONS and code[:4] != "0601"
    )


def label(code: str) -> str:
    """The offence in words, at least its section's; the code itself where neither is known."""
    return str(CODES.get(code) or CODES.get(code[:2]) or code)
