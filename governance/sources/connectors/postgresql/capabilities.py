"""What a PostgreSQL session can and cannot see, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from governance.sources.connectors.base import Capability
from governance.sources.connectors.postgresql.catalog import USER_SCHEMAS

Run = Callable[[str], list[tuple[Any, ...]]]

SESSION = """
SELECT current_user, current_setting('transaction_read_only')::bool, current_setting('track_counts')::bool, pg_is_in_recovery(),
    r.rolsuper, r.rolreplication OR r.rolcreaterole OR r.rolcreatedb, r.rolbypassrls
FROM pg_roles r WHERE r.rolname = current_user"""
TABLES = f"""
SELECT n.nspname, has_schema_privilege(n.oid, 'USAGE'), count(*),
    count(*) FILTER (WHERE has_table_privilege(c.oid, 'SELECT')),
    count(*) FILTER (WHERE NOT has_table_privilege(c.oid, 'SELECT') AND has_any_column_privilege(c.oid, 'SELECT')),
    count(*) FILTER (WHERE c.relrowsecurity AND row_security_active(c.oid))
FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' AND {USER_SCHEMAS}
GROUP BY n.oid, n.nspname ORDER BY n.nspname"""
WRITABLE = f"""
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND {USER_SCHEMAS} AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"""
SHOWN = 10


def capabilities(run: Run, *, is_encrypted: bool) -> Iterator[Capability]:
    user, is_read_only, is_counted, is_standby, is_super, is_mighty, ignores_policies = run(SESSION)[0]
    yield Capability("Read-only session", is_read_only, "Every statement runs in a READ ONLY transaction.")
    yield Capability(
        "Encrypted connection", is_encrypted, "" if is_encrypted else "The connection is not encrypted. Set TLS to require or verify-full."
    )
    schemas = run(TABLES)
    usable = [row for row in schemas if row[1]]
    closed = [row[0] for row in schemas if not row[1]]
    yield Capability("Schemas", bool(usable) or not schemas, listed([row[0] for row in usable]) or "There are no tables that this user can see.")
    if closed:
        yield Capability("Closed schemas", False, f"{user} has no USAGE on {listed(closed)}. Grant it, or nothing in there can be read.")
    yield from _tables(user, schemas)
    yield _statistics(is_counted, is_standby)
    policies = sum(row[5] for row in schemas)
    if policies:
        yield Capability(
            "Rows behind policies", False, f"Row-level security hides rows of {policies} tables from {user}; figures are of the rows that it sees."
        )
    yield from _rights(user, int(run(WRITABLE)[0][0]), is_super, is_mighty, ignores_policies)


def _tables(user: str, schemas: list[tuple[Any, ...]]) -> Iterator[Capability]:
    total, readable, partly = (sum(row[at] for row in schemas) for at in (2, 3, 4))
    total_usable = sum(row[3] for row in schemas if row[1])
    yield Capability("Tables and views", total_usable > 0 or not total, f"{total_usable:,} of {total:,} can be read.")
    if partly:
        yield Capability("Some columns only", True, f"Of {partly:,} tables {user} may read some columns only.")
    if readable + partly < total:
        where = [row[0] for row in schemas if row[3] + row[4] < row[2]]
        yield Capability(
            "Unreadable tables", False, f"{user} has no SELECT on {total - readable - partly:,} tables, in {listed(where)}. Grant it to include them."
        )


def _statistics(is_counted: bool, is_standby: bool) -> Capability:
    if is_standby:
        return Capability("Skip what is unchanged", False, "A standby does not count changes, so every scan reads everything.")
    detail = "" if is_counted else "track_counts is off, so every scan reads everything."
    return Capability("Skip what is unchanged", is_counted, detail or "The server counts changes of each table.")


def _rights(user: str, writable: int, is_super: bool, is_mighty: bool, ignores_policies: bool) -> Iterator[Capability]:
    if is_super:
        yield Capability("Least privilege", False, f"{user} is a superuser. We only read, but a role with SELECT alone is safer: use one.")
    elif is_mighty or writable or ignores_policies:
        yield Capability("Least privilege", False, f"{user} may do more than read ({writable:,} writable tables). A role with SELECT alone is safer.")
    else:
        yield Capability("Least privilege", True, f"{user} can only read.")


def listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
