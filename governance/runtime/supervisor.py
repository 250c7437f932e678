"""Starts everything, watches it, and stops it: what `manage.py up` runs.

One thread and one loop. Processes of ours are forked from here after Django is loaded, so they share its pages and come back
quickly; therefore this process opens no connection and starts no thread.
"""

from __future__ import annotations

import gc
import ipaddress
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from governance.core.errors import GovernanceError
from governance.runtime import entries
from governance.runtime.kernel import adopt_orphans, give_memory_back
from governance.runtime.output import Console, Log, Outlet
from governance.runtime.places import Places
from governance.runtime.postgres import Cluster, portal_cluster, provision_portal, server_environment
from governance.runtime.preflight import Lock, check_database, check_redis, check_space, check_writable, listen
from governance.runtime.processes import Process, executing
from governance.runtime.valkey import Valkey

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Seconds, under 10 together: our own processes get 4 s for what they are doing, 1 s to put it back, then the servers get their turn.
ON_PURPOSE = 3  # the exit code of a job that ended with a message of ours
STOP_DELAY = 0.5  # between the end of a job and a signal that was sent to both of us
GRACE = (4.0, 1.0, 1.0)
SERVER_GRACE = (2.5, 1.0, 0.5)


@dataclass(frozen=True)
class Options:
    """What `up` was asked for; an empty URL means the embedded server."""

    host: str
    port: int
    workers: int
    database_url: str = ""
    redis_url: str = ""


class NotStarted(GovernanceError):
    """A step of the start failed."""

    code, status, title = "not_started", 500, "The portal did not start"


class Stopping(Exception):
    """Somebody asked us to stop while we were still starting."""


