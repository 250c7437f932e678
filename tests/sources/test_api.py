"""Sources over the API: secrets go in and never come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.core.models import Event
from governance.sources.models import Source
from tests.factories import api_client, make_source, make_user
from tests.scans.running import scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db
SERVER = {"host": "127.0.0.1", "port": 1, "database": "crm", "user": "reader", "password": "open-sesame-4711"}
SESAME = str(SERVER["password"])


@pytest.fixture
def api() -> APIClient:
    return api_client(make_user("administrator"))


def post(api: APIClient, **values: Any) -> Any:
    return api.post("/api/v1/sources/", {"name": "crm", "kind": "postgresql", "config": SERVER} | values, format="json")


def test_a_password_is_sealed_and_shown_as_dots(api: APIClient) -> None:
    answer = post(api)
    source = Source.objects.get(pk=answer.json()["id"])
    assert answer.status_code == 201 and "••••" in answer.json()["config"].values()
    assert SESAME not in answer.content.decode() + str(source.config) and SESAME.encode() not in bytes(source.secrets or b"")
    assert source.connection_config()["password"] == SESAME


def test_the_password_of_a_url_is_sealed_too(api: APIClient) -> None:
    answer = post(api, config={"url": f"postgresql://reader:{SESAME}@127.0.0.1:1/crm"})
    source = Source.objects.get(pk=answer.json()["id"])
    assert SESAME not in answer.content.decode() + str(source.config)
    assert (source.location, source.connection_config()["url"]) == ("127.0.0.1:1/crm", f"postgresql://reader:{SESAME}@127.0.0.1:1/crm")


def test_a_secret_cannot_be_moved_to_another_row(api: APIClient) -> None:
    first, second = (Source.objects.get(pk=post(api, name=name).json()["id"]) for name in ("one", "two"))
    second.secrets = first.secrets
    with pytest.raises(Exception, match="moved from another row"):
        second.connection_config()


def test_dots_keep_the_stored_secret(api: APIClient) -> None:
    pk = post(api).json()["id"]
    answer = api.patch(f"/api/v1/sources/{pk}/", {"config": SERVER | {"database": "erp", "password": "••••"}}, format="json")
    assert answer.status_code == 200, answer.content
    assert Source.objects.get(pk=pk).connection_config() == SERVER | {"database": "erp"}


def test_a_stored_secret_is_not_sent_to_another_host(api: APIClient) -> None:
    pk = post(api).json()["id"]
    answer = api.patch(f"/api/v1/sources/{pk}/", {"config": SERVER | {"host": "127.0.0.2", "password": "••••"}}, format="json")
    assert answer.status_code == 400 and "config.password" in answer.json()["errors"]
    check = {"kind": "postgresql", "source": pk, "config": SERVER | {"port": 2, "password": "••••"}}
    told = api.post("/api/v1/sources/check-config/", check, format="json").json()
    assert not told["is_reachable"] and "config.password" in told["error"]["errors"]


def test_a_check_that_fails_is_a_clear_problem_without_the_password(api: APIClient) -> None:
    pk = post(api).json()["id"]
    answer = api.post(f"/api/v1/sources/{pk}/check/")
    assert (answer.status_code, answer.json()["code"]) == (502, "unreachable")
    source = Source.objects.get(pk=pk)
    assert source.checked is not None and source.check_result is not None and not source.check_result["is_reachable"]
    everything = answer.content.decode() + str(source.check_result) + str([bytes(one.body) for one in Event.objects.all()])
    assert SESAME not in everything and Event.objects.get(type="sources.source.checked").data["error"] == "unreachable"


def test_a_check_says_what_may_be_seen(api: APIClient, tmp_path: Path) -> None:
    pk = post(api, kind="sqlite", config={"path": str(sqlite_file(tmp_path / "shop.db"))}).json()["id"]
    answer = api.post(f"/api/v1/sources/{pk}/check/")
    assert answer.status_code == 200 and answer.json()["is_reachable"] and answer.json()["capabilities"]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"host": "127.0.0.1"}, "config"),
        (SERVER | {"port": "many"}, "config.port"),
        (SERVER | {"colour": "red"}, "config.colour"),
        ({"url": "mysql://here"}, "config"),
        (SERVER | {"password": "••••"}, "config.password"),
    ],
)
def test_a_bad_config_names_the_field_and_saves_nothing(api: APIClient, config: dict[str, Any], field: str) -> None:
    answer = post(api, config=config)
    assert answer.status_code == 400 and any(name.startswith(field) for name in answer.json()["errors"]), answer.content
    assert SESAME not in answer.content.decode() and not Source.objects.exists()


def test_two_sources_cannot_have_one_name(api: APIClient) -> None:
    post(api)
    assert post(api, name="CRM").json()["errors"] == {"name": ["Another source has this name. Choose a different one."]}


def test_the_kinds_come_with_the_schema_of_their_config(api: APIClient) -> None:
    kinds = {one["kind"]: one for one in api.get("/api/v1/source-kinds/").json()["results"]}
    assert {"postgresql", "sqlite", "duckdb", "files"} <= set(kinds) and "portal" not in kinds
    assert kinds["postgresql"]["schema"]["properties"]["host"]["description"] and kinds["postgresql"]["secrets"] == ["password", "url"]


def test_removing_a_source_says_first_what_goes_with_it(api: APIClient, tmp_path: Path) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "shop.db"))
    scan(source)
    asked = api.delete(f"/api/v1/sources/{source.pk}/")
    assert asked.status_code == 409 and asked.json()["removes"]["datasets"] == 1 and asked.json()["removes"]["fields"] == 4
    assert api.delete(f"/api/v1/sources/{source.pk}/?confirm=shop").status_code == 204
    assert not Source.objects.filter(pk=source.pk).exists()
    assert Event.objects.get(type="sources.source.deleted").data["removed"]["fields"] == 4


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("steward", 403), ("auditor", 403), ("engineer", 201), ("administrator", 201)])
def test_who_may_add_a_source(role: str, status: int, tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "shop.db")
    assert post(api_client(make_user(role)), kind="sqlite", config={"path": str(path)}).status_code == status


def test_a_source_that_is_not_shared_is_not_there() -> None:
    hidden, shown = make_source(), make_source()
    viewer = api_client(make_user("viewer", shown))
    assert [one["id"] for one in viewer.get("/api/v1/sources/").json()["results"]] == [shown.pk]
    assert viewer.get(f"/api/v1/sources/{hidden.pk}/").status_code == 404
