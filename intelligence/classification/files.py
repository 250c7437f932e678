"""Reads a file of a table as columns, with a uniform sample of its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, Final

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
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv"):
        names, rows = _through_duckdb(path)
        return _columns(names, rows, path.stem)
    try:
        with path.open("rb") as file:
            return columns_of(file, str(path), table=path.stem, delimiter="\t" if suffix == ".tsv" else "")
    except OSError as error:
        raise DataUnreadable(f"{path} cannot be read: {error.strerror or error}. Check that it exists and that you may read it.") from error


def columns_of(file: BinaryIO, name: str, *, table: str = "", delimiter: str = "") -> list[Column]:
    """The same for what can only be read once, as a pipe: CSV, with a delimiter that is found out when none is given."""
    head = file.read(SNIFFED)
    try:
        encoding = _encoding(head, name)
        text = io.TextIOWrapper(io.BufferedReader(_Joined(head, file)), encoding=encoding, newline="")
        csv.field_size_limit(WIDEST)
        reader = csv.reader(text, delimiter=delimiter or _delimiter(head.decode(encoding, "replace")), strict=False)
        return _columns(next(reader, []), sample(row for row in reader if row), table)
    except (csv.Error, UnicodeError) as error:
        raise DataUnreadable(f"{name} is no readable CSV file: {error}. Save it as UTF-8 with one row a line.") from error


class _Joined(io.RawIOBase):
    """Bytes that were read already, and then the rest of their file."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        part, self._head = self._head[:size], self._head[size:]
        part = part or self._rest.read(size)
        buffer[: len(part)] = part
        return len(part)


def _columns(names: Sequence[str], rows: Sequence[Sequence[object]], table: str) -> list[Column]:
    return [Column(name, [row[at] if at < len(row) else None for row in rows], table=table, position=at) for at, name in enumerate(names)]


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


def _encoding(start: bytes, name: str) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in start:
        raise DataUnreadable(f"{name} is no text. Name it after what it is: {', '.join(SUFFIXES)}.")
    try:
        start[:-4].decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(head: str) -> str:
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
