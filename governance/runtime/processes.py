"""One supervised process: how it starts, ends and comes back."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from governance.runtime.kernel import die_with_parent, entitle
from governance.runtime.output import Outlet

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
STEADY = 30.0  # seconds up, after which a process counts as healthy again


@dataclass
class Process:
    """`target` runs in a forked child: a function of ours, or one that execs a server. Signals in `stops` are tried one after the other."""

    name: str
    target: Callable[[], object]
    outlet: Outlet
    title: str = ""
    stops: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL)
    on_orphan: signal.Signals = signal.SIGKILL
    keeps_terminal: bool = False
    pid: int = 0
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = field(default=0.0)

    @property
    def is_running(self) -> bool:
        return self.pid != 0

    def start(self) -> None:
        """Forks. The caller has one thread and no open connections."""
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._become(parent)
        self.started = time.monotonic()

    def _become(self, parent: int) -> NoReturn:
        """The child's whole life: it never returns into the supervisor's code."""
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            die_with_parent(parent, self.on_orphan)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            if not self.keeps_terminal:
                os.dup2(self.outlet.writer, 1)
            os.dup2(self.outlet.writer, 2)
            # A line is passed on when it is printed, not when a buffer is full.
            sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
            sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
            if self.title:
                entitle(self.title, self.name)
            self.target()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except KeyboardInterrupt:
            code = 130
        except BaseException:
            traceback.print_exc()
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)

    def ended(self, status: int) -> str:
        """Takes note of the end, sets when to start again, and says how it ended."""
        self.pid = 0
        if time.monotonic() - self.started >= STEADY:
            self.delay = FIRST_DELAY
        self.due = time.monotonic() + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        code = os.waitstatus_to_exitcode(status)
        return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def signal(self, number: signal.Signals) -> None:
        if self.pid:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass


def executing(command: list[str], environment: dict[str, str]) -> Callable[[], NoReturn]:
    """A target that becomes another program."""

    def run() -> NoReturn:
        os.execvpe(command[0], command, environment)

    return run
