"""`manage.py classify` in a process of its own: no database, no services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path, data_dir: Path, words: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "classify", *map(str, arguments)],
        input=words,
        capture_output=True,
        timeout=120,
        text=True,
        cwd=ROOT,
        env={**os.environ, "GOVERNANCE_DATA_DIR": str(data_dir)},
        check=False,
    )


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text("Name;mail;qty\n" + "".join(f"Anna Smith;anna{at}@example.org;{at * 7}\n" for at in range(20)), encoding="utf-8")
    return file


def test_one_line_a_column(csv_file: Path, tmp_path: Path) -> None:
    done = run(csv_file, data_dir=tmp_path / "data")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [(line["path"], line["column"], line["index"]) for line in lines] == [
        (str(csv_file), "Name", 0),
        (str(csv_file), "mail", 1),
        (str(csv_file), "qty", 2),
    ]
    assert lines[1]["entity"] == "EMAIL_ADDRESS" and lines[1]["evidence"] and lines[2]["entity"] is None
    assert "anna1@" not in done.stdout


def test_parquet_json_and_folders(tmp_path: Path) -> None:
    lake = tmp_path / "lake" / "inner"
    lake.mkdir(parents=True)
    rows = "SELECT 'anna' || i || '@example.org' AS mail FROM range(20) t(i)"
    duckdb.sql(f"COPY ({rows}) TO '{lake / 'a.parquet'}'")
    duckdb.sql(f"COPY ({rows}) TO '{lake / 'b.jsonl'}' (FORMAT json)")
    done = run(tmp_path / "lake", data_dir=tmp_path / "data")
    assert [json.loads(line)["family"] for line in done.stdout.splitlines()] == ["email", "email"]


def test_a_broken_file_is_named_and_the_others_are_read(csv_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_text("no parquet")
    done = run(broken, csv_file, data_dir=tmp_path / "data")
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 3
    assert done.stderr.startswith(f"error: {broken} is no readable parquet file") and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["nowhere.csv"], ["manage.py"]])
def test_wrong_use_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    done = run(*arguments, data_dir=tmp_path / "data")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) == 1


def test_texts(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": 7, "text": "Write to anna@example.org"}\nnonsense\n', encoding="utf-8")
    done = run("--text", file, data_dir=tmp_path / "data")
    assert json.loads(done.stdout) == {"id": 7, "spans": [{"start": 9, "end": 25, "entity": "EMAIL_ADDRESS", "score": 0.98}]}
    assert done.returncode == 1 and "line 2" in done.stderr


def test_a_line_of_texts_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    deep, surrogate = b"[" * 100_000, b'{"id": "\\ud800", "text": "x"}'
    file.write_bytes(
        b"\n".join([b'{"id": 1, "text": "a@example.org"}', b"\xff\xfe", deep, surrogate, b'{"id": 2, "text": 5}', b'{"id": 3, "text": "x"}'])
    )
    done = run("--text", file, data_dir=tmp_path / "data")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-500:]
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 3] and done.stderr.count("error: line") == 4


def test_an_empty_path_is_wrong_use(tmp_path: Path) -> None:
    done = run("", data_dir=tmp_path / "data")
    assert done.returncode == 2 and "empty" in done.stderr and not done.stdout


@pytest.mark.parametrize("option", [[], ["--text"], ["--settings-file"]])
def test_a_pipe_is_wrong_use_and_nothing_waits_for_it(csv_file: Path, tmp_path: Path, option: list[str]) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.csv")
    done = run(*([csv_file] if option == ["--settings-file"] else []), *option, pipe, data_dir=tmp_path / "data")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr == (
        f"error: {pipe} is a pipe, a socket or a device. Give a file, or - and send the data to standard input.\n"
    )


def test_a_pipe_in_a_folder_is_left_out(csv_file: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    done = run(tmp_path, data_dir=tmp_path / "data")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)


def test_standard_input_is_read_like_a_file(csv_file: Path, tmp_path: Path) -> None:
    # Longer than what is looked at to find out its encoding.
    words = csv_file.read_text(encoding="utf-8") + "Jürgen Groß;juergen@example.org;1\n" * 5_000
    csv_file.write_text(words, encoding="utf-8")
    named, piped = run(csv_file, data_dir=tmp_path / "data"), run("-", data_dir=tmp_path / "data", words=words)
    found = [[json.loads(line) for line in done.stdout.splitlines()] for done in (named, piped)]
    assert [line.pop("path") for line in found[1]] == ["-"] * 3 and piped.returncode == 0
    assert [(line["column"], line["family"]) for line in found[0]] == [(line["column"], line["family"]) for line in found[1]]


def test_texts_come_from_standard_input(tmp_path: Path) -> None:
    done = run("--text", "-", data_dir=tmp_path / "data", words='{"id": 7, "text": "Write to anna@example.org"}\n')
    assert (done.returncode, json.loads(done.stdout)["spans"][0]["entity"]) == (0, "EMAIL_ADDRESS")
