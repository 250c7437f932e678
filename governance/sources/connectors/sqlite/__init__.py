"""SQLite files."""

from __future__ import annotations

from governance.sources.connectors.sqlite.connector import SQLite

__all__ = ["SQLite"]
