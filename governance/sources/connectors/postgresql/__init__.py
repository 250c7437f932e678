"""PostgreSQL, and the portal's own database as a source."""

from __future__ import annotations

from governance.sources.connectors.postgresql.connector import PostgreSQL
from governance.sources.connectors.postgresql.own import OwnDatabase, grant_reader

__all__ = ["OwnDatabase", "PostgreSQL", "grant_reader"]
