"""A preview reads the source live, masked above the reader's ceiling, and leaves no value behind."""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from governance.catalog.models import Dataset
from governance.catalog.services import previewing, register_structures
from governance.core.access import SYSTEM
from governance.core.models import Event
from governance.env import env
from governance.sources.models import Source
from governance.sources.services import connect, create_source
from tests.factories import api_client, find, grant, make_user, nothing, verdict

pytestmark = pytest.mark.django_db
MARKER = "marker.7f3a@example.com"
NUMBER = "078-05-1120"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """A table of a real SQLite file with a plain, an internal and a restricted column, and one that no scan has looked at."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (id INTEGER, email TEXT, ssn TEXT)")
        database.execute("INSERT INTO people VALUES (1, ?, ?), (2, NULL, NULL)", [MARKER, NUMBER])
    source = create_source(name="shop", kind="sqlite", config={"path": str(path)}, actor=SYSTEM)
    found = register(source)
    find(found, {"id": nothing(), "email": verdict("email"), "ssn": verdict("us_ssn")})
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE people ADD COLUMN note TEXT")
        database.execute("UPDATE people SET note = ?", [MARKER])
    return Dataset.objects.get(pk=found.pk)


def register(source: Source) -> Dataset:
    with connect(source) as connector:
        return register_structures(source, list(connector.datasets()), scan_id=1, actor=SYSTEM)[0].dataset


def read(dataset: Dataset, client: Any, query: str = "") -> Any:
    return client.get(f"/api/v1/datasets/{dataset.pk}/preview/{query}")


def cells(dataset: Dataset, ceiling: str) -> dict[str, Any]:
    found = read(dataset, api_client(make_user("viewer", ceiling=ceiling))).json()
    return dict(zip([one["name"] for one in found["columns"]], found["rows"][0], strict=True))


def test_values_above_the_ceiling_are_masked(dataset: Dataset) -> None:
    shown = cells(dataset, "internal")
    assert (shown["id"], shown["email"]) == (1, MARKER) and NUMBER not in str(shown)
    assert cells(dataset, "restricted")["ssn"] == NUMBER
    assert cells(dataset, "public")["email"] != MARKER


def test_a_column_that_no_scan_has_looked_at_counts_as_restricted(dataset: Dataset) -> None:
    assert cells(dataset, "confidential")["note"] != MARKER
    assert cells(dataset, "restricted")["note"] == MARKER


def test_nulls_stay_nulls(dataset: Dataset) -> None:
    found = read(dataset, api_client(make_user("viewer"))).json()
    assert found["rows"][1][:3] == [2, None, None]


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 200), ("steward", 200), ("engineer", 200), ("administrator", 200), ("auditor", 403), ("", 404)]
)
def test_who_may_read_a_preview(dataset: Dataset, role: str, status: int) -> None:
    assert read(dataset, api_client(make_user(role))).status_code == status


def test_a_denied_dataset_has_no_preview(dataset: Dataset) -> None:
    user = make_user("viewer")
    grant(user, "viewer", dataset, effect="deny")
    assert read(dataset, api_client(user)).status_code == 404


def test_rows_are_limited(dataset: Dataset) -> None:
    client = api_client(make_user("viewer"))
    assert len(read(dataset, client, "?rows=1").json()["rows"]) == 1
    assert read(dataset, client, "?rows=101").status_code == read(dataset, client, "?rows=x").status_code == 400


def test_a_preview_is_a_fact_and_its_values_are_nowhere(dataset: Dataset, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = read(dataset, api_client(make_user("viewer", ceiling="restricted")))
    assert MARKER in answer.content.decode() and answer["Cache-Control"] == "no-store"
    fact = Event.objects.get(type="catalog.preview.read")
    assert (fact.dataset_id, fact.data["rows"], fact.data["masked"]) == (dataset.pk, 2, [])
    for model in apps.get_models():
        for row in model._default_manager.all().values():
            kept = " ".join(bytes(one).decode("latin-1") if isinstance(one, memoryview | bytes) else str(one) for one in row.values())
            assert MARKER not in kept and NUMBER not in kept, model
    assert MARKER not in caplog.text and NUMBER not in caplog.text


def test_a_source_that_cannot_be_read_is_told_and_no_fact(dataset: Dataset) -> None:
    Path(dataset.source.connection_config()["path"]).unlink()
    answer = read(dataset, api_client(make_user("viewer")))
    assert 400 <= answer.status_code < 600 and answer.json()["detail"]
    assert not Event.objects.filter(type="catalog.preview.read").exists()


@pytest.fixture
def slow(dataset: Dataset) -> Dataset:
    """A view whose first row takes far longer than anybody waits."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS total FROM n"
    with sqlite3.connect(dataset.source.connection_config()["path"]) as database:
        database.executescript(f"DROP TABLE people; CREATE VIEW people AS {endless}")
    return dataset


def test_a_slow_view_is_given_up_after_the_time_of_previews(slow: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "preview_timeout", 0.2)
    monkeypatch.setattr(env, "statement_timeout", 1_000)
    answer = read(slow, api_client(make_user("viewer")))
    assert answer.status_code == 504 and "GOVERNANCE_PREVIEW_TIMEOUT" in answer.json()["detail"]
    assert not Event.objects.filter(type="catalog.preview.read").exists()


def test_the_time_of_a_preview_is_that_of_all_its_statements(slow: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "preview_timeout", 0.2)
    monkeypatch.setattr(previewing, "connect", lambda source, **_: connect(source))
    assert read(slow, api_client(make_user("viewer"))).status_code == 504


def test_a_preview_beyond_those_that_are_being_read_is_refused_at_once(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "slots", threading.BoundedSemaphore(1))
    client = api_client(make_user("viewer"))
    with previewing.slots:
        answer = read(dataset, client)
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded") and "Try again" in answer.json()["detail"]
    # Whatever came of one preview, its place is free for the next.
    Path(dataset.source.connection_config()["path"]).rename(moved := Path(f"{dataset.source.connection_config()['path']}.away"))
    assert read(dataset, client).status_code != 503
    moved.rename(dataset.source.connection_config()["path"])
    assert read(dataset, client).status_code == 200
