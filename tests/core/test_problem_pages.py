"""When a page cannot be shown, whoever is signed in stays in the portal; others get a plain page, and nobody a dead end."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from governance.core.api import problems
from governance.core.errors import NotFound
from governance.core.middleware import problem_response
from tests.factories import admin_client, make_source, make_user

pytestmark = pytest.mark.django_db
SIDEBAR = 'id="nav-sidebar"'


@pytest.fixture
def person() -> Client:
    return admin_client(make_user("viewer"))


@pytest.mark.parametrize(
    ("path", "words"),
    [("/nowhere/", "There is no such page"), ("/admin/sources/source/99/change/", "99"), ("/admin/nowhere/", "There is no such page")],
)
def test_a_missing_page_is_told_inside_the_portal(person: Client, path: str, words: str) -> None:
    answer = person.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404 and words in page
    assert SIDEBAR in page and 'action="/admin/search/"' in page and "What to do" in page


def test_what_is_denied_is_told_inside_the_portal(person: Client) -> None:
    answer = person.post(f"/admin/sources/source/{make_source().pk}/delete/")
    assert answer.status_code == 403 and SIDEBAR in answer.content.decode() and "Ask an administrator for a role" in answer.content.decode()


def test_djangos_own_refusal_is_told_inside_the_portal(person: Client) -> None:
    answer = person.get("/admin/auth/user/")
    assert answer.status_code == 403 and SIDEBAR in answer.content.decode()


def test_the_page_that_led_there_is_offered_when_it_is_ours(person: Client) -> None:
    assert (
        'href="http://testserver/admin/search/?q=x"'
        in person.get("/nowhere/", headers={"referer": "http://testserver/admin/search/?q=x"}).content.decode()
    )
    assert "evil" not in person.get("/nowhere/", headers={"referer": "http://evil.example/"}).content.decode()


def test_somebody_who_is_not_signed_in_gets_a_plain_page(client: Client) -> None:
    page = client.get("/nowhere/").content.decode()
    assert "There is no such page" in page and SIDEBAR not in page and 'href="/admin/"' in page


def test_a_form_without_its_token_is_told_inside_the_portal() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("administrator"))
    answer = client.post("/admin/decisions/", {"x": "y"})
    assert answer.status_code == 403 and "no longer valid" in answer.content.decode() and SIDEBAR in answer.content.decode()


def test_an_unexpected_error_is_told_without_asking_the_database(rf: RequestFactory) -> None:
    request: Any = rf.get("/admin/")
    with CaptureQueriesContext(connection) as queries:
        answer = problems.broken(request)
    assert answer.status_code == 500 and "What to do" in answer.content.decode() and not queries.captured_queries


@pytest.mark.parametrize(("handler", "error"), [(problems.missing, Http404()), (problems.denied, PermissionDenied())])
def test_programs_get_a_problem_document(rf: RequestFactory, handler: Any, error: Exception) -> None:
    assert handler(rf.get("/api/v1/nowhere/"), error).headers["Content-Type"] == "application/problem+json"


def test_a_request_that_reached_no_session_gets_a_plain_page(rf: RequestFactory) -> None:
    answer = problem_response(rf.get("/admin/"), NotFound("It is gone."))
    assert answer.status_code == 404 and "It is gone." in answer.content.decode()
