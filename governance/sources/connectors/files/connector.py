"""Files as a source."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydantic import Field

from governance.core.errors import DataUnreadable, Unreachable
from governance.sources.connectors.base import (
    Capability,
    Check,
    Connector,
    DatasetInfo,
    DatasetProfile,
    FieldInfo,
    Limits,
    Sample,
    digest,
    is_wanted,
    structure,
    value_limit,
)
from governance.sources.connectors.duckdb import measures
from governance.sources.connectors.duckdb.session import Session
from governance.sources.connectors.files import formats
from governance.sources.connectors.files.grouping import WHOLE, File, Group, Root, grouped, split
from governance.sources.connectors.path_config import PathConfig

PART_BYTES: Final = 256 * 1024 * 1024
UNPACKED: Final = 4
"""How many times larger a packed text is taken to be."""
MOST_ROW: Final = 16_384
"""Bytes of a row, unpacked, up to which rows are drawn while they are measured: they are held in whole."""
CHECKED: Final = 20
"""Files of a group whose columns are compared before it counts as one dataset."""


class Files(Connector):
    """CSV, TSV, Parquet, JSON and JSON lines, plain or gzipped, below one path."""

    kind: ClassVar[str] = "files"
    label: ClassVar[str] = "Files"
    icon: ClassVar[str] = "folder"
    summary: ClassVar[str] = "CSV, TSV, Parquet, JSON and JSONL: a file, a folder or a glob"

    class Config(PathConfig):
        """A file, a folder or a glob."""

        path: str = Field(
            min_length=1, title="Path", description="A file, a folder or a glob such as /data/lake/**/*.parquet, as the workers see it."
        )

    def __init__(self, config: Any, limits: Limits | None = None) -> None:
        super().__init__(config, limits)
        self._root: Root | None = None

    @property
    def root(self) -> Root:
        if self._root is None:
            found = Root(self.config.path)
            if not found.exists:
                raise Unreachable("There is nothing at this path. Check it, and that the workers' machine sees it.")
            if not os.access(found.base, os.R_OK | os.X_OK):
                raise DataUnreadable("This folder may not be read. Give the portal's user permission to read it.")
            self._root = found
        return self._root

    def close(self) -> None:
        """Nothing is open between two calls: an engine takes megabytes, and each dataset has one of its own."""

    def check(self) -> Check:
        self.refuse_cancelled()
        started = time.monotonic()
        files = self.root.files()
        latency = time.monotonic() - started
        with self.session([]) as session:
            version = session.rows("SELECT version()", "The engine")[0][0]
        counts = Counter(file.format for file in files)
        closed = sum(not os.access(file.real, os.R_OK) for file in files)
        seen = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
        found = (
            Capability("Read-only", True, "Files are opened for reading only, by an engine that can open nothing else."),
            Capability(
                "Data files", bool(files), f"{seen}." if files else "No CSV, TSV, Parquet, JSON or JSON lines file was found. Check the path."
            ),
            Capability(
                "Other files", not self.root.others, f"{self.root.others:,} files of other kinds are not read." if self.root.others else "None."
            ),
            Capability("Readable", not closed, f"{closed:,} files may not be read. Give the portal's user permission." if closed else "All of them."),
            Capability("Skip what is unchanged", True, "By size, time of change and identity of each file."),
        )
        return Check(True, f"DuckDB {version}", latency, found)

    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        files = self.root.files()
        with self.session(files) as session:
            for number, group in enumerate(grouped(files)):
                self.refuse_cancelled()
                for one in self._agreed(session, group):
                    path, name = self._place(one)
                    if is_wanted(path, name, patterns):
                        yield self._dataset(session, one, number)

    def sample(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> Sample:
        with self._opened(dataset) as (run, table, columns):
            found, count = measures.sample(
                run, table.relation, columns, rows, seed, value_limit(self.limits, rows, len(columns)), expected=self._rows(dataset, table, None)
            )
        return Sample(dataset.fields, found, count, "all rows" if count < rows else f"uniform {count:,}")

    def sample_and_profile(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> tuple[Sample, DatasetProfile | None]:
        with self._opened(dataset, notes_rejects=True) as (run, table, columns):
            expected, size = self._rows(dataset, table, None), sum(file.size for file in self._files(dataset, None))
            if expected > self.limits.row_budget or UNPACKED * size > MOST_ROW * expected:
                both = None
            else:
                cuts = self.limits.max_value, value_limit(self.limits, rows, len(columns))
                both = measures.measure_and_draw(run, table.relation, columns, rows, seed, cuts, expected=expected)
            if both is not None:
                read, fields, values, count = both
                profile = DatasetProfile(rows=read, fields=fields, size=size, read=read, rejected=formats.rejected(run, table))
        if both is None:
            return super().sample_and_profile(dataset, rows, seed)
        return Sample(dataset.fields, values, count, f"uniform {count:,}") if count == rows else self.sample(dataset, rows, seed), profile

    def batches(self, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        wanted = {field.name for field in fields}
        with self._opened(dataset) as (_, table, columns):
            chosen = [column for column in columns if column.field.name in wanted]
            query = measures.every_text(table.relation, chosen, value_limit(self.limits, rows, len(chosen)))
            group = self._group(dataset)
            with self.session(group.files) as session:
                yield from session.batches(query, dataset.name, rows)

    def preview(self, dataset: DatasetInfo, rows: int = 50) -> Sample:
        with self._opened(dataset) as (run, table, columns):
            found, count = measures.first(run, table.relation, columns, rows, value_limit(self.limits, rows, len(columns)))
        return Sample(dataset.fields, found, count, "first rows")

    def parts(self, dataset: DatasetInfo) -> int:
        files = self._group(dataset).files
        size = sum(file.size for file in files)
        return max(1, min(len(files), -(-size // PART_BYTES))) if size > 2 * PART_BYTES else 1

    def profile(self, dataset: DatasetInfo, part: tuple[int, int] | None = None) -> DatasetProfile:
        with self._opened(dataset, part, notes_rejects=True) as (run, table, columns):
            expected = self._rows(dataset, table, part)
            budget = self.limits.row_budget // (part[1] if part else 1)
            relation, share = table.relation, min(1.0, budget / max(1, expected))
            if share < 1:
                relation = f"(SELECT * FROM {relation} USING SAMPLE {100 * share:.6f}% (bernoulli, 0))"
            read, profiles = measures.measure(
                run, relation, columns, self.limits.max_value, expected=min(expected, budget), has_sketches=part is not None
            )
            rejected = formats.rejected(run, table)
        for profile in profiles:
            profile.distinct_is_exact = profile.distinct_is_exact and share >= 1
        rows = read if share >= 1 else table.rows if table.rows is not None else round(read / share)
        return DatasetProfile(
            rows=rows,
            fields=profiles,
            size=sum(file.size for file in self._files(dataset, part)),
            method="all rows" if share >= 1 else f"uniform {read:,} of about {rows:,} rows: row budget",
            read=read,
            rejected=rejected,
        )

    def session(self, files: Sequence[File]) -> Session:
        """An engine that may read these files and no others; who asks for it closes it."""
        return Session(self.limits, self._cancelled, files=[file.real for file in files if _is_utf8(file)])

    def _agreed(self, session: Session, group: Group) -> list[Group]:
        """The group, or its files apart when their columns differ."""
        if group.is_hive or len(group.files) == 1:
            return [group]
        step = max(1, len(group.files) // CHECKED)
        names = set()
        for file in group.files[::step]:
            try:
                found = formats.table(lambda query: session.rows(query, group.key), Group(group.key, (file,)), number=-1)
            except DataUnreadable:
                continue  # one broken file does not take the others apart; reading the group says what is wrong
            names.add(tuple(column.field.name for column in found.columns))
        return [group] if len(names) <= 1 else split(group)

    def _dataset(self, session: Session, group: Group, number: int) -> DatasetInfo:
        path, name = self._place(group)
        fields: tuple[FieldInfo, ...] = ()
        rows, error = None, ""
        try:
            table = formats.table(lambda query: session.rows(query, name), group, number)
            fields, rows = tuple(replace(column.field, position=at) for at, column in enumerate(table.columns, start=1)), table.rows
        except DataUnreadable as failed:
            error = failed.detail
        shape = structure(fields)
        return DatasetInfo(
            key=_spelled(group.key),
            path=path,
            name=name,
            kind="folder" if group.is_folder else "file",
            fields=fields,
            rows=rows,
            size=sum(file.size for file in group.files),
            fingerprint=digest(shape, [(str(file.name), file.size, file.modified, file.inode) for file in group.files]),
            structure=shape,
            error=error,
        )

    def _place(self, group: Group) -> tuple[tuple[str, ...], str]:
        if group.key == WHOLE:
            return (), _spelled(self.root.base.name)
        *path, name = group.key.split("/")
        return tuple(map(_spelled, path)), _spelled(name)

    def _group(self, dataset: DatasetInfo) -> Group:
        found = self.root.group(dataset.key)
        if found is None:
            raise DataUnreadable(f"{dataset.name} is not there any more. Scan again.")
        return found

    def _files(self, dataset: DatasetInfo, part: tuple[int, int] | None) -> tuple[File, ...]:
        files = self._group(dataset).files
        return files if part is None else files[part[0] :: part[1]]

    @contextmanager
    def _opened(
        self, dataset: DatasetInfo, part: tuple[int, int] | None = None, *, notes_rejects: bool = False
    ) -> Iterator[tuple[measures.Run, formats.Table, list[measures.Column]]]:
        """Runs queries in an engine for one dataset; how it reads it; and its columns in the order of the dataset's fields."""
        self.refuse_cancelled()
        if dataset.error:
            raise DataUnreadable(dataset.error)
        group = self._group(dataset)
        group = replace(group, files=self._files(dataset, part))
        with self.session(group.files) as session:

            def run(query: str) -> list[tuple[Any, ...]]:
                return session.rows(query, dataset.name)

            table = formats.table(run, group, notes_rejects=notes_rejects)
            known = {column.field.name: column for column in table.columns}
            if part is None and known.keys() != {field.name for field in dataset.fields}:
                raise DataUnreadable(f"The columns of {dataset.name} have changed since they were listed. Scan again.")
            yield run, table, [known.get(field.name) or measures.Column(field, "NULL", "NULL::VARCHAR") for field in dataset.fields]

    def _rows(self, dataset: DatasetInfo, table: formats.Table, part: tuple[int, int] | None) -> int:
        """How many rows there are: as Parquet says, or as the beginning of a text file lets expect."""
        if table.rows is not None:
            return table.rows
        files = self._files(dataset, part)
        head = formats.head_of(files[0]) if files else b""
        line = max(1.0, len(head) / max(1, head.count(b"\n")))
        return int(sum(file.size * (UNPACKED if file.is_packed else 1) for file in files) / line)


def _is_utf8(file: File) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in str(file.real))


def _spelled(name: str) -> str:
    """A name that can be stored: bytes that are no UTF-8 as \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
