"""No page of the documentation names what is not there: paths, modules, commands, functions, targets of make, links."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import get_commands

TOP = Path(__file__).resolve().parents[2]
TRACKED = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True).splitlines()
PAGES = [
    page
    for page in TRACKED
    if page.endswith(".md") and page != "CHANGELOG.md" and not page.startswith("tests/") and (TOP / page).exists()
]
OURS = {"partnership", "programs", "cases", "referrals", "metrics", "demo", "bench", "scripts", "tests"}
MADE_WHILE_RUNNING = ("var/", "static/vendor/", ".venv/")
ENDINGS = r"\.(?:py|sql|md|html|toml|lock|yml|json|csv|R|po|mjs|txt)"


def spans(page: str) -> Iterator[str]:
    """What stands in backticks, outside of blocks of code."""
    text = re.sub(r"^```.*?^```$", "", (TOP / page).read_text(), flags=re.M | re.S)
    for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text):
        yield " ".join(span.split())


def is_there(path: str, page: str) -> bool:
    if path.startswith(MADE_WHILE_RUNNING):
        return True
    return any(
        (folder / path).exists() and (path.endswith("/") or (folder / path).is_file() or "." not in Path(path).name)
        for folder in (TOP, (TOP / page).parent)
    )


def resolves(dotted: str) -> bool:
    """A module of ours, or a name in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page):
    basenames = {Path(path).name for path in TRACKED}
    missing = []
    for span in spans(page):
        if "<" in span or "*" in span or "…" in span:
            continue
        for path in re.findall(rf"(?<![\w/.:-])((?:[\w.-]+/)+(?:[\w.-]+{ENDINGS})?)(?![\w/])", span):
            if path.split("/")[0] not in OURS | {"docs", "templates", "static", "locale", "var", ".venv", ".ci"}:
                continue
            if not is_there(path, page):
                missing.append(path)
        if re.fullmatch(rf"[\w-]+{ENDINGS}", span) and span not in basenames:
            missing.append(span)
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_modules_exist(page):
    dotted = [span for span in spans(page) if re.fullmatch(r"[a-z]\w*(\.\w+)+", span)]
    assert not [span for span in dotted if span.split(".")[0] in OURS and not resolves(span) and not is_event(span)]


def is_event(name: str) -> bool:
    from partnership.events.registry import all_types

    return name in {event_type.name for event_type in all_types()}


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page):
    text = (TOP / page).read_text()
    commands = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert commands <= set(get_commands())
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.M))
    named = {word for span in spans(page) for word in re.findall(r"(?:^|[=\w] )make ([a-z ]+)", span)}
    assert {target for words in named for target in words.split()} <= targets


@pytest.mark.parametrize("page", PAGES)
def test_a_name_beside_a_file_is_in_that_file(page):
    """“`send` in `a/b.py`”, “`send` (`a/b.py`)” and “`a/b.py`, `send`”."""
    text = (TOP / page).read_text()
    pairs = [(name, path) for name, path in re.findall(rf"`(\w+)`\s(?:in\s|\()`([\w/]+{ENDINGS})`", text)]
    pairs += [(name, path) for path, name in re.findall(rf"`([\w/]+{ENDINGS})`(?:,\s|\s\()`(\w+)`", text)]
    files = {path: TOP / path if (TOP / path).is_file() else (TOP / page).parent / path for _name, path in pairs}
    assert not [
        (name, path)
        for name, path in pairs
        if not files[path].is_file() or not re.search(rf"\b{name}\b", files[path].read_text())
    ]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (TOP / page).read_text())
    assert not [link for link in links if "://" not in link and not ((TOP / page).parent / link).exists()]


def test_each_decision_has_a_number_of_its_own_a_status_and_a_date():
    numbers = []
    for path in sorted((TOP / "docs" / "decisions").glob("*.md")):
        heading, _blank, status = path.read_text().split("\n")[:3]
        numbers.append(int(path.name[:4]))
        assert heading.startswith(f"# {numbers[-1]}. "), path.name
        assert re.fullmatch(r"Status: [a-z]+(?:, by \[.*\]\(.*\))?\. Date: \d{4}-\d\d-\d\d\.", status), path.name
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_package_of_the_platform_says_what_it_promises():
    packages = ("isolation", "actions", "audit_trail", "events", "api", "pages", "local")
    for package in packages:
        text = (TOP / "partnership" / package / "README.md").read_text()
        assert text.startswith(f"# {package}\n")
        assert "**It promises**" in text
