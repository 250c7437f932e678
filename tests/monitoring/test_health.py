"""/healthz and /readyz: for machines, without a login."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
import redis
from django.test import Client

from monitoring import health
from tests.portal import Portal, until


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_readyz_names_every_dependency(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.content
    assert answer.json()["dependencies"] == {"database": {"state": "ok"}, "broker": {"state": "ok"}}
    assert set(answer.json()["processes"]) == {"web", "worker", "tasks", "beat", "facts", "collect"}


@pytest.mark.django_db(transaction=True)
def test_without_the_broker_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis.from_url("redis://:very-secret@127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(health, "redis_client", lambda: nowhere)
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["dependencies"]["broker"]["state"] == "missing"
    assert b"very-secret" not in answer.content and b"Traceback" not in answer.content


def test_a_dependency_that_hangs_costs_one_thread_and_its_patience() -> None:
    release = threading.Event()
    asked: list[int] = []

    def ask() -> dict[str, str]:
        asked.append(1)
        release.wait(30)
        return {"state": "ok"}

    probe = health.Probe("test", ask)
    assert [probe.state(0.05)["state"] for _ in range(3)] == ["missing"] * 3 and len(asked) == 1
    release.set()
    until(probe.answered.is_set, "the answer")
    assert probe.state(5) == {"state": "ok"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that these tests may hurt."""
    portal = Portal(tmp_path_factory.mktemp("health") / "data")
    try:
        yield portal.start()
    finally:
        if portal.process:
            portal.stop()


def readiness(portal: Portal) -> httpx.Response:
    return httpx.get(f"{portal.base_url}/readyz", timeout=10)


def test_all_processes_are_seen(own: Portal) -> None:
    def all_there() -> bool:
        return all(one["state"] == "ok" for one in readiness(own).json()["processes"].values())

    until(all_there, "all processes", lambda: readiness(own).text)


@pytest.mark.parametrize("name", ["worker", "tasks", "collect", "beat", "facts", "valkey", "postgres", "web"])
def test_it_is_ready_again_after_a_kill(own: Portal, name: str) -> None:
    killed = own.kill(name)
    until(lambda: (found := own.pids(name)) and found[0] != killed, f"another {name}", own.text)
    until(own.is_ready, "readiness", own.text)


def test_a_database_that_hangs_is_told_quickly_and_heals(own: Portal) -> None:
    until(own.is_ready, "readiness", own.text)
    servers = [psutil.Process(pid) for pid in own.pids("postgres")]
    frozen = [*servers, *(child for server in servers for child in server.children(recursive=True))]
    for process in frozen:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        answer = readiness(own)
    finally:
        for process in reversed(frozen):
            os.kill(process.pid, signal.SIGCONT)
    assert answer.status_code == 503 and answer.json()["dependencies"]["database"]["state"] == "missing"
    assert answer.json()["dependencies"]["broker"] == {"state": "ok"} and str(Path.cwd()) not in answer.text
    until(own.is_ready, "readiness", own.text)
