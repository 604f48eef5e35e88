"""`make release`: tags the commit that is checked out with the version of pyproject.toml, its message from CHANGELOG.md.

Before it, give the top section of CHANGELOG.md its date in the place of "unreleased", and commit. After it, `git push --tags`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import django

from scripts import two_steps
from scripts.two_steps import ADMITS

TOP = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) – (?P<date>unreleased|\d{4}-\d{2}-\d{2})$", re.MULTILINE)


class Section(NamedTuple):
    """The newest section of the changelog."""

    version: str
    date: str
    text: str


class NotReady(Exception):
    """The release can't be cut yet; the message says what to do first."""


def newest_section(changelog: str) -> Section:
    """Raises NotReady when the first heading is not one of a version."""
    headings = list(HEADING.finditer(changelog))
    first_heading = re.search(r"^## .*$", changelog, re.MULTILINE)
    if not headings or not first_heading or headings[0].start() != first_heading.start():
        raise NotReady('CHANGELOG.md must begin with a heading like "## 1.2.3 – 2026-11-25".')
    end = headings[1].start() if len(headings) > 1 else len(changelog)
    return Section(headings[0]["version"], headings[0]["date"], changelog[headings[0].end() : end].strip())


def version_of(pyproject: str) -> str:
    return str(tomllib.loads(pyproject)["project"]["version"])


def release(folder: Path) -> str:
    """Makes the annotated tag in the repository at `folder` and returns its name; raises NotReady."""
    section = newest_section((folder / "CHANGELOG.md").read_text())
    version = version_of((folder / "pyproject.toml").read_text())
    if section.version != version:
        raise NotReady(f"CHANGELOG.md begins with {section.version}, pyproject.toml says {version}: make them one.")
    if section.date == "unreleased":
        raise NotReady(f"Give {version} its date in CHANGELOG.md, and commit.")
    if _git(folder, "status", "--porcelain"):
        raise NotReady("There are changes that are not committed: commit or discard them.")
    tag = f"v{version}"
    if _git(folder, "tag", "--list", tag):
        raise NotReady(f"{tag} is tagged already: raise the version in pyproject.toml and begin its section.")
    # Lines that begin with # are headings here, no comments.
    _git(folder, "tag", "--annotate", "--cleanup=whitespace", tag, f"--message={tag}\n\n{section.text}\n")
    return tag


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def check_way_back(folder: Path, breaking: list[str]) -> None:
    """Raises NotReady where the last release's program would not go on after these migrations, and the changelog says nothing of it."""
    if breaking and ADMITS not in newest_section((folder / "CHANGELOG.md").read_text()).text:
        raise NotReady(
            f"Do it in two releases, or write “to go back, {ADMITS}” into CHANGELOG.md:\n" + "\n".join(breaking)
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")
    django.setup()
    try:
        check_way_back(TOP, two_steps.breaking(two_steps.new_migrations(TOP)))
        print(f"Tagged {release(TOP)}. Send it with: git push --tags")
    except NotReady as reason:
        sys.exit(str(reason))
