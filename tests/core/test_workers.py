"""A worker's name tells whether it still lives, and nothing is concluded from what cannot be known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from governance.core.workers import host, is_gone, me
from tests.portal import until

CODE = "from governance.core.workers import me; import time; print(me(), flush=True); time.sleep(600)"


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process, and its worker's name."""
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def renamed(name: str, **parts: str) -> str:
    """The name with some of its parts replaced."""
    known = dict(zip(("host", "process", "thread", "started", "machine"), name.split(":"), strict=True))
    return ":".join((known | parts).values())


def test_a_process_that_lives_is_not_gone_and_one_that_was_killed_is(other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    assert not is_gone(name) and not is_gone(me()) and len(name) <= 100 and host(name)
    process.kill()
    until(lambda: is_gone(name), "the zombie")
    process.wait()
    assert is_gone(name)


def test_a_process_that_is_stopped_is_not_gone(other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    os.kill(process.pid, signal.SIGSTOP)
    assert not is_gone(name)


def test_a_number_that_was_given_to_another_process_is_told_apart(other: tuple[subprocess.Popen[str], str]) -> None:
    assert is_gone(renamed(other[1], started="1"))


def test_a_thread_that_ended_is_gone_though_its_process_lives() -> None:
    names: list[str] = []
    thread = threading.Thread(target=lambda: names.append(me()))
    thread.start()
    thread.join()
    until(lambda: is_gone(names[0]), "the end of the thread")
    assert not is_gone(me())


def test_nothing_is_concluded_about_other_machines_or_namespaces(other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    process.kill()
    process.wait()
    assert is_gone(name)
    assert not is_gone(renamed(name, machine="0123456789ab")) and not is_gone(renamed(name, machine="")) and not is_gone("one")


def test_another_pid_namespace_is_another_machine(monkeypatch: pytest.MonkeyPatch, other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    process.kill()
    process.wait()
    monkeypatch.setattr("os.getpid", lambda: 1)  # as in a container whose /proc is the host's
    assert not is_gone(name)
