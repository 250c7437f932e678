"""The queue and the facts: task round trip, fact to subscriber, and sixteen writers of facts beside the same inserts without record's extra work.

    python benchmarks/tasks.py [--samples 300] [--writers 16] [--seconds 4] [--rounds 5]

On embedded services of its own, with the durability of production. A round trip is enqueue → worker process → answer in Valkey; the limit beside it is a bare
Valkey round trip through a list. Fact to subscriber is the commit of the fact to the effect of a handler in another process. Goals: p95 at most 25 ms and 300 ms; ratio at least 0.8.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
IS_PROGRAM = __name__ == "__main__"
if IS_PROGRAM:
    HOME = tempfile.TemporaryDirectory(prefix="bench-tasks-")
    for name in [one for one in os.environ if one.startswith("GOVERNANCE_")] + ["DATABASE_URL", "REDIS_URL"]:
        os.environ.pop(name, None)
    os.environ["GOVERNANCE_DATA_DIR"] = f"{HOME.name}/data"

import django  # noqa: E402

django.setup()

import psutil  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from governance.celery import app  # noqa: E402
from governance.core import live  # noqa: E402
from governance.core.access import SYSTEM  # noqa: E402
from governance.core.cache import redis_client  # noqa: E402
from governance.core.events import declare, record, subscriber  # noqa: E402
from governance.core.events.loop import main as facts_loop  # noqa: E402
from governance.core.events.recording import COLUMNS, INSERT  # noqa: E402
from governance.core.events.sealer import seal  # noqa: E402
from governance.core.models import Event, EventPerson  # noqa: E402
from governance.core.subjects import Subject  # noqa: E402
from governance.env import env  # noqa: E402
from governance.runtime.services import running  # noqa: E402

TYPE = "bench.fact.written"
ANSWER = "bench:answer"
PATIENCE = 10
SEALED_EVERY = 0.1
WARM = 20
Way = Callable[[list[Any]], None]


class Written(BaseModel):
    number: int
    note: str = ""


declare(TYPE, Written, title="A fact of the benchmark")


@app.task(name="bench.echo", ignore_result=True)
def echo(number: int) -> None:
    redis_client().rpush(ANSWER, number)


def start_worker(options: Sequence[str]) -> None:
    app.start(["--quiet", "worker", *options])


def listen() -> None:
    """The facts process with one subscriber more."""

    @subscriber("bench", "bench.*")
    def answer(event: Event) -> None:
        redis_client().rpush(ANSWER, event.pk)

    facts_loop()


def main() -> None:
    parser = argparse.ArgumentParser()
    for option, default in (("--samples", 300), ("--writers", 16), ("--seconds", 4), ("--rounds", 5)):
        parser.add_argument(option, type=int, default=default)
    options = parser.parse_args()
    try:
        with running(env.places, "bench", migrated=True):
            say(f"{options.samples} samples; milliseconds")
            say(f"{'':36}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>10}")
            show("Valkey list there and back (limit)", [trip(bare) for _ in range(options.samples)])
            with process("worker"):
                warm(lambda: echo.apply_async((0,), queue="default"))
                show("task round trip", [trip(lambda: echo.apply_async((0,), queue="default")) for _ in range(options.samples)])
            with process("facts"):
                warm(write)
                show("fact to subscriber", [trip(write) for _ in range(options.samples)])
            writers(options)
    finally:
        HOME.cleanup()


def bare() -> None:
    redis_client().rpush(ANSWER, 1)


def write(number: int = 1) -> None:
    with transaction.atomic():
        record(TYPE, Subject("bench", 1, "benchmark"), actor=SYSTEM, number=number, note="as long as a usual note is")


def trip(act: Callable[[], Any]) -> float:
    """Milliseconds from the start of `act` to the answer in Valkey."""
    started = time.perf_counter()
    act()
    # A first answer may still belong to somebody else's fact: there is none here.
    # A wait is shorter than the client's own time limit, and may be repeated.
    assert any(redis_client().blpop([ANSWER], timeout=4) for _ in range(PATIENCE)), "no answer"
    return (time.perf_counter() - started) * 1000


def warm(act: Callable[[], Any]) -> None:
    """Until the other process answers."""
    act()
    for _ in range(15):
        if redis_client().blpop([ANSWER], timeout=4):
            break
    for _ in range(20):
        trip(act)


@contextmanager
def process(kind: str) -> Iterator[None]:
    """The worker with the options of `manage.py up`, or the facts process; both know this file."""
    if kind == "worker":
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR")
        options = ("--queues", "default,scans", "--pool", "prefork", "--concurrency", "2", "-O", "fair", *quiet)
        code = f"import benchmarks.tasks as b; b.start_worker({options!r})"
    else:
        code = "import benchmarks.tasks as b; b.listen()"
    root = Path(__file__).resolve().parent.parent
    child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], cwd=root, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.terminate()
        child.wait(20)
        redis_client().delete(ANSWER)


def writers(options: argparse.Namespace) -> None:
    """Commits a second of many processes, in turns; medians, and the medians of the ratios within a round."""
    ways = {"facts by record()": by_record, "the same statement without it": by_insert, "the same rows by the ORM": by_orm}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
    say(
        f"{options.writers} writers, one fact a commit, a sealer beside them in both; {options.rounds} rounds of {options.seconds} s in turns; machine's load {os.getloadavg()[0]:.1f}"
    )
    same = recorded()
    for number in range(options.rounds):
        # Every second round begins with the other one, so that a drift of the machine is nobody's gain.
        for name in list(ways) if number % 2 == 0 else list(ways)[::-1]:
            found[name].append(together(ways[name], same, options.writers, options.seconds))
    say(f"{'':36}{'commits/s':>10}{'least':>8}{'most':>8}{'CPU ms, writer':>18}{'CPU ms, all':>18}")
    for name, rounds in found.items():
        rates, own, whole = (list(column) for column in zip(*rounds, strict=True))
        say(
            f"{name:36}{statistics.median(rates):>10.0f}{min(rates):>8.0f}{max(rates):>8.0f}{statistics.median(own):>18.3f}{statistics.median(whole):>18.3f}"
        )
    facts, *others = found
    for name in others:
        pairs = [mine[0] / other[0] for mine, other in zip(found[facts], found[name], strict=True)]
        say(f"{'ratio to ' + name:36}{statistics.median(pairs):>10.2f}{min(pairs):>8.2f}{max(pairs):>8.2f}")


def recorded() -> list[Any]:
    """What record() hands to its statement for a fact of the benchmark."""
    seen: list[list[Any]] = []

    def look(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        seen.append(list(values))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(look):
        write()
    return next(values for values in seen if TYPE in values)


def together(way: Way, same: list[Any], count: int, seconds: float) -> tuple[float, float, float]:
    """Commits a second, CPU milliseconds of the writers for one, and those of them with the servers."""
    live.flush()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    total, cpu = context.Value("q", 0), context.Value("d", 0.0)
    start = time.time() + 3
    sealer = context.Process(target=sealing, args=(start + seconds,))
    children = [sealer, *(context.Process(target=worker, args=(way, same, start, seconds, total, cpu)) for _ in range(count))]
    # As `manage.py up` does before it forks.
    gc.collect()
    gc.freeze()
    for child in children:
        child.start()
    gc.unfreeze()
    time.sleep(max(0.0, start - time.time()))
    before = busy()
    for child in children:
        child.join()
    # What came while the round was on is sealed before the next one.
    while seal():
        pass
    used = busy() - before
    return total.value / seconds, 1000 * cpu.value / total.value, 1000 * used / total.value


def busy() -> float:
    """CPU seconds of the benchmark's own processes, PostgreSQL and Valkey among them; others on the machine do not count."""
    me = psutil.Process()
    return sum(sum(one.cpu_times()[:4]) for one in (me, *me.children(recursive=True)))


