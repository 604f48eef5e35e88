"""The first five minutes of docs/api, word by word: each of its commands in a shell, against a portal that runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from referrals.handover.transitions import State
from tests import processes
from tests.systems import System
from tests.world import World

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "api" / "README.md"


def commands() -> list[str]:
    """The indented blocks of the chapter, in their order."""
    chapter = GUIDE.read_text().split("## In five minutes\n")[1].split("\n## ")[0]
    blocks: list[list[str]] = [[]]
    for line in chapter.splitlines():
        if line.startswith("    "):
            blocks[-1].append(line[4:])
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


@pytest.mark.django_db(transaction=True)
def test_each_command_does_what_the_guide_says():
    world = World()
    referral = world.sent()
    system = System(world.case_manager)
    port = processes.free_port()
    web = processes.web(connection.settings_dict["NAME"], port)
    try:
        processes.until(lambda: processes.answers(f"http://localhost:{port}/healthz"), web)
        setting, *rest = commands()
        told = f"http://localhost:{port}", f"CLIENT_ID={system.credential.client_id}", f"CLIENT_SECRET={system.secret}"
        for said, is_here in zip(("http://localhost:8000", "CLIENT_ID=…", "CLIENT_SECRET=…"), told, strict=True):
            assert said in setting
            setting = setting.replace(said, is_here)
        script = "\n".join(["set -e", setting, *(f"{command}\necho; echo ---" for command in rest)])
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    finally:
        processes.stop(web)
    assert done.returncode == 0, done.stderr
    _token, waiting, answered, results = done.stdout.split("---")[:-1]
    assert [row["id"] for row in json.loads(waiting)["results"]] == [referral.pk]
    assert json.loads(answered)["state"] == State.ACKNOWLEDGED
    assert results.strip().startswith("id,run,partner,programme")
    referral.refresh_from_db()
    assert referral.state == State.ACKNOWLEDGED
