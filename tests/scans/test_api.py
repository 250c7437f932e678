"""Scans and schedules over the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from governance.core.access import SYSTEM
from governance.scans import services
from governance.scans.models import ScanRun
from governance.sources.models import Source
from tests.factories import api_client, make_user
from tests.scans.running import PEOPLE, run_to_end, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return sqlite_source(sqlite_file(tmp_path / "shop.db", {f"t{at}": PEOPLE for at in range(3)}))


@pytest.fixture
def api() -> APIClient:
    return api_client(make_user("engineer"))


def test_a_scan_is_accepted_and_can_be_followed_to_its_end(api: APIClient, source: Source) -> None:
    started = api.post("/api/v1/scans/", {"source": source.pk}, format="json")
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    run_to_end(ScanRun.objects.get(pk=started.json()["id"]))
    ended = api.get(f"/api/v1/scans/{started.json()['id']}/").json()
    assert (ended["state"], ended["outcome"]) == ("complete", "clean")
    assert ended["progress"] == {"done": 3, "failed": 0, "total": 3, "rows": 600, "bytes": ended["progress"]["bytes"], "eta_s": None}


def test_every_value_can_be_asked_for(api: APIClient, source: Source) -> None:
    answer = api.post("/api/v1/scans/", {"source": source.pk, "depth": "values"}, format="json")
    assert (answer.status_code, answer.data["depth"]) == (202, "values")
    assert api.post("/api/v1/scans/", {"source": source.pk, "depth": "some"}, format="json").status_code == 400


def test_patterns_choose_datasets(api: APIClient, source: Source) -> None:
    pk = api.post("/api/v1/scans/", {"source": source.pk, "datasets": ["*t1"]}, format="json").json()["id"]
    run_to_end(ScanRun.objects.get(pk=pk))
    units = api.get(f"/api/v1/scans/{pk}/units/").json()["results"]
    assert len(units) == 1 and "t1" in units[0]["key"] and units[0]["state"] == "done"


def test_a_second_scan_is_a_conflict_that_names_the_first(api: APIClient, source: Source) -> None:
    first = api.post("/api/v1/scans/", {"source": source.pk}, format="json").json()["id"]
    second = api.post("/api/v1/scans/", {"source": source.pk}, format="json")
    assert (second.status_code, second.json()["scan"]) == (409, first)


def test_an_idempotency_key_starts_one_scan(api: APIClient, source: Source) -> None:
    answers = [api.post("/api/v1/scans/", {"source": source.pk}, format="json", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"] and answers[1].status_code == 202
    assert ScanRun.objects.count() == 1


def test_a_scan_can_be_cancelled(api: APIClient, source: Source) -> None:
    pk = api.post("/api/v1/scans/", {"source": source.pk}, format="json").json()["id"]
    assert api.post(f"/api/v1/scans/{pk}/cancel/").json()["state"] == "aborted"
    assert api.post(f"/api/v1/scans/{pk}/cancel/").status_code == 409


def test_two_scans_can_be_compared(api: APIClient, source: Source, tmp_path: Path) -> None:
    first = scan(source)
    sqlite_file(tmp_path / "shop.db", {"t9": PEOPLE})
    second = scan(source)
    told = api.get(f"/api/v1/scans/{second.pk}/compare/{first.pk}/").json()
    assert len(told["new"]) == 1 and "t9" in told["new"][0] and told["gone"] == []
    assert api.get(f"/api/v1/scans/{first.pk}/compare/{second.pk}/").json()["gone"] == told["new"]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("steward", 403), ("auditor", 403), ("engineer", 202), ("administrator", 202)])
def test_who_may_scan(role: str, status: int, source: Source) -> None:
    assert api_client(make_user(role, source)).post("/api/v1/scans/", {"source": source.pk}, format="json").status_code == status


def test_a_scan_of_a_source_that_is_not_shared_is_not_there(source: Source) -> None:
    run = services.start_scan(source, has_workers=False, actor=SYSTEM)
    stranger = api_client(make_user("engineer", sqlite_source_elsewhere()))
    assert stranger.get(f"/api/v1/scans/{run.pk}/").status_code == 404
    assert stranger.get(f"/api/v1/scans/{run.pk}/units/").status_code == 404
    assert stranger.post("/api/v1/scans/", {"source": source.pk}, format="json").status_code == 400


def sqlite_source_elsewhere() -> Source:
    return Source.objects.create(name="elsewhere", kind="sqlite", config={"path": "/data/else.db"})


def test_a_schedule_says_when_in_words_and_times(api: APIClient, source: Source) -> None:
    answer = api.post("/api/v1/schedules/", {"source": source.pk, "every": "daily", "at": "03:15"}, format="json").json()
    assert answer["words"] == "Every day at 03:15 (UTC)" and len(answer["next_runs"]) == 3
    changed = api.patch(f"/api/v1/schedules/{answer['id']}/", {"is_enabled": False}, format="json").json()
    assert changed["next_runs"] == []
    assert api.delete(f"/api/v1/schedules/{answer['id']}/").status_code == 204


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"every": "cron", "cron": "61 * * * *"}, "cron"),
        ({"every": "cron", "cron": ""}, "cron"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"day": 31}, "day"),
    ],
)
def test_a_schedule_that_never_comes_is_refused(api: APIClient, source: Source, values: dict[str, object], field: str) -> None:
    answer = api.post("/api/v1/schedules/", {"source": source.pk, **values}, format="json")
    assert answer.status_code == 400 and field in answer.json()["errors"]
