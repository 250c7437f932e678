"""The queue and the facts: task round trip, fact to subscriber, and sixteen writers of facts beside the same inserts without record's extra work.

    python benchmarks/tasks.py [--samples 300] [--writers 16] [--seconds 4] [--rounds 3]

On embedded services of its own, with the durability of production. A round trip is enqueue → worker process → answer in Valkey; the limit beside it is a bare
Valkey round trip through a list. Fact to subscriber is the commit of the fact to the effect of a handler in another process. Goals: p95 at most 25 ms and 300 ms; ratio at least 0.8.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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

from django.db import connection, connections, transaction  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from governance.celery import app  # noqa: E402
from governance.core.access import SYSTEM  # noqa: E402
from governance.core.cache import redis_client  # noqa: E402
from governance.core.events import declare, record, subscriber  # noqa: E402
from governance.core.events.loop import main as facts_loop  # noqa: E402
from governance.core.events.recording import INSERT  # noqa: E402
from governance.core.models import Event  # noqa: E402
from governance.core.subjects import Subject  # noqa: E402
from governance.env import env  # noqa: E402
from governance.runtime.services import running  # noqa: E402

TYPE = "bench.fact.written"
ANSWER = "bench:answer"
PATIENCE = 10


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
    for option, default in (("--samples", 300), ("--writers", 16), ("--seconds", 4), ("--rounds", 3)):
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
    """Commits a second of many processes, in turns; the median of each, and their ratio."""
    ways = {"facts by record()": by_record, "the same inserts without it": by_insert}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            found[name].append(together(way, options.writers, options.seconds))
    say(f"{options.writers} writers, one fact a commit, {options.rounds} rounds of {options.seconds} s; commits a second")
    medians = {name: statistics.median(rates) for name, rates in found.items()}
    for name, rate in medians.items():
        say(f"{name:36}{rate:>8.0f}")
    say(f"{'ratio':36}{medians['facts by record()'] / medians['the same inserts without it']:>8.2f}")


def together(way: Callable[[float, Any], None], count: int, seconds: float) -> float:
    connections.close_all()
    context = multiprocessing.get_context("fork")
    total = context.Value("q", 0)
    start = time.time() + 1.5
    children = [context.Process(target=worker, args=(way, start, seconds, total)) for _ in range(count)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return float(total.value) / seconds


def worker(way: Callable[[float, Any], None], start: float, seconds: float, total: Any) -> None:
    redis_client.cache_clear()
    connection.ensure_connection()
    time.sleep(max(0.0, start - time.time()))
    way(start + seconds, total)


def by_record(until: float, total: Any) -> None:
    done = 0
    while time.time() < until:
        write(done)
        done += 1
    with total.get_lock():
        total.value += done


def by_insert(until: float, total: Any) -> None:
    """The statement that record() executes, with values of the same size that cost nothing to make."""
    now = django.utils.timezone.now()
    body, data, person = b"x" * 600, '{"number": 1, "note": "as long as a usual note is"}', '{"name": "portal", "address": "", "on_behalf_of": ""}'
    values: list[Any] = [
        body,
        b"l" * 32,
        b"m" * 32,
        now,
        TYPE,
        "info",
        "system",
        None,
        None,
        "bench",
        1,
        "benchmark",
        None,
        None,
        "",
        "",
        None,
        0,
        data,
        b"s" * 16,
        person,
    ]
    done = 0
    while time.time() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, values)
            cursor.fetchone()
        done += 1
    with total.get_lock():
        total.value += done


def show(name: str, samples: list[float]) -> None:
    cuts = statistics.quantiles(samples, n=100)
    say(f"{name:36}{cuts[49]:>8.1f}{cuts[94]:>8.1f}{cuts[98]:>8.1f}{max(samples):>10.1f}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if IS_PROGRAM:
    main()
