"""Frames on their way: beside the work, in order, several at once, also from forked processes and at a process's end."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from redis import Redis
from redis.client import PubSub

from governance.core import live
from governance.core.cache import redis_client
from governance.core.live import publishing
from governance.core.live.publishing import CHANNEL, FACTS, MOST, Publisher
from tests.portal import ROOT


@pytest.fixture
def heard() -> Iterator[PubSub]:
    live.flush()
    with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(CHANNEL, FACTS)
        # Two confirmations, which are ignored.
        assert pubsub.get_message(timeout=5) is None and pubsub.get_message(timeout=5) is None
        yield pubsub


def told(heard: PubSub, count: int) -> list[Any]:
    """The next `count` frames and wakes: what a frame tells, or the name of the channel for a wake."""
    found: list[Any] = []
    while len(found) < count:
        message = heard.get_message(timeout=10)
        assert message is not None, f"only {len(found)} of {count} arrived"
        lines = message["data"].split(b"\n")[1::2]
        found += [orjson.loads(line)["data"]["n"] for line in lines] if message["channel"] == CHANNEL.encode() else [FACTS]
    return found


def frame(number: int) -> bytes:
    return publishing.envelope("tests", "tests.frame", {"n": number}, None, None)


def test_a_frame_is_sent_without_anybody_waiting_for_it(heard: PubSub) -> None:
    live.publish_now("tests", "tests.frame", {"n": 7})
    assert told(heard, 1) == [7]


def test_what_comes_while_a_round_trip_is_on_goes_with_the_next_one_in_order_and_wakes_once(heard: PubSub) -> None:
    publisher = Publisher()
    with publisher.sending:
        for number in range(50):
            publisher.offer(frame(number))
            publisher.wake()
    publisher.flush()
    assert told(heard, 51) == [*range(50), FACTS]


def test_the_facts_process_is_woken_once_for_several_facts(heard: PubSub) -> None:
    publisher = Publisher()
    with publisher.sending:
        for _ in range(3):
            publisher.wake()
    publisher.flush()
    assert told(heard, 1) == [FACTS] and heard.get_message(timeout=0.2) is None


def test_somebody_listens_or_nobody_does(heard: PubSub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.is_heard()
    heard.unsubscribe(CHANNEL)  # type: ignore[no-untyped-call]
    assert heard.get_message(timeout=5) is None and not live.is_heard()
    away = Redis.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr(publishing, "redis_client", lambda: away)
    assert not live.is_heard()


def test_a_connection_that_the_broker_closed_costs_no_frame(heard: PubSub) -> None:
    publisher = Publisher()
    publisher.offer(frame(1))
    assert told(heard, 1) == [1]
    with publisher.sending:
        publisher.connection.send_command("CLIENT", "ID")
        redis_client().client_kill_filter(_id=publisher.connection.read_response())
    publisher.offer(frame(2))
    assert told(heard, 1) == [2]


def test_without_a_broker_frames_are_given_up(heard: PubSub, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher()
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "redis_url", lambda: "redis://127.0.0.1:1/0")
        publisher.offer(frame(1))
        publisher.wake()
        publisher.flush()
    assert not publisher.waiting and not publisher.wakes
    publisher.offer(frame(2))
    assert told(heard, 1) == [2]


def test_the_oldest_frames_are_given_up_when_too_many_wait() -> None:
    publisher = Publisher()
    with publisher.sending:
        for number in range(MOST + 5):
            publisher.offer(str(number).encode())
        assert len(publisher.waiting) == MOST and publisher.waiting[-1] == str(MOST + 4).encode()
        publisher.waiting.clear()


def test_a_forked_process_sends_its_own_frames_and_not_its_parents(heard: PubSub) -> None:
    def work() -> None:
        live.publish_now("tests", "tests.frame", {"n": 2})
        live.flush()

    with publishing._publisher.sending:
        live.publish_now("tests", "tests.frame", {"n": 1})
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start()
        assert told(heard, 1) == [2]
    process.join(30)
    assert process.exitcode == 0 and told(heard, 1) == [1]


def test_a_process_that_ends_has_sent_everything(heard: PubSub) -> None:
    code = "import django; django.setup(); from governance.core import live\nfor n in range(200): live.publish_now('tests', 'tests.frame', {'n': n})"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, timeout=60)
    assert told(heard, 200) == list(range(200))
