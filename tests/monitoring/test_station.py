"""One round of measuring: a part that fails leaves the others, and what all hosts share is measured by one of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from governance.core.cache import redis_client
from monitoring import collecting, store
from monitoring.collecting import LEASE_KEY, Part, Station
from monitoring.collectors import Collector
from monitoring.tasks import collect


class Broken(Collector):
    def collect(self) -> Mapping[str, Any]:
        raise ZeroDivisionError("a secret that no page may show")


class Steady(Collector):
    def collect(self) -> Mapping[str, Any]:
        return {"one": 1}


class Shared(Steady):
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True


@pytest.fixture
def station(request: pytest.FixtureRequest) -> Iterator[Station]:
    """A station of its own name, with the three collectors above."""
    made = Station(f"host-{request.node.name}")
    made.parts = [Part("broken", Broken()), Part("steady", Steady()), Part("shared", Shared())]
    redis_client().delete(LEASE_KEY)
    yield made
    redis_client().delete(LEASE_KEY)


def test_a_part_that_fails_says_so_and_leaves_the_others(station: Station) -> None:
    frame = station.tick()
    assert frame["steady"] == {"one": 1}
    assert frame["broken"]["value"] is None and "ZeroDivisionError" in frame["broken"]["reason"]
    assert "secret" not in str(frame)


def test_a_frame_is_kept_and_told_to_the_sockets(station: Station) -> None:
    pubsub = redis_client().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    pubsub.subscribe("live")
    pubsub.get_message(timeout=1)
    frame = station.tick()
    message = pubsub.get_message(timeout=5)
    assert message is not None and station.instance.encode() in message["data"]
    assert frame in store.latest_frames()


def test_what_hosts_share_is_measured_by_one_of_them(station: Station) -> None:
    other = Station("another")
    other.parts = [Part("shared", Shared())]
    station.read_beside()
    other.read_beside()
    assert (station.frame()["shared"], "shared" in other.frame()) == ({"one": 1}, False)


def test_the_lease_passes_to_another_when_its_holder_is_gone(station: Station) -> None:
    redis_client().set(LEASE_KEY, "somebody else", ex=100)
    station.read_beside()
    assert not station.holds_lease
    redis_client().delete(LEASE_KEY)
    station.asked = 0.0
    station.read_beside()
    assert station.holds_lease


def test_an_answer_that_is_too_old_is_not_shown_as_the_present() -> None:
    part = Part("shared", Shared())
    part.measure(time.monotonic())
    assert part.now_shown(part.read + 1) == {"one": 1}
    assert part.now_shown(part.read + 60) == {"value": None, "reason": "no answer for 60 s"}


def test_the_task_outlives_a_broker_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = type(redis_client()).from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(store, "redis_client", lambda: nowhere)
    monkeypatch.setattr(collecting, "_station", None)
    collect()
