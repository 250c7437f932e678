"""The built-in source "This portal": our own database, read as a role that sees no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from psycopg2.extensions import parse_dsn
from pydantic import ConfigDict

from governance.core.errors import CredentialsRefused
from governance.env import env
from governance.runtime.places import READER
from governance.sources.connectors.base import Connector, DatasetInfo, FieldInfo
from governance.sources.connectors.postgresql.config import FIXED
from governance.sources.connectors.postgresql.connector import Facts, PostgreSQL, Run
from governance.sources.connectors.postgresql.quoting import identifier

HIDDEN_TABLES: Final = re.compile(r".*_session|.*_secret|.*outstandingtoken|axes_.*|django_admin_log|.*idempoten.*|.*kept_?answer", re.IGNORECASE)
"""Tables that are never shown: sessions, what people typed at the login page, kept answers of the API."""
HIDDEN_COLUMNS: Final = re.compile(
    r"(.*_)?(password|passphrase|secrets?|tokens?|hash|hmac|mac|salt|nonce|digest|sealed|otp|recovery_codes|private_key|session_key|session_data"
    r"|credentials?|config|body|args|kwargs|headers)",
    re.IGNORECASE,
)
"""Columns that are never shown: password hashes, tokens, configurations, arguments of tasks. And whatever is binary: sealed secrets, keys, proofs."""


class OwnDatabase(PostgreSQL):
    """Our own database. Embedded: as its reader role. With DATABASE_URL: as that user, in the same READ ONLY transactions.

    Hidden tables are neither listed nor read; hidden columns are listed and have no values. The role cannot read them either.
    """

    kind: ClassVar[str] = "portal"
    label: ClassVar[str] = "This portal"
    icon: ClassVar[str] = "shield"

    class Config(Connector.Config):
        """Nothing to configure."""

        model_config = ConfigDict(extra="forbid")

    def parameters(self) -> dict[str, str]:
        """Straight from our settings; the guard, which protects this very server from other sources, is not asked."""
        found = parse_dsn(env.database_url or env.places.reader_url())
        kept = {name: str(value) for name, value in found.items() if name not in FIXED}
        return {**kept, **FIXED}

    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        # A table that nobody may ever read would only be a failure in each scan.
        for dataset in super().datasets(patterns):
            if not is_hidden(dataset.name) and not all(map(is_hidden_field, dataset.fields)):
                yield dataset

    @contextmanager
    def reading(self, dataset: DatasetInfo) -> Iterator[tuple[Run, Facts]]:
        if is_hidden(dataset.name):
            raise CredentialsRefused(NOT_SHOWN)
        with super().reading(dataset) as (run, facts):
            hidden = {*facts.hidden, *(field.name for field in dataset.fields if is_hidden_field(field))}
            yield run, facts._replace(hidden=sorted(hidden))


NOT_SHOWN: Final = "This table holds sessions or secrets of the portal, and no source may read it. There is nothing to do."


def is_hidden(table: str) -> bool:
    return HIDDEN_TABLES.fullmatch(table) is not None


def is_hidden_field(field: FieldInfo) -> bool:
    return field.kind == "binary" or HIDDEN_COLUMNS.fullmatch(field.name) is not None


def grant_reader(cursor: Any, role: str = READER) -> int:
    """Lets the reader role see every table of ours but the hidden ones, without their hidden columns; returns how many tables it may read.

    Run it after each migration, as the owner of the tables. Does nothing (and returns 0) where there is no such role.
    """
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
    if not cursor.fetchone()[0]:
        return 0
    who = identifier(role)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {who}")
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}")
    cursor.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum), array_agg((a.atttypid = 'bytea'::regtype)::int ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped"
        " AND pg_has_role(c.relowner, 'USAGE') GROUP BY c.relname"
    )
    granted = 0
    for table, columns, binary in cursor.fetchall():
        shown = [column for column, is_binary in zip(columns, binary, strict=True) if not is_binary and not HIDDEN_COLUMNS.fullmatch(column)]
        if is_hidden(table) or not shown:
            continue
        which = "" if shown == columns else f" ({', '.join(map(identifier, shown))})"
        cursor.execute(f"GRANT SELECT{which} ON {identifier('public', table)} TO {who}")
        granted += 1
    return granted
