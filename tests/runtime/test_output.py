"""Logs and the terminal."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from governance.runtime import output
from governance.runtime.output import Console, Log, Outlet


def test_a_log_is_rotated_by_size_and_its_oldest_part_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "LARGEST_LOG", 100)
    log = Log(tmp_path / "web.log")
    for number in range(60):
        log.write(f"line {number:03}\n".encode())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    kept = "".join((tmp_path / name).read_text() for name in ("web.log.3", "web.log.2", "web.log.1", "web.log"))
    assert kept.endswith("line 059\n") and "line 000" not in kept and all(path.stat().st_size <= 100 for path in tmp_path.iterdir())


def test_a_log_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    Log(tmp_path / "web.log")
    assert stat.S_IMODE((tmp_path / "web.log").stat().st_mode) == 0o600


def test_a_full_disk_costs_lines_and_not_the_process(tmp_path: Path) -> None:
    full = Path("/dev/full")
    log = Log(tmp_path / "web.log")
    os.dup2(os.open(full, os.O_WRONLY), log.file)
    log.write(b"lost\n")
    assert (tmp_path / "web.log").read_bytes() == b""


def test_lines_come_out_whole_with_the_name_in_front(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    console = Console(writer)
    outlet = Outlet("web", Log(tmp_path / "web.log"), console)
    os.write(outlet.writer, b"first\nsec")
    outlet.drain()
    os.write(outlet.writer, "ond é\n".encode())
    outlet.drain()
    assert os.read(reader, 1000).decode().splitlines() == ["web      | first", "web      | second é"]
    assert (tmp_path / "web.log").read_text() == "first\nsecond é\n" and outlet.last == "second é"


def test_a_terminal_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    _, writer = os.pipe()
    console = Console(writer)
    for _ in range(1000):
        console.line("web", b"x" * 200 + b"\n")


def test_a_terminal_that_went_away_holds_nothing_up() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    Console(writer).line("web", b"into the void\n")
