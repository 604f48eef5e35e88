"""What a deployment is put together from: the Compose file, the units of systemd and the guide say the same as the program."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "docs" / "administration.md").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = sorted((TOP / "deploy" / "systemd").glob("*.service"))
NOT_OF_A_DEPLOYMENT = {
    "PORTAL_DB_ROLE", "PORTAL_DB_NAME", "PORTAL_REDIS_DB", "PORTAL_CACHE_PREFIX", "PORTAL_DEBUG",
}  # fmt: skip
"""Where services are embedded: in tests and `make dev`. In a deployment the addresses say it."""
OF_THE_IMAGE = {"PORTAL_VAR"}


def settings_names() -> set[str]:
    """Variables that the settings read."""
    names = set()
    for node in ast.walk(ast.parse((TOP / "partnership" / "project" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = ast.unparse(node.func)
            if function in {"env", "_secret", "os.environ.get"} or function.startswith("env."):
                names.add(node.args[0].value)
    return names - NOT_OF_A_DEPLOYMENT


def portal_services() -> dict[str, dict[str, Any]]:
    """Those that run the portal's settings."""
    return {name: service for name, service in SERVICES.items() if "SECRET_KEY" in service.get("environment", {})}


def test_each_setting_stands_in_the_guide():
    assert "FIELD_KEYS" in settings_names()
    assert "IMPORT_MAX_BYTES" in settings_names()
    table = GUIDE[GUIDE.index("| variable | meaning | default |") :].split("\n\n")[0]
    named = set(re.findall(r"[A-Z][A-Z_]+", "\n".join(line.split("|")[1] for line in table.splitlines())))
    assert settings_names() - named == set()


class TestCompose:
    def test_each_setting_reaches_each_process(self):
        assert {"web", "worker", "long", "webhooks", "scheduler", "linker", "backup", "migrate"} == set(
            portal_services()
        )
        for name, service in portal_services().items():
            own = {"BACKUP_DIR": "backup", "REPLICA_URL": "web"}  # the others write none, and read from the primary
            own = {setting for setting, process in own.items() if process != name}
            assert settings_names() - OF_THE_IMAGE - own - set(service["environment"]) == set(), name

    def test_each_secret_of_env_is_named_in_the_guide(self):
        text = (TOP / "docker-compose.yml").read_text()
        needed = set(re.findall(r"\$\{([A-Z_]+):\?", text))
        block = GUIDE[GUIDE.index("1. Make `.env`") :].split("2. ")[0]
        assert needed - set(re.findall(r"([A-Z_]+)=", block)) == set()

    def test_it_keeps_to_the_compose_specification(self):
        """What of the specification the file uses (compose-spec.io): names, references and shapes."""
        assert set(COMPOSE) <= {"name", "services", "volumes", "networks"} | {
            key for key in COMPOSE if key.startswith("x-")
        }
        for name, service in SERVICES.items():
            assert set(service) <= {"image", "build", "command", "restart", "environment", "depends_on", "ports", "volumes", "healthcheck", "ulimits", "profiles", "user"}, name  # fmt: skip
            assert ("image" in service) != ("build" in service), name
            assert service.get("restart", "no") in {"no", "always", "on-failure", "unless-stopped"}
            assert all(isinstance(value, str | int | None) and not isinstance(value, bool) for value in service.get("environment", {}).values())  # fmt: skip
            assert all(isinstance(word, str) for word in service.get("command", [])), name
            for other, terms in service.get("depends_on", {}).items():
                assert terms["condition"] in {"service_started", "service_healthy", "service_completed_successfully"}
                assert other in SERVICES
                assert terms["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]
            for volume in service.get("volumes", []):
                source, target = volume.split(":")
                assert source in COMPOSE["volumes"]
                assert target.startswith("/")
            check = service.get("healthcheck", {})
            assert set(check) <= {"test", "interval", "timeout", "retries", "start_period"}
            assert not check or check["test"][0] in {"CMD", "CMD-SHELL"}
            assert all(
                re.fullmatch(r"\d+[smh]", check[key]) for key in ("interval", "timeout", "start_period") if key in check
            )

    def test_nothing_waits_for_what_waits_for_it(self):
        def all_before(name: str, seen: tuple[str, ...] = ()) -> None:
            assert name not in seen
            for other in SERVICES[name].get("depends_on", {}):
                all_before(other, (*seen, name))

        for name in SERVICES:
            all_before(name)

    def test_no_process_has_the_password_of_another_role(self):
        for name, service in portal_services().items():
            text = " ".join(map(str, service["environment"].values()))
            roles = set(re.findall(r"PORTAL_(OWNER|WEB|WORKER|LINKER)_PASSWORD", text))
            assert len(roles) == 1, name


def program(command: list[str]) -> list[str]:
    """A command as it is compared: without where the program stands and on which address it listens."""
    words = [word.rsplit("/bin/", 1)[-1].replace("%%", "%") for word in command]
    if words[0] == "python":
        words = words[1:]
    while "--bind" in words:
        del words[words.index("--bind") : words.index("--bind") + 2]
    for option in ("--schedule", "--loglevel"):
        while option in words:
            del words[words.index(option) : words.index(option) + 2]
    return [word for word in words if word not in {"--quiet", "--pidfile="}]


class TestSystemd:
    @pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
    def test_a_unit_runs_what_compose_runs(self, path):
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read(path)
        command = shlex.split(unit["Service"]["ExecStart"])
        service = SERVICES[path.stem.removeprefix("portal-")]
        image = re.search(r"^CMD (\[.*\])$", (TOP / "Dockerfile").read_text(), re.M)
        assert image
        of_compose = service.get("command") or ast.literal_eval(image[1])
        assert program(command) == program(of_compose)
        assert unit["Install"]["WantedBy"] == "portal.target"
        assert unit["Unit"]["PartOf"] == "portal.target"

    def test_each_process_has_its_unit_and_stands_in_the_guide(self):
        processes = set(portal_services()) - {"migrate"}
        assert {path.stem.removeprefix("portal-") for path in UNITS} == processes
        table = GUIDE[GUIDE.index("| process | command | database role |") :].split("\n\n")[0]
        for path in UNITS:
            command = re.search(r"^ExecStart=/opt/portal/\.venv/bin/(.*)$", path.read_text(), re.M)
            assert command
            words = program(shlex.split(command[1]))
            named = [program(shlex.split(code)) for code in re.findall(r"`([^`]+)`", table)]
            assert any(words[: len(some)] == some or set(some) <= set(words) for some in named), path.name

    def test_each_file_of_variables_that_a_unit_reads_is_made_in_the_guide(self):
        files = {name for path in UNITS for name in re.findall(r"^EnvironmentFile=(\S+)$", path.read_text(), re.M)}
        assert "/etc/portal/portal.env" in files
        for name in files:
            assert f"`{name}`" in GUIDE


def test_the_limits_of_the_database_are_those_of_the_role_that_connects():
    """A worker that takes on the web's limits is stopped in the middle of each night's figures."""
    import os
    import subprocess
    import sys

    code = (
        "from partnership.project import settings as s; print(s.DB_ROLE, s.DATABASES['default']['OPTIONS']['options'])"
    )
    for role, limit in {"web": "statement_timeout=30s", "worker": "statement_timeout=30min", "linker": "statement_timeout=10min"}.items():  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k != "PORTAL_DB_ROLE"}
        environment["DATABASE_URL"] = f"postgres://portal_{role}:x@localhost/portal"
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=TOP, env=environment, capture_output=True, text=True, check=True)  # fmt: skip
        assert done.stdout.startswith(f"{role} ")
        assert limit in done.stdout
