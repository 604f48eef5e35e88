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
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.8em, sticky: true, text(13pt, it.body))
#show heading.where(level: 3): it => block(above: 1.2em, below: 0.6em, sticky: true, text(11pt, it.body))
#set table.cell(breakable: false)
#set table(stroke: (x, y) => (bottom: if y == 0 { 1pt } else { 0.4pt + luma(70%) }), inset: (x: 6pt, y: 5pt), align: left)
#let warning = if d.warning != "" [#block(fill: luma(93%), inset: 8pt, radius: 3pt)[#d.warning]]
#if d.cover.len() > 0 [
  #v(5cm)
  #text(24pt)[= #d.title]
  #text(12pt, fill: luma(35%))[#d.subtitle]
  #warning
  #v(1cm)
  #terms(separator: [: ], spacing: 0.9em, ..d.cover.map(fact => terms.item(fact.at(0), fact.at(1))))
  #v(1cm)
  #outline(title: d.contents, target: heading.where(level: 2))
  #pagebreak()
] else [
  = #d.title
  #text(fill: luma(35%))[#d.subtitle]
  #warning
]
#text(12pt, weight: "bold")[#d.headline]

#for section in d.sections [
  == #section.title
  #for line in section.text [#block(sticky: section.chart != "" or section.rows.len() > 0)[#line]]
  #for (title, lines) in section.parts [
    === #title
    #for line in lines [#par[#line]]
  ]
  #if section.chart != "" [#image(bytes(section.chart), format: "svg", width: section.chart_percent * 1%, alt: section.alt)]
  #if section.rows.len() > 0 [
    // A last column of sentences takes what the others leave.
    #let last = if section.rows.any(row => row.last().len() > 60) { 1fr } else { auto }
    #table(columns: (auto,) * (section.heading.len() - 1) + (last,), table.header(..section.heading.map(h => strong(h))), ..section.rows.flatten())
  ]
]
"""


def document(data: dict[str, Any]) -> bytes:
    """The PDF of `data`: title, subtitle, author, footer, warning, headline (texts, may be empty) and sections.

    `cover`: names and values that stand on a page of their own with the title, above the list of `contents` (its title).
    """
    return bytes(
        typst.compile(TEMPLATE.encode(), format="pdf", sys_inputs={"data": inputs(data)}, pdf_standards=["ua-1"])
    )


def inputs(data: dict[str, Any]) -> str:
    """What the template is given: the document in the reader's language."""
    return json.dumps({"cover": [], "contents": ""} | data | {"lang": (get_language() or "en")[:2]})


def section(
    title: str,
    text: list[str],
    heading: list[str] | None = None,
    rows: list[list[str]] | None = None,
    chart: str = "",
    alt: str = "",
    chart_percent: int = 100,
    parts: list[tuple[str, list[str]]] | None = None,
) -> dict[str, Any]:
    """A section of a document: text, `parts` with a title of their own each, a chart, a table. A `chart` (SVG) needs its `alt` text,
    a table its `heading`. `chart_percent`: how wide it is, of the page."""
    return {
        "title": title,
        "text": text,
        "heading": heading or [],
        "rows": rows or [],
        "chart": chart,
        "chart_percent": chart_percent,
        "alt": alt,
        "parts": parts or [],
    }
