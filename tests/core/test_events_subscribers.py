"""Subscribers read each sealed fact once, in order; what fails three times is set aside and can be replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from governance.core.access import SYSTEM
from governance.core.errors import ConfigurationError
from governance.core.events import declare, record, subscriber
from governance.core.events.loop import drain
from governance.core.events.recording import DEEPEST_CAUSE
from governance.core.events.sealer import seal
from governance.core.events.subscribers import _subscribers, advance, replay
from governance.core.models import Cursor, Event, SetAside
from governance.core.subjects import Subject
from security.identity.models import Team

declare("tests.bell.rung", title="A bell was rung")
declare("tests.echo.heard", title="An echo was heard")
NAME = "tests"


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Only the subscriber of the test is there."""
    kept = dict(_subscribers)
    _subscribers.clear()
    yield
    _subscribers.clear()
    _subscribers.update(kept)


def ring(number: int = 0) -> Event:
    return record("tests.bell.rung", Subject("bell", number, f"bell {number}"), actor=SYSTEM)


def listen(handle: Callable[[Event], None], *patterns: str) -> None:
    subscriber(NAME, *(patterns or ("tests.bell.*",)))(handle)
    drain()


def make_team(event: Event) -> None:
    """An effect that shows as one row a fact; a second time it would fail."""
    Team.objects.create(name=f"fact {event.pk}")


@pytest.mark.django_db
def test_each_matching_fact_is_handled_once_and_in_order() -> None:
    heard: list[int | None] = []
    listen(lambda event: heard.append(event.subject_id))
    for number in range(450):
        ring(number)
    record("tests.echo.heard", actor=SYSTEM)
    drain()
    drain()
    assert heard == list(range(450)) and Cursor.objects.get(pk=NAME).sequence == 451


@pytest.mark.django_db
def test_a_fact_is_not_read_before_it_is_sealed() -> None:
    listen(make_team)
    ring()
    assert advance(_subscribers[NAME]) == 0 and not Team.objects.exists()
    seal()
    assert advance(_subscribers[NAME]) == 1 and Team.objects.count() == 1


@pytest.mark.django_db
def test_the_cursor_moves_with_the_effects_or_not_at_all() -> None:
    failures = [1]

    def handle(event: Event) -> None:
        make_team(event)
        if event.subject_id == 2 and failures:
            failures.pop()
            raise RuntimeError("away for a moment")

    listen(handle)
    for number in range(4):
        ring(number)
    drain()
    assert Team.objects.count() == 4 and not SetAside.objects.exists() and Cursor.objects.get(pk=NAME).sequence == 4


@pytest.mark.django_db
def test_a_fact_that_fails_three_times_is_set_aside_and_the_others_go_on() -> None:
    tries: list[int | None] = []

    def handle(event: Event) -> None:
        if event.subject_id == 1:
            tries.append(event.pk)
            raise ValueError("no such bell")
        make_team(event)

    listen(handle)
    facts = [ring(number) for number in range(3)]
    drain()
    row = SetAside.objects.get()
    assert (row.subscriber, row.event_id, row.error) == (NAME, facts[1].pk, "ValueError: no such bell")
    assert {team.name for team in Team.objects.all()} == {f"fact {facts[0].pk}", f"fact {facts[2].pk}"}
    assert Cursor.objects.get(pk=NAME).sequence == 3 and tries.count(facts[1].pk) == 3 + 1


@pytest.mark.django_db
def test_what_was_set_aside_can_be_replayed_once_the_cause_is_gone() -> None:
    is_broken = [True]

    def handle(event: Event) -> None:
        if is_broken:
            raise ValueError("broken")
        make_team(event)

    listen(handle)
    ring()
    drain()
    row = SetAside.objects.get()
    with pytest.raises(ValueError, match="broken"):
        replay(row)
    is_broken.clear()
    replay(row)
    row.refresh_from_db()
    assert row.replayed is not None and Team.objects.count() == 1


@pytest.mark.django_db
def test_a_replay_of_a_subscriber_that_is_gone_says_so() -> None:
    with pytest.raises(ConfigurationError, match="no subscriber 'gone'"):
        replay(SetAside(subscriber="gone", event_id=ring().pk))


@pytest.mark.django_db
def test_a_new_subscriber_starts_with_what_happens_from_now_on() -> None:
    Cursor.objects.create(name="older", sequence=0)
    ring(1)
    seal()
    listen(make_team)
    assert not Team.objects.exists()
    ring(2)
    drain()
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_a_chain_of_causes_ends_at_depth_eight() -> None:
    listen(lambda event: (record("tests.bell.rung", actor=SYSTEM), None)[1])
    first = ring()
    for _ in range(3):
        drain()
    chain = list(Event.objects.order_by("pk").values_list("pk", "cause_id", "depth"))
    assert [depth for _, _, depth in chain] == list(range(DEEPEST_CAUSE + 1))
    assert chain[0] == (first.pk, None, 0) and [cause for _, cause, _ in chain[1:]] == [pk for pk, _, _ in chain[:-1]]


@pytest.mark.django_db
def test_two_subscribers_of_one_name_are_an_error() -> None:
    subscriber(NAME)(make_team)
    with pytest.raises(ConfigurationError, match="Two subscribers"):
        subscriber(NAME)(lambda event: None)


@pytest.mark.django_db(transaction=True)
def test_several_facts_processes_at_once_still_do_everything_once() -> None:
    listen(make_team)
    for number in range(300):
        ring(number)
    seal()

    def read() -> None:
        try:
            while Cursor.objects.get(pk=NAME).sequence < 300:
                advance(_subscribers[NAME], batch=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(read) for _ in range(4)]:
            one.result()
    assert Team.objects.count() == 300 and not SetAside.objects.exists()
