"""The configuration of sources that are a path on this machine, and the check of every file before it is opened."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ConfigDict, Field, field_validator

from governance.core.errors import DataUnreadable, InvalidInput, Unreachable
from governance.core.http.paths import check_path
from governance.env import env
from governance.sources.connectors.base import Connector


class PathConfig(Connector.Config):
    """One path."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    path: str = Field(min_length=1, title="Path", description="Path on the machine that runs the workers.")

    @field_validator("path")
    @classmethod
    def _plain(cls, path: str) -> str:
        if "\0" in path:
            raise ValueError("A path cannot hold a NUL character.")
        return path


def roots() -> Sequence[str]:
    """Folders that sources may be read from; empty means anywhere but our own and the system's."""
    return [root for root in env.source_roots.split(":") if root]


def database_file(path: str) -> Path:
    """The real path of a database file that may be read. Raises ForbiddenAddress, InvalidInput, Unreachable or DataUnreadable."""
    real = check_path(path, roots=roots())
    if real.is_dir():
        raise InvalidInput("This path is a folder. Give the path of the database file.")
    if not real.exists():
        raise Unreachable("There is no file at this path. Check it, and that the workers' machine sees it.")
    if not os.access(real, os.R_OK):
        raise DataUnreadable("This file may not be read. Give the portal's user permission to read it.")
    return real


def beside(real: Path, *suffixes: str) -> list[tuple[str, int, int]]:
    """Name, size and time of change of a file and of those that belong to it (a log beside a database)."""
    found = []
    for suffix in ("", *suffixes):
        one = Path(f"{real}{suffix}")
        if one.exists():
            check_path(one, roots=roots())
            facts = one.stat()
            found.append((suffix, facts.st_size, facts.st_mtime_ns))
    return found
