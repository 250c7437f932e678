"""What files may hold, what may be wrong with them, and which of them are one dataset."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from governance.core.errors import DataUnreadable, ForbiddenAddress, GovernanceError, Unreachable
from governance.core.http.protected import protected
from governance.env import env
from governance.sources.connectors.base import DatasetInfo, DatasetProfile, Limits, Sample
from governance.sources.connectors.duckdb.session import Session
from governance.sources.connectors.files import Files
from governance.sources.connectors.files import connector as files_connector


def listed(path: Path | str) -> dict[str, DatasetInfo]:
    with Files(Files.Config(path=str(path))) as connector:
        return {one.key: one for one in connector.datasets()}


def read(path: Path | str, key: str = "", limits: Limits | None = None) -> tuple[DatasetInfo, Sample, DatasetProfile]:
    """The dataset with this key (or the only one), a sample and its profile."""
    with Files(Files.Config(path=str(path)), limits) as connector:
        found = [one for one in connector.datasets() if not key or one.key == key]
        assert len(found) == 1, found
        assert not found[0].error, found[0].error
        return found[0], connector.sample(found[0], 1000), connector.profile(found[0])


def failing(path: Path | str, kind: type[GovernanceError] = DataUnreadable) -> str:
    with Files(Files.Config(path=str(path))) as connector, pytest.raises(kind) as caught:
        for one in connector.datasets():
            connector.sample(one, 5)
    return caught.value.detail


def parquet(path: Path, query: str, options: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
    return path


def text(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# What is one dataset


def test_a_hive_folder_is_one_dataset_with_its_keys_as_columns(tmp_path: Path) -> None:
    parquet(tmp_path / "lake" / "events", "SELECT i, i % 2 AS odd, 'r' || i % 3 AS region FROM range(60) r (i)", ", PARTITION_BY (odd, region)")
    text(tmp_path / "lake" / "events" / "_SUCCESS", "")
    found, sample, profile = read(tmp_path / "lake")
    assert (found.key, found.kind, found.rows) == ("events", "folder", 60)
    assert {field.name for field in found.fields} == {"i", "odd", "region"} and sample.rows == profile.rows == 60


def test_part_files_with_the_same_columns_are_one_dataset(tmp_path: Path) -> None:
    for number in range(3):
        text(tmp_path / "parts" / f"part-{number:05}.csv", f"id,name\n{number},x\n{number},y\n")
    found, sample, profile = read(tmp_path)
    assert (found.key, found.name, found.kind) == ("parts", "parts", "folder")
    assert sorted(sample.columns[0]) == [0, 0, 1, 1, 2, 2] and (profile.rows, profile.fields[0].distinct) == (6, 3)


def test_numbered_files_with_different_columns_are_datasets_of_their_own(tmp_path: Path) -> None:
    text(tmp_path / "report1.csv", "a,b\n1,2\n")
    text(tmp_path / "report2.csv", "c,d\n1,2\n")
    assert list(listed(tmp_path)) == ["report1.csv", "report2.csv"]
    assert read(tmp_path, "report2.csv")[0].fields[0].name == "c"


def test_numbered_files_beside_others_are_named_by_their_pattern(tmp_path: Path) -> None:
    text(tmp_path / "d" / "sales_2023.csv", "a\n1\n")
    text(tmp_path / "d" / "sales_2024.csv", "a\n2\n")
    text(tmp_path / "d" / "people.json", '[{"a": 1}]')
    assert list(listed(tmp_path)) == ["d/people.json", "d/sales_*.csv"]
    assert read(tmp_path, "d/sales_*.csv")[2].rows == 2


def test_a_glob_narrows_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("a/x.csv", "a/y.parquet.txt", "b/x.csv", ".hidden/x.csv", "a/_tmp.csv"):
        text(tmp_path / name, "a,b\n1,2\n")
    assert list(listed(tmp_path / "**" / "*.csv")) == ["a/x.csv", "b/x.csv"]
    assert list(listed(tmp_path)) == ["a/x.csv", "b/x.csv"]


def test_a_fingerprint_follows_size_time_and_identity(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a\n1\n")
    before = listed(tmp_path)["a.csv"].fingerprint
    assert listed(tmp_path)["a.csv"].fingerprint == before
    os.utime(path, ns=(1, 1))
    assert listed(tmp_path)["a.csv"].fingerprint != before


# What a text may look like


@pytest.mark.parametrize(
    ("name", "content", "columns", "values"),
    [
        ("semicolon.csv", "a;b\n1;2,5\n3;4,5\n", ["a", "b"], [[1, 3], ["2,5", "4,5"]]),
        ("tabs.csv", "a\tb\n1\tx\n2\ty\n", ["a", "b"], [[1, 2], ["x", "y"]]),
        ("comma.tsv", "a,b\n1,x\n2,y\n", ["a", "b"], [[1, 2], ["x", "y"]]),
        ("pipe.csv", "a|b\n1|x\n2|y\n", ["a", "b"], [[1, 2], ["x", "y"]]),
        ("bom.csv", b"\xef\xbb\xbfa,b\n1,x\n2,y\n", ["a", "b"], [[1, 2], ["x", "y"]]),
        ("wide.csv", "a,b\n1,ä\n2,ö\n".encode("utf-16"), ["a", "b"], [[1, 2], ["ä", "ö"]]),
        ("latin.csv", "a,b\n1,Jörg\n2,Köln\n".encode("latin-1"), ["a", "b"], [[1, 2], ["Jörg", "Köln"]]),
        ("quoted.csv", 'a,b\n1,"x,\ny"\n2,"say ""hi"""\n', ["a", "b"], [[1, 2], ["x,\ny", 'say "hi"']]),
        ("headless.csv", "1,2020-01-02\n2,2020-01-03\n", ["column0", "column1"], [[1, 2], [date(2020, 1, 2), date(2020, 1, 3)]]),
        ("european.csv", "a,b\n1,31/12/2020\n2,01/02/2021\n", ["a", "b"], [[1, 2], [date(2020, 12, 31), date(2021, 2, 1)]]),
        ("crlf.csv", "a,b\r\n1,x\r\n2,y\r\n", ["a", "b"], [[1, 2], ["x", "y"]]),
        ("lines.jsonl", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', ["a", "b"], [[1, 2], ["x", "y"]]),
        ("list.json", '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', ["a", "b"], [[1, 2], ["x", "y"]]),
        ("mixed.ndjson", '{"a": 1, "b": "x"}\n{"a": 2, "b": 7}\n', ["a", "b"], [[1, 2], ["x", "7"]]),
        ("packed.csv.gz", gzip.compress(b"a,b\n1,x\n2,y\n"), ["a", "b"], [[1, 2], ["x", "y"]]),
        ("packed.jsonl.gz", gzip.compress(b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'), ["a", "b"], [[1, 2], ["x", "y"]]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() and "." in value and "," not in value else "",
)
def test_every_way_to_write_a_table_is_read(tmp_path: Path, name: str, content: str | bytes, columns: list[str], values: list[list[object]]) -> None:
    found, sample, profile = read(text(tmp_path / name, content))
    rows = sorted(zip(*sample.columns, strict=True))
    assert [field.name for field in found.fields] == columns and [list(column) for column in zip(*rows, strict=True)] == values
    assert profile.rows == 2 and profile.rejected == 0


def test_a_late_odd_value_loses_no_row(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "n\n" + "".join(f"{number}\n" for number in range(30_000)) + "not a number\n")
    found, _, profile = read(path)
    assert (found.fields[0].kind, profile.rows, profile.rejected) == ("integer", 30_001, 0)
    assert (profile.fields[0].nulls, profile.fields[0].maximum, profile.fields[0].distinct) == (0, 29_999, 30_001)


def test_ragged_rows_are_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    rows = "".join(f"{number},x,y\n" for number in range(3000))
    _, sample, profile = read(text(tmp_path / "a.csv", f"a,b,c\n{rows}1,2\n5,6,7,8\n{rows}"))
    assert (profile.rows, profile.rejected, sample.rows) == (6000, 2, 1000)


def test_rows_of_part_files_are_rejected_one_by_one(tmp_path: Path) -> None:
    for number in range(2):
        text(tmp_path / "p" / f"{number}.csv", "a,b\n1,2\n1,2\n1,2\n1,2,3\n")
    assert [getattr(read(tmp_path)[2], name) for name in ("rows", "rejected")] == [6, 2]


def test_bytes_that_are_no_utf8_among_utf8_lose_their_row_only(tmp_path: Path) -> None:
    good = "".join(f"{number},grün\n" for number in range(100)).encode()
    _, _, profile = read(text(tmp_path / "a.csv", b"a,b\n" + good + b"7,J\xf6rg\n" + good))
    assert (profile.rows, profile.rejected) == (200, 1)


def test_lines_that_are_no_json_are_counted(tmp_path: Path) -> None:
    _, sample, profile = read(text(tmp_path / "a.jsonl", '{"a": 1}\n{"a": \n{"a": 3}\n'))
    assert sorted(sample.columns[0]) == [1, 3] and (profile.rows, profile.rejected, profile.fields[0].nulls) == (2, 1, 0)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl"])
def test_an_empty_file_is_a_dataset_without_rows(tmp_path: Path, name: str) -> None:
    found, sample, profile = read(text(tmp_path / name, ""))
    assert (found.fields, sample.rows, profile.rows, profile.fields) == ((), 0, 0, [])


def test_a_header_alone_gives_columns_without_rows(tmp_path: Path) -> None:
    found, sample, profile = read(text(tmp_path / "a.csv", "a,b\n"))
    assert [field.name for field in found.fields] == ["a", "b"] and sample.rows == profile.rows == 0


def test_two_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(2000))
    line = ",".join(str(number) for number in range(2000))
    _, sample, profile = read(text(tmp_path / "a.csv", f"{names}\n{line}\n{line}\n"))
    assert [column[0] for column in sample.columns] == list(range(2000)) == [field.maximum for field in profile.fields]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_ten_megabytes_in_one_value(tmp_path: Path, name: str) -> None:
    value = "x" * 10_000_000
    content = f"a,b\n1,{value}\n2,y\n" if name == "a.csv" else json.dumps({"a": 1, "b": value}) + '\n{"a": 2, "b": "y"}\n'
    _, sample, profile = read(text(tmp_path / name, content))
    assert sorted(map(len, sample.columns[1])) == [1, 10_000] and profile.fields[1].length_max == 10_000_000


@pytest.mark.parametrize(
    "name", ['we\'ird "t" ; DROP TABLE x; -- 😀 %s.csv', "new\nline.csv", "a[1]*?.csv", "{a,b}.csv", "-flag.csv", "sp ace/x'.csv"]
)
def test_file_and_column_names_may_be_anything(tmp_path: Path, name: str) -> None:
    header = '"we\'ird ; DROP TABLE x; -- 😀","say ""hi""",number,lowest'
    text(tmp_path / "decoy.csv", "z\n1\n")
    text(tmp_path / name, header + "\n1,2,3,4\n5,6,7,8\n")
    found, sample, profile = read(tmp_path, name)
    assert [field.name for field in found.fields] == ["we'ird ; DROP TABLE x; -- 😀", 'say "hi"', "number", "lowest"]
    assert sorted(sample.columns[3]) == [4, 8] and profile.rows == 2


# What is wrong with a file, a path or the disk


def test_a_truncated_parquet_file_is_listed_with_its_error_and_the_others_are_read(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "good.parquet", "SELECT 'confidential' AS a FROM range(10000)")
    text(tmp_path / "bad.parquet", whole.read_bytes()[:200])
    found = listed(tmp_path)
    assert "cut off" in found["bad.parquet"].error and not found["good.parquet"].error
    assert "cut off" in failing(tmp_path / "bad.parquet")
    assert read(tmp_path, "good.parquet")[2].rows == 10_000


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.parquet", b"hello", "not a Parquet file"),
        ("x.parquet", b"", "not a Parquet file"),
        ("x.parquet", b"PAR1" + b"confidential" * 20 + b"PAR1", "x.parquet"),
        ("x.json", b'[{"a": "confidential"}, {"a"', "JSON"),
        ("x.csv.gz", gzip.compress(b"a,b\nconfidential,2\n" * 1000)[:40], "unpacked"),
        ("x.csv.gz", b"confidential", "unpacked"),
    ],
)
def test_a_broken_file_says_what_is_wrong_without_quoting_it(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    detail = failing(text(tmp_path / name, content))
    assert words in detail and "confidential" not in detail


def test_a_file_that_vanishes_or_changes_after_the_listing_says_so(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a,b\n1,2\n")
    with Files(Files.Config(path=str(tmp_path))) as connector:
        found = next(connector.datasets())
        text(path, "c,d\n1,2\n")
        with pytest.raises(DataUnreadable, match="changed"):
            connector.profile(found)
        path.unlink()
        with pytest.raises(DataUnreadable, match="not there"):
            connector.sample(found, 5)


def test_paths_that_lead_to_forbidden_places_are_refused(tmp_path: Path) -> None:
    assert failing("/etc/*.conf", ForbiddenAddress) and failing("/proc/self/environ", ForbiddenAddress)
    assert "nothing at this path" in failing(tmp_path / "missing", Unreachable)
    text(tmp_path / "a.csv", "a\n1\n")
    (tmp_path / "b.csv").symlink_to("/etc/passwd")
    (tmp_path / "c").symlink_to("/etc")
    assert list(listed(tmp_path)) == ["a.csv"]


def test_our_own_folder_is_refused_and_left_out(tmp_path: Path) -> None:
    text(tmp_path / "own" / "a.csv", "a\n1\n")
    text(tmp_path / "b.csv", "a\n1\n")
    protected.add_folder(tmp_path / "own")
    try:
        assert failing(tmp_path / "own", ForbiddenAddress)
        assert list(listed(tmp_path)) == ["b.csv"]
    finally:
        protected.folders.discard((tmp_path / "own").resolve())


def test_sources_stay_below_the_roots_that_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text(tmp_path / "in" / "a.csv", "a\n1\n")
    outside = text(tmp_path / "out" / "b.csv", "a\n1\n")
    (tmp_path / "in" / "link.csv").symlink_to(outside)
    monkeypatch.setattr(env, "source_roots", str(tmp_path / "in"))
    assert list(listed(tmp_path / "in")) == ["a.csv"]
    assert "GOVERNANCE_SOURCE_ROOTS" in failing(outside, ForbiddenAddress)


def test_the_engine_can_open_nothing_but_the_files_of_its_dataset(tmp_path: Path) -> None:
    path, other = text(tmp_path / "a.csv", "a\n1\n"), text(tmp_path / "b.csv", "a\n1\n")
    with Files(Files.Config(path=str(path))) as connector, connector.session(connector.root.files()) as session:
        assert session.rows(f"SELECT count(*) FROM read_csv('{path}')", "it") == [(1,)]
        for query in (
            f"SELECT * FROM read_csv('{other}')",
            "SELECT * FROM read_text('/etc/passwd')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "INSTALL httpfs",
        ):
            with pytest.raises(DataUnreadable):
                session.rows(query, "it")


# Large datasets


@pytest.mark.parametrize(
    "write", [lambda path: parquet(path, "SELECT i FROM range(50000) r (i)"), lambda path: text(path, "i\n" + "\n".join(map(str, range(50_000))))]
)
def test_the_row_budget_is_kept_and_told(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path / ("x.parquet" if "parquet" in str(write.__code__.co_names) else "x.csv"))
    _, _, profile = read(path, limits=Limits(row_budget=5000))
    assert profile.read == pytest.approx(5000, rel=0.2) and profile.rows == pytest.approx(50_000, rel=0.2) and "row budget" in profile.method


def test_large_folders_are_split_by_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        parquet(tmp_path / "p" / f"{number}.parquet", f"SELECT i + {number * 1000} AS i FROM range(1000) r (i)")
    monkeypatch.setattr(files_connector, "PART_BYTES", 4000)
    with Files(Files.Config(path=str(tmp_path))) as connector:
        found = next(connector.datasets())
        count = connector.parts(found)
        rows = [connector.profile(found, (index, count)).rows for index in range(count)]
    assert 1 < count <= 6 and sum(row or 0 for row in rows) == 6000


def test_pipes_and_sockets_in_a_folder_are_left_out_and_never_opened(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    text(tmp_path / "people.csv", "id\n1\n")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket.csv"))
        assert listed(tmp_path).keys() == listed(tmp_path / "*.csv").keys() == {"people.csv"}
        for name in ("pipe.csv", "link.csv", "socket.csv"):
            with pytest.raises(ForbiddenAddress, match="a pipe or a socket"):
                listed(tmp_path / name)


def test_a_second_name_of_one_of_our_files_is_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protected, "folders", {tmp_path / "var"})
    text(tmp_path / "lake" / "people.csv", "id\n1\n")
    (tmp_path / "lake" / "ours.csv").hardlink_to(text(tmp_path / "var" / "ours", "key\nsecret\n"))
    assert listed(tmp_path / "lake").keys() == {"people.csv"}


def test_no_engine_stays_open_between_two_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Session] = []
    make = Files.session

    def noted(connector: Files, files: Any) -> Session:
        opened.append(make(connector, files))
        return opened[-1]

    monkeypatch.setattr(Files, "session", noted)
    text(tmp_path / "a.csv", "a\n1\n")
    with Files(Files.Config(path=str(tmp_path))) as connector:
        connector.check()
        (dataset,) = connector.datasets()
        connector.sample(dataset, 10)
        connector.preview(dataset)
        connector.profile(dataset)
        assert len(opened) == 5 and all(session._connection is None for session in opened)


def test_no_row_of_a_large_csv_file_is_lost(tmp_path: Path) -> None:
    draw = Random(3)
    rows = [f"{number},{'x' * draw.randint(1, 1200)},{draw.random()}" for number in range(130_000)]
    (tmp_path / "large.csv").write_text("\n".join(["id,text,share", *rows]) + "\n")
    profile = read(tmp_path)[2]
    assert (profile.rows, profile.rejected, profile.fields[0].minimum, profile.fields[0].maximum) == (130_000, 0, 0, 129_999)


@pytest.mark.parametrize("size", [1_500_000, 2_500_000, 9_000_000])
def test_a_very_long_line_among_short_ones_is_read(tmp_path: Path, size: int) -> None:
    short = "".join(f"{number},short\n" for number in range(1_000))
    (tmp_path / "long.csv").write_text(f"id,text\n{short}1000,{'y' * size}\n{short}")
    profile = read(tmp_path)[2]
    assert (profile.rows, profile.rejected, profile.fields[1].length_max) == (2_001, 0, size)
