"""Documents as tagged PDF (PDF/UA-1), by Typst: structure, language, title and alternative texts are in the file."""

from __future__ import annotations

import json
from typing import Any

import typst
from django.utils.translation import get_language

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.author)
#set page(paper: "a4", margin: 2.2cm, footer: context [
  #set text(8pt, fill: luma(35%))
  #d.footer #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(lang: d.lang, size: 10pt)
#set par(justify: false, leading: 0.7em)
#show heading.where(level: 1): set text(18pt)
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.8em, text(13pt, it.body))
#set table(stroke: (x, y) => (bottom: if y == 0 { 1pt } else { 0.4pt + luma(70%) }), inset: (x: 6pt, y: 5pt), align: left)
= #d.title
#text(fill: luma(35%))[#d.subtitle]
#if d.warning != "" [#block(fill: luma(93%), inset: 8pt, radius: 3pt)[#d.warning]]
#text(12pt, weight: "bold")[#d.headline]

#for section in d.sections [
  == #section.title
  #for line in section.text [#par[#line]]
  #if section.chart != "" [#image(bytes(section.chart), format: "svg", width: 100%, alt: section.alt)]
  #if section.rows.len() > 0 [
    #table(columns: section.heading.len(), table.header(..section.heading.map(h => strong(h))), ..section.rows.flatten())
  ]
]
"""


def document(data: dict[str, Any]) -> bytes:
    """The PDF of `data`: title, subtitle, author, footer, warning, headline (texts, may be empty) and sections."""
    inputs = {"data": json.dumps(data | {"lang": (get_language() or "en")[:2]})}
    return bytes(typst.compile(TEMPLATE.encode(), format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"]))


def section(
    title: str,
    text: list[str],
    heading: list[str] | None = None,
    rows: list[list[str]] | None = None,
    chart: str = "",
    alt: str = "",
) -> dict[str, Any]:
    """A section of a document; a `chart` (SVG) needs its `alt` text, a table its `heading`."""
    return {
        "title": title,
        "text": text,
        "heading": heading or [],
        "rows": rows or [],
        "chart": chart,
        "alt": alt,
    }