def sealing(until: float) -> None:
    """The facts process's sealer, as often as a busy portal wakes it."""
    while time.time() < until:
        seal()
        time.sleep(SEALED_EVERY)


def worker(way: Way, same: list[Any], start: float, seconds: float, total: Any, cpu: Any) -> None:
    redis_client.cache_clear()
    # What every process pays once: its connections, and the copies of the pages it shares with its parent.
    for _ in range(WARM):
        way(same)
    live.flush()
    time.sleep(max(0.0, start - time.time()))
    done, began, until = 0, time.process_time(), start + seconds
    while time.time() < until:
        way(same)
        done += 1
    live.flush()
    used = time.process_time() - began
    with total.get_lock():
        total.value += done
        cpu.value += used


def by_record(same: list[Any]) -> None:
    write()


def by_insert(same: list[Any]) -> None:
    """The statement that record() executes, in a transaction of its own, with the values of a fact made before. The time is new, so that its index grows as it does for facts."""
    values = [timezone.now() if isinstance(value, datetime) else value for value in same]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        cursor.fetchone()


def by_orm(same: list[Any]) -> None:
    """Two plain create() with the same values."""
    *columns, _, salt, _ = same
    with transaction.atomic():
        event = Event.objects.create(
            **dict(zip(COLUMNS, columns, strict=False)) | {"time": timezone.now()}, data={"number": 1, "note": "as long as a usual note is"}
        )
        EventPerson.objects.create(event_id=event.pk, salt=salt, data={"name": "portal", "address": "", "on_behalf_of": ""})


def show(name: str, samples: list[float]) -> None:
    cuts = statistics.quantiles(samples, n=100)
    say(f"{name:36}{cuts[49]:>8.1f}{cuts[94]:>8.1f}{cuts[98]:>8.1f}{max(samples):>10.1f}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if IS_PROGRAM:
    main()
