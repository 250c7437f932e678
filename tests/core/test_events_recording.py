"""A fact: written with the change it tells of, in its final format, and never rewritten."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pydantic
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from governance.core.access import SYSTEM, Actor
from governance.core.errors import ConfigurationError, InvalidInput
from governance.core.events import declare, record
from governance.core.events.recording import BODY_LIMIT, canonical, event_key, keyed, stamp, storable_json
from governance.core.events.sealer import seal
from governance.core.models import Event, EventPerson, Leaf
from governance.core.subjects import Subject
from tests.factories import make_dataset, make_user

pytestmark = pytest.mark.django_db
ADA = Actor("person", 7, "ada", address="203.0.113.7", request_id="req-12345678")


class Note(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    text: str
    number: int = 0


declare("tests.note.written", Note, title="A note was written")


def note(text: str = "x", **options: Any) -> Event:
    pk = record("tests.note.written", options.pop("subject", None), actor=options.pop("actor", ADA), text=text, **options).pk
    return Event.objects.get(pk=pk)


def body_of(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(event.body))
    return body


def test_a_fact_is_rolled_back_with_its_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        note()
        raise RuntimeError
    assert not Event.objects.exists() and not EventPerson.objects.exists()


def test_browsers_are_told_after_the_commit_only(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        note()
        with pytest.raises(RuntimeError), transaction.atomic():
            note()
            raise RuntimeError
    assert len(callbacks) == 1


def test_the_body_is_canonical_json_and_its_hashes_can_be_made_again() -> None:
    event = note("äöü 漢字")
    body = bytes(event.body)
    assert body == canonical(json.loads(body)) and body.isascii() and len(bytes.fromhex(body_of(event)["nonce"])) == 16
    assert bytes(event.leaf) == hashlib.sha256(b"\x00" + body).digest()
    assert bytes(event.mac) == hmac.new(event_key(), body, "sha256").digest()


def test_two_facts_that_say_the_same_have_different_leaves() -> None:
    assert note().leaf != note().leaf


def test_the_columns_are_copies_of_the_body() -> None:
    event = note(
        "hello", number=2**40, severity="warning", subject=Subject("dataset", 3, "shop.orders", "/x", 1, 3, "internal"), change={"before": {}}
    )
    body = body_of(event)
    assert body["actor"] == {"kind": event.actor_kind, "id": event.actor_id, "token_id": event.token_id}
    assert body["subject"] == {
        "type": event.subject_type, "id": event.subject_id, "name": event.subject_name,
        "source_id": event.source_id, "dataset_id": event.dataset_id, "sensitivity": event.sensitivity,
    }  # fmt: skip
    assert (body["type"], body["severity"], body["request_id"], body["depth"]) == (event.type, event.severity, event.request_id, event.depth)
    assert datetime.fromisoformat(body["time"]) == event.time.astimezone(UTC)
    assert event.data == {**body["data"], "change": body["change"]} and body["data"]["number"] == 2**40


def test_personal_data_stand_beside_the_body_and_erasing_them_leaves_every_proof_valid() -> None:
    event = note(on_behalf_of="grace")
    person = EventPerson.objects.get(event_id=event.pk)
    assert person.data == {"name": "ada", "address": "203.0.113.7", "on_behalf_of": "grace"}
    assert body_of(event)["person"] == keyed(bytes(person.salt), canonical(person.data)).hex()
    said = {name: value for name, value in body_of(event).items() if name not in ("nonce", "person")}  # "ada" is hexadecimal too
    assert not any(word in canonical(said) for word in (b"ada", b"203.0.113.7", b"grace"))
    seal()
    person.delete()
    event.refresh_from_db()
    assert bytes(event.leaf) == hashlib.sha256(b"\x00" + bytes(event.body)).digest() == bytes(Leaf.objects.get(event_id=event.pk).hash)


def test_the_name_of_a_person_that_a_fact_is_about_is_personal_too() -> None:
    user: User = make_user(name="grace.hopper")
    event = Event.objects.get(pk=record("tests.note.written", user, actor=ADA, text="x").pk)
    assert b"grace" not in bytes(event.body) and event.subject_name == f"person {user.pk}"
    assert EventPerson.objects.get(event_id=event.pk).data["subject"] == "grace.hopper"


def test_nul_and_lone_surrogates_are_kept_in_the_body_and_escaped_in_the_copies() -> None:
    nasty = "a\x00b\ud800c"
    event = note(nasty, subject=Subject("dataset", 1, nasty), actor=Actor("person", 7, nasty))
    body = body_of(event)
    assert body["data"]["text"] == nasty and body["subject"]["name"] == nasty
    assert event.data["text"] == event.subject_name == "a\\u0000b\\ud800c"
    assert EventPerson.objects.get(event_id=event.pk).data["name"] == "a\\u0000b\\ud800c"


def test_a_fact_beyond_64_kilobytes_is_refused_and_one_just_below_is_not() -> None:
    room = BODY_LIMIT - len(bytes(note("").body))
    assert len(bytes(note("y" * room).body)) == BODY_LIMIT
    with pytest.raises(InvalidInput, match="at most 65536"):
        note("y" * (room + 1))
    assert Event.objects.count() == 2


def test_an_undeclared_fact_and_data_that_do_not_fit_are_errors() -> None:
    with pytest.raises(ConfigurationError, match="not declared"):
        record("tests.never.declared", actor=SYSTEM)
    with pytest.raises(pydantic.ValidationError):
        record("tests.note.written", actor=SYSTEM, text="x", colour="y")
    assert not Event.objects.exists()


def test_a_fact_about_a_row_carries_its_scope() -> None:
    dataset = make_dataset()
    event = note(subject=dataset)
    assert (event.source_id, event.dataset_id, event.subject_type) == (dataset.source_id, dataset.pk, "dataset")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_event SET body = 'x'",
        "UPDATE core_event SET data = '{}'",
        "UPDATE core_event SET type = 'other', sequence = sequence",
        "UPDATE core_event SET sequence = sequence + 1000",
        "UPDATE core_event SET sequence = NULL",
        "DELETE FROM core_event",
        "UPDATE core_leaf SET hash = 'x'",
        "DELETE FROM core_leaf",
    ],
)
def test_the_database_refuses_to_change_what_is_sealed(statement: str) -> None:
    note()
    assert len(seal()) == 1
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == Leaf.objects.count() == 1


def test_the_database_refuses_to_change_what_is_not_sealed_yet() -> None:
    note()
    for statement in ("UPDATE core_event SET severity = 'info'", "UPDATE core_event SET sequence = 5, data = '{}'", "DELETE FROM core_event"):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, -0.5, 1e300, 2**70], "": {}},
        {"text": 'tab\t \x00 \x1f \x7f é 漢 😀 "quoted" back\\slash </script>'},
        {"lone": "\ud800", "😀": 1, "é": 2, "z": 3},
        {1: "a key that is a number"},
        {"time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "number": Decimal("1.50")},
    ],
)
def test_canonical_json_is_what_the_standard_library_writes(value: Any) -> None:
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode("ascii")
    assert storable_json(value).encode()


def test_numbers_are_written_in_the_shortest_way_and_what_is_no_number_is_null() -> None:
    assert canonical({"a": 1e16, "b": 1e-7, "c": 0.1, "d": float("nan"), "e": float("inf")}) == b'{"a":1e+16,"b":1e-7,"c":0.1,"d":null,"e":null}'
    assert storable_json({"d": float("nan")}) == '{"d":null}'


@pytest.mark.parametrize("length", [0, 16, 63, 64, 65, 200])
def test_a_keyed_hash_is_hmac(length: int) -> None:
    key = bytes(range(length))
    assert keyed(key, b"data") == hmac.digest(key, b"data", "sha256")


def test_a_time_is_written_in_utc_with_microseconds() -> None:
    assert stamp(datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-02T01:04:05.000060Z"
    assert stamp(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"
