"""Words that an employer is not told: of treatment, substances, offences and arrests. A list of the portal's own: it can miss some."""

from __future__ import annotations

import re

NOT_FOR_AN_EMPLOYER = re.compile(
    r"\b(?:"
    # English
    r"treatment|rehab|therap|addict|drug|substance|methadone|buprenorphine|detox|sober|relapse|alcoholi|arrest|police|prison|custody|convict"
    r"|offen[cd]|crime|criminal|court(?!e|y)|probation|parole|sentenced|diversion"
    # Finnish
    r"|päihde|päihtee|huume|huumau|kuntoutu|terapi|korvaushoi|vieroitu|raitis|raittiu|retkahd|alkoholisti|rikok|rikos|rikol|pidätet|pidäty"
    r"|kiinniot|poliisi|vanki|vankeu|tuomio|tuomit|ehdonalai|oikeudenkäyn|käräj|metadon|buprenorfiin"
    # Swedish
    r"|missbruk|narkot|drog|behandling|avgiftning|beroende av|nykter|återfall|alkoholis|grip(?:en|an)|polis|fänge|häkt|brott|dömd|frivård"
    r"|rättegång|tingsrätt"
    r")\w*",
    re.IGNORECASE,
)
"""The beginnings of words. One that is meant otherwise can be said in another way."""


def not_for_an_employer(text: str) -> list[str]:
    """The words of a text that tell of treatment or arrest, each once."""
    return list(dict.fromkeys(NOT_FOR_AN_EMPLOYER.findall(text)))
