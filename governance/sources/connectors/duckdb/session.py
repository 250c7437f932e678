"""One DuckDB engine that is locked in: it reads the files that it was given, nothing else, within its memory and time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from governance.core.errors import DataUnreadable, GovernanceError, Unreachable
from governance.sources.connectors.base import Limits
from governance.sources.connectors.patience import Patience
from governance.sources.connectors.quoting import literal

TICK: Final = 0.2
MEMORY: Final = "384MB"
SETTINGS: Final[dict[str, Any]] = {
    # One thread: samples are the same each time, and several workers share the machine anyway.
    "threads": 1,
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
SIGNS: Final[tuple[tuple[str, type[GovernanceError], str], ...]] = (
    ("Could not set lock", Unreachable, "The file is locked by another program. Try again when that has finished."),
    ("not a valid DuckDB database file", DataUnreadable, "This file is not a DuckDB database. Check the path."),
    ("Could not read enough bytes", DataUnreadable, "{what} is cut off. Restore the file from a copy."),
    ("newer DuckDB version", DataUnreadable, "The file was written by a newer DuckDB. Update the package duckdb."),
    (
        "storage version",
        DataUnreadable,
        "The file was written by a DuckDB whose format cannot be read here. Export it with the program that wrote it.",
    ),
    ("WAL file", DataUnreadable, "The file has unfinished changes, which we may not complete. Open it once with the program that writes it."),
    (" is encrypted", DataUnreadable, "{what} is encrypted. Give a copy that is not."),
    ("No magic bytes", DataUnreadable, "{what} is cut off, or not a Parquet file. Write it again."),
    ("too small to be a Parquet", DataUnreadable, "{what} is cut off, or not a Parquet file. Write it again."),
    ("Malformed JSON", DataUnreadable, "{what} is not well-formed JSON. Check how it was written."),
    ("not utf-8 encoded", DataUnreadable, "{what} is not encoded in UTF-8. Convert it."),
    ("Maximum line size", DataUnreadable, "A line of {what} is longer than we read. Split it."),
    ("maximum_object_size", DataUnreadable, "A value of {what} is longer than we read. Split it."),
    ("No files found", DataUnreadable, "{what} is not there any more. Scan again."),
    ("No such file", DataUnreadable, "{what} is not there any more. Scan again."),
    ("does not exist", DataUnreadable, "{what} is not there any more. Scan again."),
    ("Permission denied", DataUnreadable, "{what} may not be read. Give the portal's user permission to read it."),
    ("file system operations are disabled", DataUnreadable, "{what} wants to read other files, which we never allow. Leave it out."),
)


class Session:
    """Opened on first use. `database` is a file of DuckDB's own, or nothing; `files` are the only others that may be read."""

    def __init__(self, limits: Limits, cancelled: threading.Event, *, database: Path | None = None, files: Sequence[Path] = ()) -> None:
        self._patience = Patience(limits, cancelled)
        self._database = database
        self._files = files
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, query: str, what: str) -> list[tuple[Any, ...]]:
        """One statement's rows. Errors are GovernanceErrors that name `what`."""
        import duckdb

        self._patience.begin()
        try:
            connection = self._open(what)
            with self._watch(connection):
                found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
            return found
        except duckdb.InterruptException:
            raise self._patience.reason(what) from None
        except (duckdb.Error, OverflowError, ValueError) as error:
            raise failure(error, what) from None

    def batches(self, query: str, what: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """One statement's rows, so many at a time; each batch has the time of a statement, and what is done with it takes as long as it takes."""
        import duckdb

        try:
            self._patience.begin()
            connection = self._open(what)
            with self._watch(connection):
                cursor = connection.execute(query)
                batch = cursor.fetchmany(size)
            while batch:
                yield batch
                self._patience.begin()
                with self._watch(connection):
                    batch = cursor.fetchmany(size)
        except duckdb.InterruptException:
            raise self._patience.reason(what) from None
        except (duckdb.Error, OverflowError, ValueError) as error:
            raise failure(error, what) from None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self, what: str) -> Any:
        import duckdb

        if self._connection is None:
            opened = duckdb.connect(str(self._database or ":memory:"), read_only=self._database is not None, config=SETTINGS)
            if self._files:
                opened.execute(f"SET allowed_paths = [{', '.join(literal(str(file)) for file in self._files)}]")
            # Cannot be undone while the engine lives.
            opened.execute("SET enable_external_access = false")
            opened.execute("SET TimeZone = 'UTC'")
            self._connection = opened
        return self._connection

    @contextmanager
    def _watch(self, connection: Any) -> Iterator[None]:
        """Interrupts what runs when it is cancelled or late, again and again: an interrupt before the start of a statement is lost."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(TICK):
                if self._patience.is_over:
                    connection.interrupt()

        watcher = threading.Thread(target=watch, name="duckdb-watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def failure(error: Exception, what: str) -> GovernanceError:
    """What an error of DuckDB means. Its own text quotes lines and values and is never passed on."""
    text, name = str(error), type(error).__name__
    if name == "OutOfMemoryException":
        return DataUnreadable(f"{what} needs more memory than one scan may use ({MEMORY}). Split it into smaller files or tables.")
    for sign, kind, sentence in SIGNS:
        if sign in text:
            return kind(sentence.format(what=what))
    return DataUnreadable(f"{what} cannot be read ({name.removesuffix('Exception')} error). Check it with the program that wrote it.", duckdb=name)
