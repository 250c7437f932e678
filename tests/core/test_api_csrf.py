"""Sessions write with a CSRF token only; bearer tokens need none."""

from __future__ import annotations

import pytest
from django.test import Client

from security.identity.models import Team
from tests.factories import api_client, make_user

pytestmark = pytest.mark.django_db


def test_a_session_without_the_csrf_token_cannot_write() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("administrator"))
    answer = client.post("/api/v1/teams/", {"name": "Risk"}, content_type="application/json")
    assert answer.status_code == 403 and answer.json()["code"] == "denied" and not Team.objects.exists()


def test_a_session_with_the_csrf_token_writes() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("administrator"))
    client.get("/admin/login/?next=/")
    client.get("/admin/password_change/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/api/v1/teams/", {"name": "Risk"}, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201 and Team.objects.get().name == "Risk"


def test_a_bearer_token_needs_no_csrf_token() -> None:
    assert api_client(make_user("administrator")).post("/api/v1/teams/", {"name": "Risk"}, format="json").status_code == 201


def test_nobody_reads_without_signing_in() -> None:
    answer = Client().get("/api/v1/teams/")
    assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json"
