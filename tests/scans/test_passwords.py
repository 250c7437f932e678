"""`manage.py scan` and the passwords of servers: on no command line, in no output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from governance.core.access import SYSTEM
from governance.scans import targets
from governance.sources.configuration import without_password
from governance.sources.models import Source
from tests.connectors.server import PASSWORD, Server
from tests.portal import ROOT, clean_environment, until

URL = "postgresql://reader@127.0.0.1:5999/shop"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="only Linux lets a process write its command line")
@pytest.mark.parametrize(("secret", "shown"), [("hunter2", ["127.0.0.1:5999/shop"] * 3), ("p@ss?w/o:r&d#1", ["", "", "127.0.0.1:5999/shop"])])
def test_the_process_list_shows_no_password(tmp_path: Path, secret: str, shown: list[str]) -> None:
    arguments = ["--password-stdin", f"postgresql://reader:{secret}@127.0.0.1:5999/shop", f"{URL}?password={secret}", URL]
    environment = clean_environment() | {"DATA_DIR": str(tmp_path / "data")}
    # It waits for its standard input, so there is time to look.
    with subprocess.Popen(
        [sys.executable, "manage.py", "scan", *arguments], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        line = Path(f"/proc/{process.pid}/cmdline")
        until(lambda: b"manage.py" in line.read_bytes() and b"reader" not in line.read_bytes(), "the command line without its URLs' users")
        assert line.read_text().rstrip("\0").split("\0")[-3:] == [f"postgresql://{one}" for one in shown]
        assert b"reader:" not in process.communicate(b"", timeout=60)[1] and process.returncode == 2


@pytest.mark.stack
def test_a_password_comes_from_the_environment_from_standard_input_or_from_the_last_scan(server: Server, tmp_path: Path) -> None:
    url = f"postgresql://scanner@127.0.0.1:{server.port}/shop?sslmode=disable"
    environment = clean_environment() | {"DATA_DIR": str(tmp_path / "data")}
    for arguments, more, words in (
        ([], {"PGPASSWORD": PASSWORD}, ""),
        ([], {}, ""),
        (["--password-stdin"], {"PGPASSWORD": "wrong"}, f"{PASSWORD}\n"),
    ):
        command = [sys.executable, "manage.py", "scan", "--json", *arguments, url]
        done = subprocess.run(command, cwd=ROOT, env=environment | more, input=words, capture_output=True, text=True, timeout=180, check=False)
        assert json.loads(done.stdout)["scans"][0]["state"] == "complete", done.stdout + done.stderr
        assert PASSWORD not in done.stdout + done.stderr


def test_a_password_goes_to_servers_whose_url_has_none() -> None:
    given = [
        targets.with_password(targets.read(text), "p@s/s")
        for text in (URL, "postgresql://a:b@db.example/shop", f"{URL}?password=b", "sqlite:///x.db")
    ]
    assert given[0].config == {"url": "postgresql://reader:p%40s%2Fs@127.0.0.1:5999/shop"} and "p%40" not in given[0].shown
    assert [one.config.get("url") for one in given[1:]] == ["postgresql://a:b@db.example/shop", f"{URL}?password=b", None]


@pytest.mark.django_db
def test_a_url_without_a_password_keeps_the_stored_one() -> None:
    first = targets.source_for(targets.with_password(targets.read(URL), "p@ss"), actor=SYSTEM)
    assert targets.source_for(targets.read(URL), actor=SYSTEM) == first
    assert Source.objects.get(pk=first.pk).connection_config() == {"url": "postgresql://reader:p%40ss@127.0.0.1:5999/shop"}
    targets.source_for(targets.with_password(targets.read(URL), "new"), actor=SYSTEM)
    assert Source.objects.get(pk=first.pk).connection_config() == {"url": "postgresql://reader:new@127.0.0.1:5999/shop"}


@pytest.mark.parametrize("arguments", [["--password-stdin", "."], ["--password-stdin", URL]])
def test_standard_input_that_serves_nothing_is_wrong_use(tmp_path: Path, arguments: list[str]) -> None:
    environment = clean_environment() | {"DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "manage.py", "scan", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, input="", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "password" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["postgresql://h/d?password=hunter2", "postgresql://u:hunter2@h/d?sslmode=require&sslpassword=hunter2&x=1"])
def test_no_password_of_a_url_is_shown(text: str) -> None:
    assert "hunter2" not in without_password(text) and "••••" in without_password(text)
