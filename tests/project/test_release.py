"""A release: one version in pyproject.toml, changelog and portal; a tag only of what is committed and dated."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.db.migrations import operations

from scripts.release import NotReady, check_way_back, newest_section, release, version_of
from scripts.two_steps import breaks, new_migrations

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


class TestTwoSteps:
    """The program of the last release goes on with the next one's schema, so that it can come back."""

    @pytest.mark.parametrize(
        "operation",
        [
            operations.RemoveField("person", "sex"),
            operations.DeleteModel("person"),
            operations.RenameField("person", "sex", "gender"),
            operations.AddField("person", "sex", models.CharField(max_length=1, default="")),
            operations.SeparateDatabaseAndState([operations.RemoveField("person", "sex")]),
        ],
    )
    def test_what_it_would_not_survive_is_named(self, operation):
        assert "the program of before" in breaks(operation)

    @pytest.mark.parametrize(
        "operation",
        [
            operations.AddField("person", "sex", models.CharField(max_length=1, db_default="")),
            operations.AddField("person", "sex", models.CharField(max_length=1, null=True)),
            operations.AddField("person", "friends", models.ManyToManyField("self")),
            operations.CreateModel("person", [("id", models.BigAutoField(primary_key=True))]),
            operations.AddIndex("person", models.Index(fields=["sex"], name="by_sex")),
            operations.SeparateDatabaseAndState(state_operations=[operations.RemoveField("person", "sex")]),
        ],
    )
    def test_what_it_does_not_notice_is_not(self, operation):
        assert breaks(operation) == ""

    def test_migrations_are_new_that_the_last_tag_had_not(self, repository):
        assert new_migrations(repository) == []
        folder = repository / "cases" / "migrations"
        folder.mkdir(parents=True)
        (folder / "0001_first.py").touch()
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", "Second")
        release(repository)
        (folder / "0002_second.py").touch()
        git(repository, "add", ".")
        assert new_migrations(repository) == ["cases.migrations.0002_second"]

    def test_a_release_without_a_way_back_says_so(self, repository):
        with pytest.raises(NotReady, match="Do it in two releases"):
            check_way_back(repository, ["cases.migrations.0002: Remove field sex"])
        changelog = repository / "CHANGELOG.md"
        changelog.write_text(changelog.read_text().replace("- New.", "- New; to go back, restore the backup."))
        check_way_back(repository, ["cases.migrations.0002: Remove field sex"])
        check_way_back(repository, [])
