"""How a supervised process ends and comes back."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from governance.runtime.output import Log, Outlet
from governance.runtime.processes import FIRST_DELAY, LONGEST_DELAY, STEADY, Process, executing
from tests.portal import until


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Makes processes whose lines go to NAME.log, and ends those that are left."""
    everyone: list[Process] = []

    def make(target: Callable[[], object], title: str = "") -> Process:
        process = Process("web", target, Outlet("web", Log(tmp_path / "web.log"), None), title)
        everyone.append(process)
        return process

    yield make
    for process in everyone:
        if process.is_running:
            process.signal(signal.SIGKILL)
            os.waitpid(process.pid, 0)
        process.outlet.close()


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def end(process: Process) -> str:
    return process.ended(os.waitpid(process.pid, 0)[1])


def test_the_wait_before_a_restart_doubles_up_to_ten_seconds(made: Callable[..., Process]) -> None:
    process = made(lambda: None)
    waits = []
    for _ in range(9):
        process.start()
        waits.append(process.delay)
        end(process)
    assert waits[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY] and waits[-1] == LONGEST_DELAY


def test_a_process_that_ran_steadily_starts_again_quickly(made: Callable[..., Process]) -> None:
    process = made(lambda: None)
    for _ in range(5):
        process.start()
        end(process)
    process.start()
    process.started -= STEADY
    end(process)
    assert process.delay == 2 * FIRST_DELAY


def test_how_a_process_ended_is_said(made: Callable[..., Process]) -> None:
    for target, said in ((lambda: None, "exit code 0"), (lambda: sys.exit(7), "exit code 7"), (lambda: sys.exit("no"), "exit code 1")):
        process = made(target)
        process.start()
        assert end(process) == f"ended with {said}"
    killed = made(signal.pause)
    killed.start()
    killed.signal(signal.SIGKILL)
    assert end(killed) == "was ended by SIGKILL"


def test_an_exception_reaches_the_log_and_not_the_supervisor(made: Callable[..., Process], tmp_path: Path) -> None:
    nothing: dict[str, str] = {}
    process = made(lambda: nothing["missing"])
    process.start()
    assert end(process) == "ended with exit code 1"
    process.outlet.drain()
    assert "KeyError: 'missing'" in (tmp_path / "web.log").read_text()


def test_what_a_process_and_its_programs_print_reaches_the_log(made: Callable[..., Process], tmp_path: Path) -> None:
    for target in (
        lambda: print_line("from python"),
        executing(["/bin/sh", "-c", "echo from a program >&2"], dict(os.environ)),
    ):
        process = made(target)
        process.start()
        end(process)
        process.outlet.drain()
    assert (tmp_path / "web.log").read_text() == "from python\nfrom a program\n"


def test_a_process_shows_its_title(made: Callable[..., Process]) -> None:
    process = made(signal.pause, title="governance web")
    process.start()
    until(lambda: " ".join(psutil.Process(process.pid).cmdline()).strip() == "governance web", "the title")


def test_signals_of_the_terminal_do_not_reach_it(made: Callable[..., Process]) -> None:
    process = made(signal.pause)
    process.start()
    until(lambda: os.getsid(process.pid) == process.pid, "a session of its own")
    assert os.getpgid(process.pid) != os.getpgid(0)
