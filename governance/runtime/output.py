"""Where the lines of our processes go: a file each, rotated by size, and the terminal with the name in front."""

from __future__ import annotations

import os
import select
from itertools import pairwise
from pathlib import Path

LARGEST_LOG = 5 * 1024 * 1024
OLDER_LOGS = 3
LONGEST_LINE = 64 * 1024
COLOURS = {"postgres": 34, "valkey": 31, "setup": 37, "web": 32, "worker": 36, "tasks": 96, "beat": 33, "facts": 35, "collect": 94, "up": 1}


class Log:
    """A log file that keeps itself small. A full disk loses lines, never the process that writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self.file).st_size

    def write(self, line: bytes) -> None:
        try:
            if self.size + len(line) > LARGEST_LOG:
                self._rotate()
            self.size += os.write(self.file, line)
        except OSError:
            pass

    def _rotate(self) -> None:
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{age}") for age in range(1, OLDER_LOGS + 1))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)
        os.close(self.file)
        self._open()


class Console:
    """The terminal. What cannot be written at once is dropped, so that a stopped or vanished reader never holds the portal up."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.colourful = os.isatty(self.target) and not os.environ.get("NO_COLOR")
        self.width = max(map(len, COLOURS))

    def line(self, name: str, text: bytes) -> None:
        """One line of a process, dropped when the terminal does not take it now."""
        prefix = f"{name:<{self.width}} | "
        if self.colourful:
            prefix = f"\x1b[{COLOURS.get(name, 37)}m{prefix}\x1b[0m"
        self._write(prefix.encode() + text, patience=0)

    def say(self, text: str) -> None:
        """A line of our own that should be read; waits a moment for a slow terminal."""
        self._write(f"{text}\n".encode("utf-8", "surrogateescape"), patience=2)

    def _write(self, data: bytes, patience: float) -> None:
        # A pipe that select calls writable takes PIPE_BUF (4096) bytes without blocking.
        for start in range(0, len(data), 4096):
            try:
                if not select.select([], [self.target], [], patience)[1]:
                    return
                os.write(self.target, data[start : start + 4096])
            except (OSError, ValueError):
                return


class Outlet:
    """The pipe that one process writes to, kept across its restarts, and the lines that come out of it."""

    def __init__(self, name: str, log: Log, console: Console | None) -> None:
        self.name, self.log, self.console = name, log, console
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.reader, False)
        self.rest = b""
        self.last = ""

    def drain(self) -> None:
        """Passes on every whole line that is there."""
        while True:
            try:
                data = os.read(self.reader, 65536)
            except BlockingIOError:
                return
            *lines, self.rest = (self.rest + data).split(b"\n")
            if len(self.rest) > LONGEST_LINE:
                lines, self.rest = [*lines, self.rest], b""
            for line in lines:
                self.pass_on(line)

    def pass_on(self, line: bytes) -> None:
        if line.strip():
            self.last = line.decode("utf-8", "replace").strip()
        self.log.write(line + b"\n")
        if self.console:
            self.console.line(self.name, line + b"\n")

    def close(self) -> None:
        """Passes on what is left and lets go of the pipe and the file."""
        self.drain()
        os.close(self.reader)
        os.close(self.writer)
        os.close(self.log.file)
