"""A release: one version in pyproject.toml, changelog and portal; a tag only of what is committed and dated."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from scripts.release import NotReady, newest_section, release, version_of

TOP = Path(__file__).resolve().parent.parent.parent
DATED = "# Changelog\n\n## 1.2.3 – 2026-11-25\n\nPages.\n\n- New.\n\n## 1.2.2 – 2026-11-01\n\n- Old.\n"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@test.example"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@test.example")
    git(tmp_path, "init", "--quiet")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(DATED)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def test_the_changelog_begins_with_the_version_of_the_project():
    version = version_of((TOP / "pyproject.toml").read_text())
    assert newest_section((TOP / "CHANGELOG.md").read_text()).version == version == settings.VERSION


def test_the_description_of_the_api_bears_the_version(client, db):
    assert client.get("/api/v1/openapi.json").json()["info"]["version"] == settings.VERSION


def test_help_names_the_version(world):
    assert f"Version {settings.VERSION} of the portal".encode() in world.client(world.caseworker).get("/help/").content


def test_a_release_is_an_annotated_tag_with_what_changed(repository):
    assert release(repository) == "v1.2.3"
    assert git(repository, "cat-file", "-t", "v1.2.3") == "tag"
    message = git(repository, "tag", "--list", "--format=%(contents)", "v1.2.3")
    assert message == "v1.2.3\n\nPages.\n\n- New."


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("pyproject.toml", '[project]\nversion = "1.3.0"\n', "make them one"),
        ("CHANGELOG.md", DATED.replace("2026-11-25", "unreleased"), "its date"),
        ("CHANGELOG.md", DATED.replace("## 1.2.3 – 2026-11-25", "## Unreleased"), "must begin with a heading"),
        ("README.md", "New", "not committed"),
    ],
)
def test_nothing_is_released_before_it_is_ready(repository, name, content, reason):
    (repository / name).write_text(content)
    with pytest.raises(NotReady, match=reason):
        release(repository)
    assert git(repository, "tag") == ""


def test_a_version_is_released_once(repository):
    release(repository)
    with pytest.raises(NotReady, match="tagged already"):
        release(repository)
