"""Errors are RFC 9457 problem documents that say what to do."""

from __future__ import annotations

from typing import Any

import pytest

from security.identity.models import Team
from tests.factories import admin_client, api_client, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return api_client(make_user("administrator"))


def test_a_problem_has_the_members_of_the_rfc(client: Any) -> None:
    answer = client.get("/api/v1/teams/999999/")
    assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(body) and (body["status"], body["code"]) == (404, "not_found")


def test_missing_and_forbidden_are_told_alike() -> None:
    team = make_team()
    client = api_client(make_user())
    hidden, missing = client.get(f"/api/v1/teams/{team.pk}/"), client.get("/api/v1/teams/999999/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"].replace(str(team.pk), "#") == missing.json()["detail"].replace("999999", "#")


@pytest.mark.parametrize(
    "query",
    ["?nonsense=1", "?ordering=password", "?limit=0", "?limit=501", "?limit=x", "?limit=²", f"?limit={'9' * 5000}", "?cursor=abc", "?cursor=W10"],
)
def test_what_the_query_string_asks_wrongly_is_an_error_and_not_ignored(client: Any, query: str) -> None:
    answer = client.get(f"/api/v1/teams/{query}")
    assert answer.status_code == 400 and answer.json()["errors"]


def test_a_wrong_body_names_each_field(client: Any) -> None:
    answer = client.post("/api/v1/teams/", {"name": "", "members": [10**9], "colour": "red"}, format="json")
    assert answer.status_code == 400 and set(answer.json()["errors"]) == {"colour"}
    answer = client.post("/api/v1/teams/", {"name": "", "members": [10**9]}, format="json")
    assert set(answer.json()["errors"]) == {"name", "members"}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"nul"])
def test_a_body_that_is_no_object_is_refused(client: Any, body: bytes) -> None:
    answer = client.generic("POST", "/api/v1/teams/", body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["code"] == "invalid_input"


def test_what_exists_already_is_a_clear_error(client: Any) -> None:
    make_team("Risk")
    answer = client.post("/api/v1/teams/", {"name": "RISK"}, format="json")
    assert answer.status_code in (400, 409) and Team.objects.count() == 1 and answer.json()["detail"]


def test_a_method_that_an_address_does_not_take(client: Any) -> None:
    assert client.put("/api/v1/people/", {}, format="json").json()["code"] == "method_not_allowed"


def test_nul_and_lone_surrogates_in_a_body_do_no_harm(client: Any) -> None:
    for text in ("a\x00b", "\\ud800"):
        answer = client.generic("POST", "/api/v1/teams/", f'{{"name": "{text}"}}'.encode(), content_type="application/json")
        assert answer.status_code == 400, answer.content


def test_an_address_that_is_none_is_a_problem_document_below_the_api_and_a_page_elsewhere(client: Any) -> None:
    below, elsewhere = client.get("/api/v1/nothing/"), client.get("/nothing/")
    assert below.status_code == elsewhere.status_code == 404
    assert below.headers["Content-Type"] == "application/problem+json" and below.json()["code"] == "not_found"
    assert elsewhere.headers["Content-Type"].startswith("text/html")


def test_an_error_that_nobody_expected_is_a_problem_document_without_its_words(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("security.identity.api.Teams.rows", lambda self: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/api/v1/teams/")
    assert answer.status_code == 500 and answer.json()["code"] == "unexpected" and "division" not in answer.content.decode()


def test_a_time_that_the_database_cannot_hold_is_an_error_of_the_caller(client: Any) -> None:
    answer = client.get("/api/v1/events/", {"since": "0001-01-01T00:00:00+23:59"})
    assert answer.status_code == 400 and answer.json()["code"] == "invalid_input"


def test_no_shared_cache_keeps_an_answer(client: Any) -> None:
    assert client.get("/api/v1/teams/").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("address", ["/api/v1/events/?search=%00", "/admin/catalog/field/?family=%00", "/admin/palette/?s=%00"])
def test_an_address_with_a_nul_is_refused(address: str) -> None:
    answer = admin_client(make_user("administrator")).get(address)
    assert answer.status_code == 400 and "NUL" in answer.content.decode()


@pytest.mark.parametrize("page", ["/admin/core/event/?", "/admin/catalog/field/?"])
def test_a_page_asked_for_a_time_that_the_database_cannot_hold_says_so(page: str) -> None:
    answer = admin_client(make_user("administrator")).get(f"{page}since=0001-01-01T00:00:00%2B23:59")
    assert answer.status_code == 400 and "nearer to now" in answer.content.decode()
