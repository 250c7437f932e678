"""What PostgreSQL's errors mean to us. The texts of statements' errors quote values and are never passed on."""

from __future__ import annotations

import ctypes
import re
from urllib.parse import quote

import psycopg2
from psycopg2 import errorcodes

from governance.core.errors import Cancelled, CredentialsRefused, DataUnreadable, GovernanceError, TimedOut, Unreachable

LOGIN_STATES: dict[str, tuple[type[GovernanceError], str]] = {
    errorcodes.INVALID_PASSWORD: (CredentialsRefused, "{place} refused the user or the password. Check both."),
    errorcodes.INVALID_AUTHORIZATION_SPECIFICATION: (
        CredentialsRefused,
        "{place} does not let this user in from here. Check that the role exists and may log in, and ask for an entry in pg_hba.conf.",
    ),
    errorcodes.INVALID_CATALOG_NAME: (CredentialsRefused, "{place} knows no such database. Check its name."),
    errorcodes.INSUFFICIENT_PRIVILEGE: (CredentialsRefused, "This user may not connect to the database. Grant it CONNECT."),
    errorcodes.TOO_MANY_CONNECTIONS: (Unreachable, "{place} has no free connection. Try later, or raise its limit."),
    errorcodes.CANNOT_CONNECT_NOW: (Unreachable, "{place} is starting or stopping. Try again in a moment."),
    errorcodes.ADMIN_SHUTDOWN: (Unreachable, "{place} is starting or stopping. Try again in a moment."),
    errorcodes.CRASH_SHUTDOWN: (Unreachable, "{place} is starting or stopping. Try again in a moment."),
    errorcodes.OBJECT_NOT_IN_PREREQUISITE_STATE: (CredentialsRefused, "The database takes no connections now. Ask its administrator."),
}
# What libpq says by itself has no SQLSTATE. It speaks English as long as nothing in this process sets LC_MESSAGES, and Python does not.
LOGIN: tuple[tuple[tuple[str, ...], type[GovernanceError], str], ...] = (
    (("timeout expired",), TimedOut, "{place} did not answer in time. Check host, port and firewalls."),
    (("no password supplied",), CredentialsRefused, "{place} wants a password, and none is stored. Enter it."),
    (
        ("certificate", "root.crt"),
        CredentialsRefused,
        "The certificate of {place} cannot be trusted. Check the host name, or choose another TLS setting.",
    ),
    (("does not support SSL", "SSL"), Unreachable, "No TLS connection to {place} came about. Check the TLS setting."),
    (("Connection refused",), Unreachable, "Nothing answers at {place}. Check host and port, and that the server runs."),
)
LONGEST_WORDS = 200
VERBOSE = 2
"""libpq's PQERRORS_VERBOSE: the server's SQLSTATE stands before its words, which may be in any language."""
TOLD = re.compile(r":  ([0-9A-Z]{5}): ([^\n]*)")
PREFIX = re.compile(r"^(connection to server .* failed|could not .*?): ")
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


def tell_states(connection: psycopg2.extensions.connection) -> None:
    """Makes libpq put the SQLSTATE into its errors of this connection: those of a login reach us as text alone."""
    try:
        # The driver's module knows the libpq that it was linked with.
        tell = ctypes.CDLL(psycopg2._psycopg.__file__).PQsetErrorVerbosity
    except AttributeError:
        return  # linked in without its names: every refused login is then told in the server's words
    tell.argtypes = [ctypes.c_void_p, ctypes.c_int]
    tell(connection.pgconn_ptr, VERBOSE)


def login_failure(error: psycopg2.Error, place: str, secret: str = "") -> GovernanceError:
    """Why no session came about. An error that we do not know is told in the server's words, without the `secret` that it was sent."""
    text = str(error)
    if told := TOLD.search(text):
        state, words = told.groups()
        if state in LOGIN_STATES:
            kind, sentence = LOGIN_STATES[state]
            return kind(sentence.format(place=place), sqlstate=state)
        return Unreachable(f"{place} refused the login ({state}): {_quoted(words, secret)} Ask its administrator.", sqlstate=state)
    for signs, kind, sentence in LOGIN:
        if any(sign in text for sign in signs):
            return kind(sentence.format(place=place))
    words = PREFIX.sub("", text.strip().partition("\n")[0])
    return Unreachable(f"No session at {place} came about: {_quoted(words, secret)} Check host, port, database and TLS, and the server's log.")


def _quoted(words: str, secret: str) -> str:
    """One line of foreign words. Whoever runs the server may have it say the password that it was given."""
    for form in {secret, quote(secret), quote(secret, safe="")} - {""}:
        words = words.replace(form, "••••")
    shown = "".join(sign if sign.isprintable() else " " for sign in words).strip()
    return f"“{shown[:LONGEST_WORDS]}”." if shown else "it gave no reason."


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
