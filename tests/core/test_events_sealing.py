"""The sealer: a gapless sequence in each writer's order, one sealer at a time."""

from __future__ import annotations

import random
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from governance.core.access import SYSTEM
from governance.core.events import declare, record
from governance.core.events.sealer import LOCK, seal
from governance.core.models import Event, Leaf
from governance.core.subjects import Subject

declare("tests.step.taken", title="A step was taken")


def step(writer: int = 0, number: int = 0) -> int:
    return int(record("tests.step.taken", Subject("step", number, f"writer {writer}"), actor=SYSTEM).pk)


def write(writer: int, count: int) -> int:
    """Transactions of one to three steps, a third of which are rolled back; answers how many steps were committed."""
    chance, committed = random.Random(writer), 0
    try:
        while committed < count:
            size = min(chance.randint(1, 3), count - committed)
            with transaction.atomic():
                for offset in range(size):
                    step(writer, committed + offset)
                is_kept = chance.random() > 1 / 3
                transaction.set_rollback(not is_kept)
            committed += size if is_kept else 0
    finally:
        connection.close()
    return committed


def seal_until(done: Signal) -> int:
    sealed = 0
    try:
        while not done.is_set():
            sealed += len(seal(batch=7))
    finally:
        connection.close()
    return sealed


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_and_two_sealers_make_one_gapless_sequence_in_each_writers_order() -> None:
    done = Signal()
    with ThreadPoolExecutor(18) as pool:
        sealers: list[Future[int]] = [pool.submit(seal_until, done) for _ in range(2)]
        writers = [pool.submit(write, number, 25) for number in range(16)]
        committed = sum(one.result() for one in writers)
        done.set()
        sealed = sum(one.result() for one in sealers)
    while more := seal():
        sealed += len(more)
    rows = list(Event.objects.order_by("sequence").values_list("sequence", "subject_name", "subject_id", "leaf"))
    assert committed == sealed == len(rows) == 16 * 25
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    for number in range(16):
        assert [row[2] for row in rows if row[1] == f"writer {number}"] == list(range(25))
    leaves = Leaf.objects.order_by("sequence").values_list("sequence", "hash")
    assert [(number, bytes(leaf)) for number, leaf in leaves] == [(row[0], bytes(row[3])) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_commits_late_gets_a_later_number() -> None:
    open_, go = Signal(), Signal()

    def slow() -> int:
        try:
            with transaction.atomic():
                pk = step(1)
                open_.set()
                go.wait(30)
            return pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(slow)
        open_.wait(30)
        quick = step(2)
        assert len(seal()) == 1
        go.set()
        assert late.result() < quick
    assert len(seal()) == 1
    assert list(Event.objects.order_by("sequence").values_list("pk", flat=True)) == [quick, late.result()]


@pytest.mark.django_db(transaction=True)
def test_while_one_sealer_is_at_work_another_does_nothing() -> None:
    step()

    def other() -> range:
        try:
            return seal()
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        assert not pool.submit(other).result()
    assert len(seal()) == 1


@pytest.mark.django_db
def test_sealing_goes_in_batches_and_ends() -> None:
    for number in range(5):
        step(number=number)
    assert [seal(2), seal(2), seal(2), seal(2)] == [range(1, 3), range(3, 5), range(5, 6), range(0)]
    assert list(Event.objects.order_by("sequence").values_list("subject_id", flat=True)) == [0, 1, 2, 3, 4]
