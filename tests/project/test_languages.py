"""Finnish and Swedish are complete: every string that a page, form or message shows is translated, placeholders intact."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

TOP = Path(__file__).resolve().parent.parent.parent
APPS = ("partnership", "programs", "cases", "referrals", "metrics")
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def in_python() -> set[str]:
    found = set()
    for app in APPS:
        for path in (TOP / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                    position = 1 if node.func.id == "pgettext_lazy" else 0
                    text = node.args[position] if len(node.args) > position else None
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found.add(text.value)
    return found


def in_templates() -> set[str]:
    found = set()
    for path in [*(TOP / "templates").rglob("*.html"), *(TOP / "templates").rglob("*.txt")]:
        # Django's own step before xgettext: the template as calls of gettext.
        for match in re.finditer(
            r"\b(?:n?gettext|_)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\"\"\"(?:.|\n)*?\"\"\")",
            templatize(path.read_text()),
        ):
            found.add(ast.literal_eval(match[1]))
    return found


def test_strings_are_found_in_both():
    assert "Saved." in in_python()
    assert "To do now" in in_templates()
    assert any("%(partner)s" in text for text in in_templates())


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_nothing_is_left_untranslated(language):
    catalogue = polib.pofile(str(TOP / f"locale/{language}/LC_MESSAGES/django.po"))
    translated = {entry.msgid for entry in catalogue if entry.translated() and not entry.fuzzy}
    assert (in_python() | in_templates()) - translated == set()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_placeholders_stand_in_every_translation(language):
    for entry in polib.pofile(str(TOP / f"locale/{language}/LC_MESSAGES/django.po")):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize(("language", "words"), [("fi", "Odottaa sinua"), ("sv", "Väntar på dig"), ("en", "To do now")])
def test_a_page_in_each_language(world, language, words):
    client = world.client(world.caseworker)
    client.post("/language/setlang/", {"language": language})
    body = client.get("/").content.decode()
    assert words in body
    assert f'<html lang="{language}"' in body
