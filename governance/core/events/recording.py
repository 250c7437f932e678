"""Writing a fact: the canonical body, its leaf hash, its HMAC, and the searchable copies."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState

from governance.core import live
from governance.core.access import Actor
from governance.core.errors import InvalidInput
from governance.core.events.declared import declaration
from governance.core.models import Event, EventPerson
from governance.core.subjects import Subject, subject_of
from governance.env import env

BODY_LIMIT = 64 * 1024
DEEPEST_CAUSE = 8

NOTHING = Subject("", None, "")
_cause: ContextVar[tuple[int, int] | None] = ContextVar("cause", default=None)

FIELDS = [field.attname for field in Event._meta.concrete_fields]
COLUMNS = FIELDS[2:]
"""What record() fills, in the model's order; the database numbers the rest."""
INSERT = f"""
WITH added AS (
    INSERT INTO {Event._meta.db_table} ({", ".join(COLUMNS)}) VALUES ({", ".join(["%s"] * len(COLUMNS))}) RETURNING id
) INSERT INTO {EventPerson._meta.db_table} (event_id, salt, data) SELECT id, %s, %s::jsonb FROM added RETURNING event_id
"""
OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
IN_ORDER = OPTIONS | orjson.OPT_SORT_KEYS
BLOCK = 64  # of SHA-256, in bytes
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
OUTSIDE = re.compile("[^\x00-\x7e]")


@contextmanager
def caused_by(event: Event) -> Iterator[None]:
    """Facts recorded inside name `event` as their cause."""
    token = _cause.set((event.pk, event.depth))
    try:
        yield
    finally:
        _cause.reset(token)


def record(
    type: str,
    subject: models.Model | Subject | None = None,
    *,
    actor: Actor,
    severity: str = "info",
    change: Mapping[str, Any] | None = None,
    on_behalf_of: str = "",
    **data: Any,
) -> Event:
    """Write one fact in the caller's transaction, after the row it describes is saved.

    `change` is {"before": {...}, "after": {...}} of what changed. `data` is checked against the declared model. Neither holds a secret or a sampled value.
    InvalidInput when the canonical body passes 64 KB; pydantic's ValidationError (a defect of the caller) when data does not fit.
    """
    about = subject if isinstance(subject, Subject) else subject_of(subject) if subject is not None else NOTHING
    fitting = declaration(type).fit(data)
    cause_id, depth = _cause.get() or (None, -1)
    depth = min(depth + 1, DEEPEST_CAUSE)
    now = datetime.now(UTC)
    chance = os.urandom(32)
    salt, nonce = chance[:16], chance[16:]
    person = {"name": actor.name, "address": actor.address, "on_behalf_of": on_behalf_of}
    if about.type == "person":
        # The name of whom a fact is about can be erased like that of whoever acted.
        person["subject"], about = about.name, replace(about, name=f"person {about.id}")
    who = canonical(person)
    body = canonical({
        "version": 1,
        "nonce": nonce.hex(),
        "time": stamp(now),
        "person": keyed(salt, who).hex(),
        "type": type,
        "severity": severity,
        "actor": {"kind": actor.kind, "id": actor.id, "token_id": actor.token_id},
        "subject": {
            "type": about.type, "id": about.id, "name": about.name,
            "source_id": about.source_id, "dataset_id": about.dataset_id, "sensitivity": about.sensitivity,
        },
        "request_id": actor.request_id,
        "cause_id": cause_id,
        "depth": depth,
        "change": change,
        "data": fitting,
    })  # fmt: skip
    if len(body) > BODY_LIMIT:
        raise InvalidInput(f"The fact {type} is {len(body)} bytes long; at most {BODY_LIMIT} are allowed. Record a summary instead.")
    shown = {**fitting, "change": change} if change else fitting
    copies = (
        body, leaf_hash(body), mac(body), now, type, severity, actor.kind, actor.id, actor.token_id, about.type, about.id, storable(about.name)[:500],
        about.source_id, about.dataset_id, about.sensitivity, actor.request_id, cause_id, depth,
    )  # fmt: skip
    # Looked up once: every look costs as much as all hashes.
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (*copies, storable_json(shown), salt, storable_json(person, who.decode())))
        (pk,) = cursor.fetchone()
    connection.on_commit(live.wake_facts)
    return _loaded((pk, None, *copies, shown))


def _loaded(values: tuple[Any, ...]) -> Event:
    """The row as if it were read, made as unpickling makes one: Model.__init__ takes longer than all hashes together."""
    event = Event.__new__(Event)
    event._state = ModelState()
    event._state.db, event._state.adding = DEFAULT_DB_ALIAS, False
    event.__dict__.update(zip(FIELDS, values, strict=True))
    return event


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, the shortest numbers, everything outside printable ASCII escaped (NUL and lone surrogates too)."""
    try:
        text = orjson.dumps(value, str, IN_ORDER)
    except TypeError:
        # Lone surrogates, keys that are no text, integers past 64 bits.
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str).encode("ascii")
    return text if text.isascii() and b"\x7f" not in text else OUTSIDE.sub(_escaped, text.decode()).encode("ascii")


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def leaf_hash(body: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def keyed(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 as RFC 2104 spells it, from two plain hashes: a third of the time that OpenSSL's HMAC takes when its code is not in the processor's cache."""
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(BLOCK, b"\0")
    return hashlib.sha256(key.translate(OUTER) + hashlib.sha256(key.translate(INNER) + data).digest()).digest()


def mac(body: bytes) -> bytes:
    """HMAC-SHA-256 under a key that is not in the database."""
    return keyed(event_key(), body)


@cache
def event_key() -> bytes:
    return env.key("event_hmac", env.event_key).encode()


def stamp(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    text = orjson.dumps(time.astimezone(UTC), option=orjson.OPT_UTC_Z).decode()
    return text[1:-1] if "." in text else f"{text[1:-2]}.000000Z"


def storable(text: str) -> str:
    """PostgreSQL's text takes neither NUL nor lone surrogates; both are shown escaped."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()


def storable_json(value: Any, text: str = "") -> str:
    """JSON that a jsonb column takes; `text` is the value's JSON, if that is known."""
    if not text:
        try:
            text = orjson.dumps(value, str, OPTIONS).decode()
        except TypeError:
            text = json.dumps(value, default=str)
    # Nearly always there is nothing to be shown escaped, neither NUL nor half a pair.
    return json.dumps(_storable(value), default=str) if "\\u0000" in text or "\\ud" in text else text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(one) for one in value]
    return value
