"""Reads a file of a table as columns, with a uniform sample of its rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from governance.core.errors import DataUnreadable
from intelligence.classification.preparation import MOST_VALUES
from intelligence.classification.types import Column

SUFFIXES: Final = (".csv", ".tsv", ".parquet", ".json", ".jsonl", ".ndjson")
SEED: Final = 20_240_101
WIDEST: Final = 1 << 20
"""Characters of one field of a CSV file."""
SNIFFED: Final = 64 << 10
DELIMITERS: Final = ",;\t|"


def columns(path: Path) -> list[Column]:
    """The columns of one file; `DataUnreadable` when it is not what its name says."""
    names, rows = _delimited(path) if path.suffix.lower() in {".csv", ".tsv"} else _through_duckdb(path)
    return [Column(name, [row[at] if at < len(row) else None for row in rows], table=path.stem, position=at) for at, name in enumerate(names)]


def _delimited(path: Path) -> tuple[list[str], Sequence[Sequence[object]]]:
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            head = file.read(SNIFFED)
            file.seek(0)
            csv.field_size_limit(WIDEST)
            reader = csv.reader(file, delimiter=_delimiter(path, head), strict=False)
            names = next(reader, [])
            return names, sample(row for row in reader if row)
    except (csv.Error, UnicodeError) as error:
        raise DataUnreadable(f"{path} is no readable CSV file: {error}. Save it as UTF-8 with one row a line.") from error
    except OSError as error:
        raise DataUnreadable(f"{path} cannot be read: {error.strerror or error}. Check that it exists and that you may read it.") from error


def sample(rows: Iterable[Sequence[object]], most: int = MOST_VALUES) -> list[Sequence[object]]:
    """Every row with the same chance, at most `most` (reservoir sampling, the same rows each time)."""
    random = Random(SEED)
    kept: list[Sequence[object]] = []
    for at, row in enumerate(rows):
        if at < most:
            kept.append(row)
        elif (place := random.randrange(at + 1)) < most:
            kept[place] = row
    return kept


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(SNIFFED)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in start:
        raise DataUnreadable(f"{path} is no text. Name it after what it is: {', '.join(SUFFIXES)}.")
    try:
        start[:-4].decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(path: Path, head: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    line = head.partition("\n")[0]
    return max(DELIMITERS, key=lambda char: (line.count(char), char == ","))


def _through_duckdb(path: Path) -> tuple[list[str], Sequence[Sequence[object]]]:
    import duckdb

    if not path.is_file():
        raise DataUnreadable(f"{path} cannot be read. Check that it exists and that you may read it.")
    reader = "read_parquet" if path.suffix.lower() == ".parquet" else "read_json_auto"
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        try:
            connection.execute("SET autoinstall_known_extensions = false")
            found = connection.execute(f"SELECT * FROM {reader}(?)", [str(path)])
            names = [str(column[0]) for column in found.description]
            return names, sample(_batches(found))
        except duckdb.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise DataUnreadable(f"{path} is no readable {path.suffix.lstrip('.')} file: {reason}") from error


def _batches(found: Any) -> Iterator[Sequence[object]]:
    while rows := found.fetchmany(2_048):
        yield from rows
