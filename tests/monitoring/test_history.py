"""The ring: bounded, quick to read, and honest about gaps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.core.cache import redis_client
from monitoring import store
from monitoring.collectors import missing
from tests.factories import api_client, make_user

Record = Callable[..., None]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    """`record([seconds ago…], value)` writes frames of a host named after the test."""
    name = request.node.name
    recorder = store.Recorder(name)

    def write(ago: list[float], **values: Any) -> None:
        now = time.time()
        for one in ago:
            recorder.save({"instance": name, "at": now - one, "host": values}, None)

    yield write
    redis_client().hdel(store.FRAMES, name)
    redis_client().delete(store.ring(name, 1), store.ring(name, 10))


def read(request: pytest.FixtureRequest, window: int, *prefixes: str) -> store.History:
    return store.history(request.node.name, window, prefixes)


def test_each_second_comes_back_as_it_was(record: Record, request: pytest.FixtureRequest) -> None:
    record([4, 3, 2], load=1.5)
    found = read(request, 60)
    assert (found.step, found.series) == (1, {"host.load": [1.5, 1.5, 1.5]})
    assert [round(time.time() - at) for at in found.times] == [4, 3, 2]


def test_a_gap_is_a_point_without_values(record: Record, request: pytest.FixtureRequest) -> None:
    record([30, 29, 10, 9], load=2.0)
    found = read(request, 60)
    assert found.series["host.load"] == [2.0, 2.0, None, 2.0, 2.0]
    assert found.times[2] == pytest.approx(found.times[1] + 1)


def test_a_jitter_of_the_clock_is_no_gap(record: Record, request: pytest.FixtureRequest) -> None:
    record([10, 8.1, 7, 5.5], load=2.0)
    assert None not in read(request, 60).series["host.load"]


def test_what_was_not_available_is_null_and_not_zero(record: Record, request: pytest.FixtureRequest) -> None:
    record([3, 2], load=1.0, swap=missing("not counted"))
    assert read(request, 60).series == {"host.load": [1.0, 1.0], "host.swap": [None, None]}


def test_a_column_that_comes_later_leaves_the_others(record: Record, request: pytest.FixtureRequest) -> None:
    record([5, 4], load=1.0)
    record([3, 2], load=1.0, disk=7.0)
    found = read(request, 60)
    assert found.series == {"host.load": [1.0] * 4, "host.disk": [None, None, 7.0, 7.0]}


def test_longer_windows_are_means_of_ten_seconds(record: Record, request: pytest.FixtureRequest) -> None:
    begin = (time.time() - 600) // 10 * 10
    for after, value in ((1, 1.0), (6, 3.0), (12, 10.0), (25, 0.0)):
        record([time.time() - begin - after], load=value)
    found = read(request, 3600)
    assert found.step == 10 and found.series["host.load"] == [2.0, 10.0]
    assert found.times == [begin, begin + 10]


def test_only_what_is_asked_for_is_sent(record: Record, request: pytest.FixtureRequest) -> None:
    record([2], load=1.0, disk=2.0)
    assert list(read(request, 60, "host.lo").series) == ["host.load"]


def test_the_rings_are_bounded(record: Record, request: pytest.FixtureRequest) -> None:
    record([float(ago) for ago in range(1_200, 0, -1)], load=1.0)
    assert redis_client().llen(store.ring(request.node.name, 1)) == 900
    assert store.LENGTHS == {1: 900, 10: 8640} and redis_client().ttl(store.ring(request.node.name, 10)) > 0


@pytest.fixture
def api(db: None) -> APIClient:
    return api_client(make_user("viewer"))


def test_the_api_answers_a_window(api: APIClient, record: Record, request: pytest.FixtureRequest) -> None:
    record([3, 2], load=1.0)
    answer = api.get("/api/v1/metrics/live/", {"window": 60, "instance": request.node.name, "series": "host.load"})
    assert answer.status_code == 200 and answer.json()["series"] == {"host.load": [1.0, 1.0]}
    assert request.node.name in answer.json()["instances"]


@pytest.mark.parametrize("wrong", [{"window": "59"}, {"window": "86401"}, {"window": "x"}, {"windows": "60"}])
def test_a_window_that_cannot_be_is_an_error(api: APIClient, wrong: dict[str, str]) -> None:
    answer = api.get("/api/v1/metrics/live/", wrong)
    assert answer.status_code == 400 and set(answer.json()["errors"]) == set(wrong)


def test_an_unknown_host_is_not_found(api: APIClient, record: Record) -> None:
    record([1], load=1.0)
    assert api.get("/api/v1/metrics/live/", {"instance": "nowhere"}).status_code == 404


@pytest.mark.django_db
def test_who_may_not_view_the_portal_is_refused() -> None:
    assert api_client(make_user()).get("/api/v1/metrics/live/").status_code == 403
    assert api_client(make_user("viewer"), ["read:datasets"]).get("/api/v1/metrics/live/").status_code == 403
    assert APIClient().get("/api/v1/metrics/live/").status_code == 401
