"""The services for one command's duration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.portal import ROOT, Portal, until

pytestmark = pytest.mark.destructive

# Prints `in`, waits for a line, asks the database, prints `out`.
PROGRAM = """
import sys
from django.db import connection
from governance.env import env
from governance.runtime.services import running
with running(env.places, "a-test"):
    print("in", flush=True)
    sys.stdin.readline()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
print("out", flush=True)
"""


def command(portal: Portal) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*portal.command("shell", "-v", "0", "-c", PROGRAM)],
        cwd=ROOT,
        env=portal.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def says(process: subprocess.Popen[str], word: str) -> bool:
    assert process.stdout
    return process.stdout.readline().strip() == word


def release(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.close()


def servers(portal: Portal) -> list[int]:
    return [*portal.pids("postgres"), *portal.pids("valkey")]


@pytest.fixture
def alone(tmp_path: Path) -> Portal:
    """A DATA_DIR on which no `up` runs."""
    portal = Portal(tmp_path / "data")
    portal.process = subprocess.Popen([sys.executable, "-c", ""])
    portal.process.wait()
    return portal


def test_a_command_alone_has_servers_of_its_own_and_leaves_none(alone: Portal) -> None:
    with command(alone) as one:
        assert says(one, "in") and servers(alone)
        release(one)
        assert says(one, "out")
    assert not servers(alone)


def test_two_commands_share_servers_and_the_first_waits_for_the_second(alone: Portal) -> None:
    with command(alone) as first:
        assert says(first, "in")
        found = servers(alone)
        with command(alone) as second:
            assert says(second, "in") and servers(alone) == found
            release(first)
            release(second)
            assert says(second, "out") and second.wait(30) == 0
        assert says(first, "out") and first.wait(30) == 0
    assert not servers(alone)


def test_up_is_refused_while_a_command_uses_its_own_servers(alone: Portal) -> None:
    with command(alone) as one:
        assert says(one, "in")
        done = alone.manage("up", "--port", str(alone.port), "--data-dir", str(alone.data_dir))
        assert done.returncode == 2 and f"`manage.py a-test` already runs on {alone.data_dir}" in done.stderr
        release(one)
        assert says(one, "out")


def test_the_servers_of_a_command_that_was_killed_end_with_it(alone: Portal) -> None:
    with command(alone) as one:
        assert says(one, "in") and servers(alone)
        one.kill()
        one.wait()
    until(lambda: not servers(alone), "the servers' end", lambda: str(servers(alone)))
