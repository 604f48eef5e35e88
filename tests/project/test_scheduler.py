"""Of several schedulers one acts, and the next when it has died."""

from __future__ import annotations

import pytest
import redis
from django.conf import settings
from django.db import connection

from partnership.project.celery import app
from partnership.project.scheduler import LOCK, OneActs, is_first
from tests import processes


@pytest.fixture
def scheduler(tmp_path, transactional_db):
    scheduler = OneActs(app=app, schedule_filename=str(tmp_path / "not" / "there" / "schedule"), lazy=True)
    scheduler.setup_schedule()
    yield scheduler
    scheduler.close()
    connection.close()  # and its lock


def asked_for() -> int:
    """Messages in the queue."""
    return redis.Redis.from_url(settings.REDIS_URL).llen("celery")


def test_it_acts_when_it_is_alone_and_makes_the_folder_of_its_schedule(scheduler, tmp_path):
    before = asked_for()
    scheduler.apply_entry(scheduler.schedule["forget requests"])
    assert asked_for() == before + 1
    assert (tmp_path / "not" / "there").is_dir()


def test_it_is_silent_while_another_acts_and_takes_over_when_that_is_gone(scheduler):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", LOCK)
    before = asked_for()
    scheduler.apply_entry(scheduler.schedule["forget requests"])
    assert asked_for() == before
    other.close()
    processes.until(is_first)  # the server notices in its own time that the other has gone
    scheduler.apply_entry(scheduler.schedule["forget requests"])
    assert asked_for() == before + 1


def test_without_the_database_it_asks_for_nothing_and_goes_on_when_that_is_back(scheduler, monkeypatch):
    usual = connection.settings_dict.copy()
    connection.close()
    connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": 9}
    before = asked_for()
    scheduler.apply_entry(scheduler.schedule["forget requests"])
    assert asked_for() == before
    connection.settings_dict.update(usual)
    scheduler.apply_entry(scheduler.schedule["forget requests"])
    assert asked_for() == before + 1
