"""Sections of the Finnish Criminal Code (rikoslaki, strafflagen, 39/1889) and names of its drug offences, as ICCS codes.

Police systems write a section in many ways: "RL 50:2a §", "50 luku 2 a §", "SL 50 kap. 1 §". Chapter 50 is mapped section by
section, with ICCS 1.0's own division: use and possession for oneself (50:2a) against all else. Of the other chapters those
stand here whose sections lie in one section of ICCS. Sources: Criminal Code of Finland; UNODC, ICCS version 1.0.
"""

from __future__ import annotations

import re

SECTIONS: dict[str, str] = {
    "50:1": "06012",  # narcotics offence: production, smuggling, sale, and possession that is not for oneself
    "50:2": "06012",  # aggravated
    "50:2a": "060111",  # unlawful use of narcotics
    "50:3": "060129",  # preparation
    "50:4": "060129",  # promotion
    "50:4a": "060129",  # aggravated promotion
    "20": "03",  # sexual offences
    "21:1": "01",  # manslaughter
    "21:2": "01",  # murder
    "21:3": "01",  # killing
    "21:5": "02",  # assault
    "21:6": "02",  # aggravated assault
    "21:7": "02",  # petty assault
    "21:8": "01",  # negligent homicide
    "21:9": "01",  # grossly negligent homicide
    "21:10": "02",  # negligent bodily injury
    "21:11": "02",  # grossly negligent bodily injury
    "23:1": "02",  # causing a traffic hazard
    "23:2": "02",  # causing a serious traffic hazard
    "23:3": "02",  # driving while intoxicated
    "23:4": "02",  # aggravated
    "25:7": "02",  # menace
    "28:1": "05",  # theft
    "28:2": "05",  # aggravated theft
    "28:3": "05",  # petty theft
    "28:7": "05",  # unauthorised use
    "28:8": "05",  # aggravated
    "28:9": "05",  # petty
    "28:9a": "05",  # of a motor vehicle
    "31:1": "04",  # robbery
    "31:2": "04",  # aggravated robbery
    "33": "07",  # forgery
    "35": "05",  # criminal damage
    "36": "07",  # fraud
    "37": "07",  # means-of-payment offences
    "50a": "06",  # alcohol offences
}
"""Chapter and section, or a whole chapter → ICCS code."""

NAMES: dict[str, str] = {
    "huumausainerikos": "50:1",
    "narkotikabrott": "50:1",
    "törkeä huumausainerikos": "50:2",
    "grovt narkotikabrott": "50:2",
    "huumausaineen käyttörikos": "50:2a",
    "straffbart bruk av narkotika": "50:2a",
    "huumausainerikoksen valmistelu": "50:3",
    "förberedelse till narkotikabrott": "50:3",
    "huumausainerikoksen edistäminen": "50:4",
    "främjande av narkotikabrott": "50:4",
    "törkeä huumausainerikoksen edistäminen": "50:4a",
    "grovt främjande av narkotikabrott": "50:4a",
}
"""The Code's own names of drug offences, in both languages."""

_SECTION = re.compile(
    r"(?:(?:rl|sl|bl|r|rikoslaki|strafflagen|39/1889)[ .,]*)?"
    r"(?P<chapter>\d{1,2} ?a?)(?: ?: ?| ?/ ?| ?luku,? ?| ?luvun ?| ?kap\.?,? ?)"
    r"(?P<section>\d{1,2} ?[a-z]?)(?: ?(?:§|:n|pykälä|paragraf).*| ?[.:/] ?\d.*| mom.*)?"
)


def iccs_of(text: str) -> str:
    """The ICCS code of a section or of a drug offence's name; empty where it is none that is known."""
    text = " ".join(text.casefold().split())
    if text in NAMES:
        return SECTIONS[NAMES[text]]
    match = _SECTION.fullmatch(text)
    if not match:
        return ""
    chapter, section = match["chapter"].replace(" ", ""), match["section"].replace(" ", "")
    return SECTIONS.get(f"{chapter}:{section}") or SECTIONS.get(chapter, "")
