"""Writing a fact: the canonical body, its leaf hash, its HMAC, and the searchable copies."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models
from django.utils import timezone

from governance.core import live
from governance.core.access import Actor
from governance.core.errors import InvalidInput
from governance.core.events.declared import declaration, title_of
from governance.core.models import Event, EventPerson
from governance.core.subjects import Subject, subject_of
from governance.env import env

BODY_LIMIT = 64 * 1024
DEEPEST_CAUSE = 8

_cause: ContextVar[tuple[int, int] | None] = ContextVar("cause", default=None)

INSERT = f"""
WITH added AS (
    INSERT INTO {Event._meta.db_table} (body, leaf, mac, time, type, severity, actor_kind, actor_id, token_id, subject_type, subject_id, subject_name,
        source_id, dataset_id, sensitivity, request_id, cause_id, depth, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING id
) INSERT INTO {EventPerson._meta.db_table} (event_id, salt, data) SELECT id, %s, %s::jsonb FROM added RETURNING event_id
"""


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
    about = subject if isinstance(subject, Subject) else subject_of(subject) if subject is not None else Subject("", None, "")
    fitting = declaration(type).model.model_validate(data).model_dump(mode="json")
    cause_id, depth = _cause.get() or (None, -1)
    depth = min(depth + 1, DEEPEST_CAUSE)
    now = timezone.now()
    salt = os.urandom(16)
    person = {"name": actor.name, "address": actor.address, "on_behalf_of": on_behalf_of}
    if about.type == "person":
        # The name of whom a fact is about can be erased like that of whoever acted.
        person["subject"], about = about.name, replace(about, name=f"person {about.id}")
    copies: dict[str, Any] = {
        "type": type,
        "severity": severity,
        "actor": {"kind": actor.kind, "id": actor.id, "token_id": actor.token_id},
        "subject": {name: value for name, value in asdict(about).items() if name != "url"},
        "request_id": actor.request_id,
        "cause_id": cause_id,
        "depth": depth,
        "change": change,
        "data": fitting,
    }
    body = canonical({"version": 1, "nonce": os.urandom(16).hex(), "time": stamp(now), "person": keyed(salt, canonical(person)).hex(), **copies})
    if len(body) > BODY_LIMIT:
        raise InvalidInput(f"The fact {type} is {len(body)} bytes long; at most {BODY_LIMIT} are allowed. Record a summary instead.")
    shown = {**fitting, **({"change": change} if change else {})}
    values: list[Any] = [
        body, leaf_hash(body), mac(body), now, type, severity, actor.kind, actor.id, actor.token_id, about.type, about.id, storable(about.name)[:500],
        about.source_id, about.dataset_id, about.sensitivity, actor.request_id, cause_id, depth, storable_json(shown), salt, storable_json(person),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        (pk,) = cursor.fetchone()
    names = [field.attname for field in Event._meta.concrete_fields if field.attname not in ("id", "sequence", "data")]
    event = Event(id=pk, data=shown, **dict(zip(names, values, strict=False)))
    live.publish("events", type, frame(event, person), source_id=about.source_id, dataset_id=about.dataset_id)
    return event


def frame(event: Event, person: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser gets of a fact."""
    return {
        "id": event.pk,
        "type": event.type,
        "title": title_of(event.type),
        "severity": event.severity,
        "time": stamp(event.time),
        "actor": storable(person["name"] or event.actor_kind),
        "subject": {"type": event.subject_type, "id": event.subject_id, "name": storable(person.get("subject") or event.subject_name)},
    }


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, everything outside ASCII escaped (NUL and lone surrogates too)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=str).encode("ascii")


def leaf_hash(body: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def keyed(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def mac(body: bytes) -> bytes:
    """HMAC-SHA-256 under a key that is not in the database."""
    return keyed(event_key(), body)


@cache
def event_key() -> bytes:
    return env.key("event_hmac", env.event_key).encode()


def stamp(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return time.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(text: str) -> str:
    """PostgreSQL's text takes neither NUL nor lone surrogates; both are shown escaped."""
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()


def storable_json(value: Any) -> str:
    return json.dumps(_storable(value), ensure_ascii=True, default=str)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(one) for one in value]
    return value
