"""/metrics: right under several processes, and as Prometheus wants it."""

from __future__ import annotations

import multiprocessing
import subprocess
from collections.abc import Iterator

import httpx
import pytest
import redis
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from monitoring import counting, exposition, store
from tests.needs import need
from tests.portal import Portal, until

Samples = dict[str, list[Sample]]


def parsed(text: str) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def count_of(task: str) -> float:
    totals = counting.Totals(by={"governance_tasks_total": "task"}, names=frozenset()).read()
    return totals.get(("governance_tasks_total", task), 0.0)


def count_in_a_process(task: str, times: int) -> None:
    """What a worker's pool process does: it counts, and ends."""

    def work() -> None:
        counting.tasks.labels(task, "success").inc(times)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0


def test_processes_count_together_and_the_dead_still_count() -> None:
    counting.tasks.labels("tests.together", "success").inc(1)
    count_in_a_process("tests.together", 2)
    count_in_a_process("tests.together", 4)
    assert count_of("tests.together") == 7
    samples = parsed(exposition.text().decode())["governance_tasks_total"]
    assert [one.value for one in samples if one.labels["task"] == "tests.together"] == [7.0]


def test_burying_the_dead_moves_their_counts_and_loses_none() -> None:
    count_in_a_process("tests.buried", 3)
    assert counting.bury() > 0 and count_of("tests.buried") == 3
    count_in_a_process("tests.buried", 5)
    counting.bury()
    assert count_of("tests.buried") == 8
    assert {path.name for path in counting.folder().glob("counter_*.db")} <= {"counter_dead.db", *own_files()}


def own_files() -> set[str]:
    return {path.name for path in counting.folder().glob("*.db") if not path.stem.endswith("dead") and counting._is_living(path.name)}


def test_a_file_that_was_cut_off_does_not_stop_the_others() -> None:
    (counting.folder() / "counter_999999999.db").write_bytes(b"\x10\x27\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00")
    count_in_a_process("tests.cut", 2)
    counting.bury()
    assert count_of("tests.cut") == 2 and exposition.text()


@pytest.mark.django_db
def test_requests_are_counted_without_a_login(client: Client) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=")
    found = parsed(answer.content.decode())
    assert found["django_http_requests_before_middlewares_total"][0].value >= 1


def test_without_the_broker_requests_are_still_exposed(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(store, "redis_client", lambda: nowhere)
    found = parsed(exposition.text().decode())
    assert found["governance_broker_up"][0].value == 0 and "django_http_requests_before_middlewares_total" in found


@pytest.fixture(scope="module")
def scraped(portal: Portal) -> Iterator[str]:
    """The real portal's metrics, once every collector has been exposed."""

    def scrape() -> str:
        text = httpx.get(f"{portal.base_url}/metrics", timeout=10).text
        return text if "governance_runs" in text and "pg_database_size_bytes" in text else ""

    yield until(scrape, "metrics of all collectors", portal.text)


def test_the_portal_exposes_host_database_broker_runs_and_tasks(scraped: str) -> None:
    found = parsed(scraped)
    assert {one.labels["mode"] for one in found["node_cpu_seconds_total"]} >= {"user", "system", "idle"}
    assert {one.labels["groupname"] for one in found["namedprocess_namegroup_num_procs"]} >= {"web", "worker", "tasks", "beat", "facts", "collect"}
    assert {one.labels["state"] for one in found["governance_runs"] if one.labels["kind"] == "scan"} >= {"complete", "failed"}
    assert {one.labels["queue"] for one in found["governance_queue_messages"]} >= {"default", "scans"}
    ticks = [one.value for one in found["governance_tasks_total"] if one.labels["task"] == "monitoring.collect" and one.labels["state"] == "success"]
    assert sum(ticks) >= 1


def test_promtool_finds_nothing_to_complain_of(scraped: str) -> None:
    promtool = need("promtool")
    checked = subprocess.run([promtool, "check", "metrics"], input=scraped, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
