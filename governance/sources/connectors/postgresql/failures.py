"""What PostgreSQL's errors mean to us. Their own texts quote values and are never passed on."""

from __future__ import annotations

import psycopg2
from psycopg2 import errorcodes

from governance.core.errors import Cancelled, CredentialsRefused, DataUnreadable, GovernanceError, TimedOut, Unreachable

# The server's words at login come without an SQLSTATE; these are looked for in them, in this order.
LOGIN: tuple[tuple[tuple[str, ...], type[GovernanceError], str], ...] = (
    (("timeout expired",), TimedOut, "{place} did not answer in time. Check host, port and firewalls."),
    (("password authentication failed", "no password supplied"), CredentialsRefused, "{place} refused the user or the password. Check both."),
    (("pg_hba.conf", "authentication failed"), CredentialsRefused, "{place} does not let this user in from here. Ask for an entry in pg_hba.conf."),
    (("permission denied for database",), CredentialsRefused, "This user may not connect to the database. Grant it CONNECT."),
    (("does not exist",), CredentialsRefused, "{place} knows no such database or user. Check both names."),
    (("not permitted to log in", "not allowed to connect"), CredentialsRefused, "{place} does not let this user log in. Check the role."),
    (
        ("certificate", "root.crt"),
        CredentialsRefused,
        "The certificate of {place} cannot be trusted. Check the host name, or choose another TLS setting.",
    ),
    (("does not support SSL", "SSL"), Unreachable, "No TLS connection to {place} came about. Check the TLS setting."),
    (("too many", "remaining connection slots"), Unreachable, "{place} has no free connection. Try later, or raise its limit."),
    (("starting up", "shutting down", "recovery"), Unreachable, "{place} is starting or stopping. Try again in a moment."),
    (("Connection refused",), Unreachable, "Nothing answers at {place}. Check host and port, and that the server runs."),
)
GONE = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
STATES: dict[str, tuple[type[GovernanceError], str]] = {
    errorcodes.LOCK_NOT_AVAILABLE: (TimedOut, "{what} is locked by someone else. Try again when that work is done."),
    errorcodes.UNDEFINED_TABLE: (DataUnreadable, "{what} is not there any more. Scan again."),
    errorcodes.UNDEFINED_COLUMN: (DataUnreadable, "A column of {what} is not there any more. Scan again."),
    errorcodes.INSUFFICIENT_PRIVILEGE: (CredentialsRefused, "We may not read {what}. Grant SELECT on it, and USAGE on its schema."),
    errorcodes.DATA_CORRUPTED: (DataUnreadable, "{what} is damaged on the server. Ask the database's administrator."),
    errorcodes.INDEX_CORRUPTED: (DataUnreadable, "An index of {what} is damaged. Ask the database's administrator."),
    errorcodes.READ_ONLY_SQL_TRANSACTION: (DataUnreadable, "{what} wants to write when it is read, which we never allow. Leave it out."),
    errorcodes.OUT_OF_MEMORY: (Unreachable, "The server has no memory left for reading {what}. Try later."),
    errorcodes.DISK_FULL: (Unreachable, "The server has no disk space left for reading {what}. Free some."),
}


def login_failure(error: psycopg2.Error, place: str) -> GovernanceError:
    """Why no session came about."""
    text = str(error)
    for signs, kind, sentence in LOGIN:
        if any(sign in text for sign in signs):
            return kind(sentence.format(place=place))
    return Unreachable(f"No session at {place} came about. Check host, port, database and TLS, and the server's log.")


def failure(error: psycopg2.Error, what: str, *, is_cancelled: bool) -> GovernanceError:
    """What a statement's error means; `what` names the dataset that was read."""
    state = error.pgcode or ""
    if state == errorcodes.QUERY_CANCELED:
        return Cancelled("The work on this source was cancelled.") if is_cancelled else timed_out(what)
    if state in STATES:
        kind, sentence = STATES[state]
        return kind(sentence.format(what=what), sqlstate=state)
    if not state or state in GONE or state.startswith("08"):
        return Unreachable(f"The connection was lost while reading {what}. Try again.", sqlstate=state)
    name = errorcodes.lookup(state).lower().replace("_", " ") if state in errorcodes.__dict__.values() else "error"
    return DataUnreadable(f"{what} cannot be read: {name} ({state}). Try its query by hand.", sqlstate=state)


def timed_out(what: str) -> TimedOut:
    return TimedOut(f"Reading {what} took longer than a statement may take. Raise GOVERNANCE_STATEMENT_TIMEOUT, or lower GOVERNANCE_ROW_BUDGET.")
