"""`manage.py scan`: a scan in the foreground, with and without a portal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from governance.core.errors import InvalidInput
from governance.scans import targets
from tests.portal import ROOT, Portal, clean_environment
from tests.scans.running import PEOPLE, sqlite_file


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command") / "data"


def run(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment() | {"DATA_DIR": str(data_dir)}
    command = [sys.executable, "manage.py", "scan", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)


@pytest.mark.stack
def test_a_table_is_printed_and_the_services_are_gone_afterwards(data_dir: Path, tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "shop.db", {"people": PEOPLE, "empty": []})
    done = run(data_dir, str(path))
    assert done.returncode == 0, done.stderr
    assert "EMAIL_ADDRESS" in done.stdout and "people" in done.stdout and "2 datasets, 200 rows read, 1 sensitive fields, 0 failed" in done.stdout
    assert not list((data_dir / "run").glob("*.sock"))


@pytest.mark.stack
def test_json_tells_the_same_and_a_second_scan_reuses_the_source(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "people.csv").write_text("id,email\n" + "".join(f"{at},person{at}@firm.example\n" for at in range(100)))
    first, second = (json.loads(run(data_dir, "--json", str(tmp_path / "lake")).stdout)["scans"][0] for _ in range(2))
    assert first["state"] == "complete" and first["datasets"][0]["rows"] == 100
    fields = {one["name"]: one["entity"] for one in first["datasets"][0]["fields"]}
    assert fields == {"id": None, "email": "EMAIL_ADDRESS"}
    assert second["source"]["id"] == first["source"]["id"] and second["summary"]["skipped"] == 1


@pytest.mark.stack
def test_what_fails_is_one_line_and_exit_code_1(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing else")
    done = run(data_dir, str(tmp_path / "broken.parquet"))
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, len(errors)) == (1, 1) and "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["/no/such/file"], ["gopher://old"], ["/etc"], ["--rule-set", "nobody", "."]])
def test_wrong_use_is_exit_code_2(arguments: list[str], data_dir: Path) -> None:
    done = run(data_dir, *arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.strip(), done.stderr


@pytest.mark.stack
def test_with_a_running_portal_its_workers_do_the_work(portal: Portal, tmp_path: Path) -> None:
    done = portal.manage("scan", "--json", str(sqlite_file(tmp_path / "shop.db")))
    found = json.loads(done.stdout)["scans"][0]
    assert found["state"] == "complete", done.stderr
    units = portal.api().get(f"/api/v1/scans/{found['scan']}/").json()
    assert units["trigger"] == "command" and portal.is_ready()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("postgresql://u:p@db.example/shop", "postgresql"),
        ("postgres://u:p@db.example/shop", "postgresql"),
        ("sqlite:///shop.db", "sqlite"),
        ("duckdb:////data/shop.duckdb", "duckdb"),
        ("lake/**/*.parquet", "files"),
    ],
)
def test_what_a_target_means(text: str, kind: str) -> None:
    target = targets.read(text)
    assert target.kind == kind and ":p@" not in target.shown


def test_a_sqlite_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "data.bin")
    assert targets.read(str(path)).kind == "sqlite"
    with pytest.raises(InvalidInput):
        targets.read(str(tmp_path / "nothing.db"))


@pytest.mark.parametrize("text", ["", "  ", "x\0y", "postgresql://u:hunter2@[::1/x", "sqlite://[x"])
def test_a_target_that_is_none_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        targets.read(text)
    assert "hunter2" not in caught.value.detail
