"""One read-only connection to a SQLite file that ends its work in time and when it is told to."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from governance.core.errors import DataUnreadable, GovernanceError, Unreachable
from governance.sources.connectors.base import Limits
from governance.sources.connectors.patience import Patience

OPERATIONS: Final = 20_000
"""Steps of SQLite's machine between two looks at the clock."""
BUSY: Final = 5.0
"""Seconds to wait for a writer."""
FAILURES: Final[dict[str, tuple[type[GovernanceError], str]]] = {
    "SQLITE_NOTADB": (DataUnreadable, "This file is not a SQLite database, or it is encrypted. Check the path."),
    "SQLITE_CORRUPT": (DataUnreadable, "{what} is damaged or cut off. Restore the file from a copy, or run `PRAGMA integrity_check` on it."),
    "SQLITE_BUSY": (Unreachable, "The database is locked by another program. Try again when that has finished."),
    "SQLITE_LOCKED": (Unreachable, "The database is locked by another program. Try again when that has finished."),
    "SQLITE_READONLY": (
        DataUnreadable,
        "The database has unfinished changes, which we may not complete. Open it once with the program that writes it.",
    ),
    "SQLITE_CANTOPEN": (
        DataUnreadable,
        "The database cannot be opened for reading. Check its permissions, and those of its folder if it uses a WAL file.",
    ),
    "SQLITE_PERM": (DataUnreadable, "The database may not be read. Give the portal's user permission to read it."),
    "SQLITE_IOERR": (Unreachable, "Reading the file failed. Check the disk or the network folder that it is on."),
    "SQLITE_NOMEM": (DataUnreadable, "{what} needs more memory than there is."),
    "SQLITE_TOOBIG": (DataUnreadable, "A value of {what} is too big to be read."),
    "SQLITE_AUTH": (DataUnreadable, "{what} wants to do more than read, which we never allow. Leave it out."),
}
ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}
)


class Session:
    """Opened on first use; all of one task's reads see the same state of the file as long as `begin` holds."""

    def __init__(self, real: Path, limits: Limits, cancelled: threading.Event) -> None:
        self.real = real
        self._patience = Patience(limits, cancelled)
        self._connection: sqlite3.Connection | None = None

    def rows(self, query: str, what: str = "The database") -> list[tuple[Any, ...]]:
        return list(self.iterate(query, what))

    def iterate(self, query: str, what: str = "The database") -> Any:
        """Rows one by one; GovernanceErrors name `what`."""
        self._patience.begin()
        try:
            connection = self.open()
            yield from connection.execute(query)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._failure(error, what) from None

    def goes_on(self) -> None:
        """A long reading made headway: its time begins again."""
        self._patience.begin()

    def open(self) -> sqlite3.Connection:
        if self._connection is None:
            # Never `immutable`: it would read a file that is being written as if it were not.
            uri = f"file:{quote(str(self.real))}?mode=ro"
            opened = sqlite3.connect(uri, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False)
            opened.text_factory = _text
            opened.set_progress_handler(lambda: self._patience.is_over, OPERATIONS)
            for pragma in (
                "query_only = ON",
                "trusted_schema = OFF",
                "cell_size_check = ON",
                "mmap_size = 0",
                "temp_store = MEMORY",
                "cache_size = -16000",
            ):
                opened.execute(f"PRAGMA {pragma}")
            # A view or a trigger in a stranger's file may ask for anything.
            opened.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY)
            self._connection = opened
        return self._connection

    def interrupt(self) -> None:
        connection = self._connection
        if connection is not None:
            try:
                connection.interrupt()
            except sqlite3.Error:
                pass  # closed meanwhile, which is what was wanted

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _failure(self, error: Exception, what: str) -> GovernanceError:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name == "SQLITE_INTERRUPT":
            return self._patience.reason(what)
        for sign, (kind, sentence) in FAILURES.items():
            if name.startswith(sign):
                return kind(sentence.format(what=what), sqlite=name)
        return DataUnreadable(f"{what} cannot be read: {name or type(error).__name__}. Its definition may be broken; try it by hand.", sqlite=name)


def _text(raw: bytes) -> str:
    """What is not UTF-8 keeps its readable part."""
    return raw.decode("utf-8", "replace")
