"""Files: CSV, TSV, Parquet, JSON and JSON lines; a file, a folder or a glob."""

from __future__ import annotations

from governance.sources.connectors.files.connector import Files

__all__ = ["Files"]
