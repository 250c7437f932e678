"""What browsers get of facts: from who sealed them, in order, each once, and nothing when nobody listens."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import orjson
import pytest
from django.db import connection
from pydantic import BaseModel
from redis.client import PubSub

from governance.core import live
from governance.core.access import Actor
from governance.core.cache import redis_client
from governance.core.events import announcing, declare, record
from governance.core.events.announcing import announce
from governance.core.events.loop import Loop
from governance.core.events.sealer import seal
from governance.core.live.publishing import CHANNEL
from governance.core.models import EventPerson
from governance.core.subjects import Subject

WHO = Actor("person", 7, "Ada Lovelace")
RANG = "tests.bell.announced"


class Rang(BaseModel):
    number: int


declare(RANG, Rang, title="A bell that is announced")


@pytest.fixture
def heard() -> Iterator[PubSub]:
    live.flush()
    with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(CHANNEL)
        assert pubsub.get_message(timeout=5) is None
        yield pubsub


def frames(heard: PubSub) -> list[tuple[list[Any], dict[str, Any]]]:
    """The pairs of scope and frame that this process has sent."""
    live.flush()
    found = []
    while message := heard.get_message(timeout=0.5):
        lines = [orjson.loads(line) for line in message["data"].split(b"\n")]
        found += [(head, frame) for head, frame in zip(lines[::2], lines[1::2], strict=True) if frame["type"] == RANG]
    return found


def ring(number: int, subject: Subject) -> int:
    return record(RANG, subject, actor=WHO, number=number).pk


@pytest.mark.django_db
def test_sealed_facts_are_announced_in_their_order_with_their_scopes(heard: PubSub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "BATCH", 2)
    for number in range(5):
        ring(number, Subject("bell", number, f"bell {number}", source_id=3, dataset_id=number))
    assert not frames(heard)
    announce(seal())
    found = frames(heard)
    assert [head for head, _ in found] == [["events", 3, number] for number in range(5)]
    told = [frame["data"] for _, frame in found]
    assert [one["sequence"] for one in told] == sorted(one["sequence"] for one in told)
    assert [one["subject"] for one in told] == [{"type": "bell", "id": number, "name": f"bell {number}"} for number in range(5)]
    assert told[0]["actor"] == "Ada Lovelace" and told[0]["title"] == "A bell that is announced"
    announce(seal())
    assert not frames(heard)


@pytest.mark.django_db
def test_a_person_who_was_erased_is_not_named(heard: PubSub) -> None:
    EventPerson.objects.filter(pk=ring(1, Subject("person", 5, "Grace Hopper"))).delete()
    announce(seal())
    ((_, frame),) = frames(heard)
    assert frame["data"]["actor"] == "person" and frame["data"]["subject"]["name"] == "person 5"


@pytest.mark.django_db
def test_nothing_is_read_when_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    ring(1, Subject("bell", 1, "bell"))
    sealed = seal()
    monkeypatch.setattr(live, "is_heard", lambda: False)
    monkeypatch.setattr(live, "publish_now", lambda *args, **options: pytest.fail("told nobody"))
    announce(sealed)


@pytest.mark.django_db(transaction=True)
def test_a_fact_reaches_a_listener_through_the_loop(heard: PubSub) -> None:
    loop = Loop()

    def work() -> None:
        loop.run()
        connection.close()

    thread = Thread(target=work)
    thread.start()
    try:
        ring(1, Subject("bell", 1, "bell"))
        found: list[Any] = []
        for _ in range(20):
            found += frames(heard)
            if found:
                break
        assert [frame["data"]["subject"]["name"] for _, frame in found] == ["bell"]
    finally:
        loop.stop(0, None)
        thread.join(30)
