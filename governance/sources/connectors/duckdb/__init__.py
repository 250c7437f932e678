"""DuckDB files, and the DuckDB engine that reads other files."""

from __future__ import annotations

from governance.sources.connectors.duckdb.connector import DuckDB

__all__ = ["DuckDB"]