class Supervisor:
    """`companions` are further servers (name → what it runs) that live as long as the portal, such as the demo's shop;
    `once_ready` runs in a process of its own when the portal is ready, and its output goes to the terminal."""

    def __init__(
        self,
        places: Places,
        options: Options,
        *,
        companions: Mapping[str, Callable[[], object]] | None = None,
        once_ready: Callable[[], object] | None = None,
    ) -> None:
        self.places, self.options = places, options
        self.companions, self.once_ready = companions or {}, once_ready
        self.console = Console(sys.stdout.fileno())
        self.stop_signal: int = 0
        self.watching = False
        self.ended: dict[int, int] = {}
        self.servers: list[Process] = []
        self.processes: list[Process] = []
        self.jobs: list[Process] = []
        self.wake_reader, self.wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self) -> int:
        """The whole life of the portal; returns the exit code. What is wrong before the start is raised as a GovernanceError."""
        self.places.prepare()
        lock = Lock(self.places, "up")
        check_writable(self.places)
        check_space(self.places)
        listener = listen(self.options.host, self.options.port)
        self._catch_signals()
        adopt_orphans()
        give_memory_back()
        try:
            self._check_outside()
            self._start_servers()
            self._prepare_database()
            self._start_processes(listener)
            self._await_ready()
            while not self.stop_signal:
                self._turn()
        except Stopping:
            pass
        finally:
            self._stop()
            listener.close()
            lock.release()
        return 0

    # Starting

    def _catch_signals(self) -> None:
        signal.set_wakeup_fd(self.wake_writer, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            # nohup ignores SIGHUP on purpose.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_signal = number

    def _check_outside(self) -> None:
        if self.options.database_url:
            check_database(self.options.database_url)
        if self.options.redis_url:
            check_redis(self.options.redis_url)

    def _start_servers(self) -> None:
        """The embedded servers, as far as no URL names another; Python's modules are loaded while initdb works."""
        valkey = None if self.options.redis_url else Valkey(self.places)
        if valkey:
            valkey.initialise()
            environment = {name: value for name, value in os.environ.items() if not name.endswith("_PASSWORD")}
            self._server("valkey", executing(valkey.command(), environment), signal.SIGTERM)
        cluster = None if self.options.database_url else portal_cluster(self.places)
        initialised = self._job("initdb", cluster.initialise) if cluster else None
        entries.preload()
        if initialised:
            self._finish(initialised)
        if cluster:
            self._server("postgres", executing(cluster.command(), server_environment()), signal.SIGINT)
            self._finish(self._job("provision", lambda: _provision(cluster, self.places)))
        if valkey:
            self._finish(self._job("valkey-ready", lambda: valkey.wait(lambda: True)))

    def _server(self, name: str, target: Callable[[], object], stop: signal.Signals) -> None:
        stops = (stop, signal.SIGKILL) if stop == signal.SIGTERM else (stop, signal.SIGQUIT, signal.SIGKILL)
        server = Process(name, target, self._outlet(name, self.console), stops=stops, on_orphan=stop)
        self.servers.append(server)
        server.start()

    def _prepare_database(self) -> None:
        for name, target in self.companions.items():
            self._server(name, target, signal.SIGINT)
        self._finish(self._job("setup", entries.setup, keeps_terminal=True))

    def _start_processes(self, listener: socket.socket) -> None:
        gc.collect()
        gc.freeze()
        targets = entries.targets(listener, workers=self.options.workers)
        for name, target in targets.items():
            process = Process(name, target, self._outlet(name, self.console), self._title(name))
            self.processes.append(process)
            process.start()
        self.watching = True

    def _await_ready(self) -> None:
        host = reachable(self.options.host)
        address = f"http://{f'[{host}]' if ':' in host else host}:{self.options.port}"
        self._finish(self._job("ready", lambda: entries.await_ready(host, self.options.port)))
        self.console.say(f"Governance Portal is ready at {address}")
        if self.once_ready:
            self._job("demo", self.once_ready, keeps_terminal=True)

    def _outlet(self, name: str, console: Console | None) -> Outlet:
        return Outlet(name, Log(self.places.log(name)), console)

    # Jobs: forked like processes, but they end by themselves

    def _job(self, name: str, target: Callable[[], object], *, keeps_terminal: bool = False) -> Process:
        outlet = self._outlet("setup", self.console if name == "ready" else None)
        job = Process(name, lambda: _reporting(target), outlet, self._title(name), keeps_terminal=keeps_terminal)
        self.jobs.append(job)
        job.start()
        return job

    def _finish(self, job: Process) -> None:
        """Waits for a job; what it failed with becomes our own error."""
        pid = job.pid
        while pid not in self.ended and not self.stop_signal:
            self._turn()
        if self.stop_signal:
            raise Stopping
        self.jobs.remove(job)
        job.outlet.close()
        code = os.waitstatus_to_exitcode(self.ended.pop(pid))
        if code and self._is_stopping_soon():
            raise Stopping
        if code == ON_PURPOSE:
            raise NotStarted(job.outlet.last)
        if code:
            raise NotStarted(f"The step {job.name!r} failed: {job.outlet.last or f'exit code {code}'} (all of it is in {job.outlet.log.path})")

    def _is_stopping_soon(self) -> bool:
        """Whether a job failed because everybody was told to stop: a signal to the whole group may reach the job before it reaches us."""
        deadline = time.monotonic() + STOP_DELAY
        while not self.stop_signal and (left := deadline - time.monotonic()) > 0:
            self._listen(left)
        return bool(self.stop_signal)

    def _title(self, name: str) -> str:
        return f"governance {name} --data-dir {self.places.data_dir}"

    # Watching

    def _turn(self) -> None:
        """One round of the loop: wait for something to happen, then start again who is due."""
        self._listen(self._patience())
        if self.stop_signal:
            return
        for process in [*self.servers, *self.processes]:
            if not process.is_running and time.monotonic() >= process.due:
                process.start()

    def _listen(self, patience: float | None) -> None:
        """Passes on output and reaps who ended; returns after `patience` seconds when nothing happens."""
        outlets = {process.outlet.reader: process.outlet for process in self._everyone()}
        readable, _, _ = select.select([*outlets, self.wake_reader], [], [], patience)
        for reader in readable:
            if reader in outlets:
                outlets[reader].drain()
            else:
                os.read(self.wake_reader, 4096)
        self._reap()

    def _everyone(self) -> list[Process]:
        return [*self.servers, *self.processes, *self.jobs]

    def _patience(self) -> float | None:
        """Seconds until somebody is due to start again; for ever when everybody runs."""
        due = [process.due for process in [*self.servers, *self.processes] if not process.is_running]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for process in self._everyone():
                if process.pid == pid:
                    self._note_end(process, pid, status)

    def _note_end(self, process: Process, pid: int, status: int) -> None:
        how = process.ended(status)
        process.outlet.drain()
        if process in self.jobs:
            self.ended[pid] = status
            if status and process.name == "demo" and not self.stop_signal:
                self.console.say(f"error: {process.outlet.last}")
        elif not self.stop_signal:
            wait = process.due - time.monotonic()
            process.outlet.pass_on(f"{process.name} {how}; starting it again in {max(wait, 0):.1f} s".encode())

    # Stopping

    def _stop(self) -> None:
        """Our own processes first, so that what they finish still reaches the servers; then the servers; then whoever is left."""
        self.stop_signal = self.stop_signal or signal.SIGTERM
        if self.watching:
            self.console.say("Stopping …")
        self._end([*self.processes, *self.jobs], GRACE)
        self._end(self.servers, SERVER_GRACE)
        for pid in _children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._reap()
        for process in self._everyone():
            process.outlet.drain()

    def _end(self, group: list[Process], grace: tuple[float, ...]) -> None:
        for step, seconds in enumerate(grace):
            for process in group:
                process.signal(process.stops[min(step, len(process.stops) - 1)])
            deadline = time.monotonic() + seconds
            while any(process.is_running for process in group) and time.monotonic() < deadline:
                self._listen(max(0.0, deadline - time.monotonic()))
            if not any(process.is_running for process in group):
                return


def reachable(host: str) -> str:
    """Where a server that listens on `host` can be asked from this machine."""
    try:
        return "127.0.0.1" if ipaddress.ip_address(host).is_unspecified else host
    except ValueError:
        return host


def _provision(cluster: Cluster, places: Places) -> None:
    # The supervisor starts a server again that ends, for example while old backends hold the shared memory after kill -9.
    cluster.wait(lambda: True, timeout=60)
    provision_portal(cluster, places)


def _reporting(target: Callable[[], object]) -> None:
    """Runs a job; an error raised on purpose is its last line and nothing else."""
    try:
        target()
    except GovernanceError as error:
        sys.stderr.write(f"{error.detail}\n")
        raise SystemExit(ON_PURPOSE) from error


def _children() -> list[int]:
    """Processes whose parent is this one, adopted orphans included."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []
