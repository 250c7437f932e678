"""Forms and lists of the admin speak the portal's words, say a thing once, and have one button that saves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from security.identity.models import Team
from tests.factories import admin_client, grant, make_team, make_user

pytestmark = pytest.mark.django_db
FORMS = ["/admin/auth/user/add/", "/admin/identity/team/add/", "/admin/access/grant/add/"]


@pytest.fixture
def client() -> Client:
    return admin_client(make_user(name="boss", is_superuser=True))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def banners(page: str) -> int:
    return len(re.findall(r'class="errornote', page))


def test_a_wrong_password_is_told_once(client: Client) -> None:
    client.logout()
    page = text(client.post("/admin/login/", {"username": "boss", "password": "wrong"}))
    assert banners(page) == 1 and "The name or the password is wrong" in page


def test_a_login_without_a_password_is_told_once(client: Client) -> None:
    client.logout()
    assert banners(text(client.post("/admin/login/", {"username": "boss"}))) == 1


def test_a_grant_to_nobody_is_told_once(client: Client) -> None:
    answer = client.post("/admin/access/grant/add/", {"role": "viewer", "effect": "allow", "ceiling": "internal", "place": "portal"}, follow=True)
    assert banners(text(answer)) == 1


def test_a_field_that_is_missing_is_told_in_one_banner_and_at_the_field(client: Client) -> None:
    page = text(client.post("/admin/identity/team/add/", {"name": ""}))
    assert banners(page) == 1 and "Correct what is marked below" in page and "This field is required" in page


def test_people_are_counted_as_people(client: Client) -> None:
    assert re.search(r"\b1 person\b", text(client.get("/admin/auth/user/")))
    make_user()
    page = text(client.get("/admin/auth/user/"))
    assert re.search(r"\b2 people\b", page) and "users" not in page.lower().replace("/auth/user", "")


def test_grants_are_counted_as_grants(client: Client) -> None:
    grant(make_user(), "viewer")
    assert re.search(r"\b1 grant\b", text(client.get("/admin/access/grant/")))


@pytest.mark.parametrize("address", FORMS)
def test_a_form_has_one_button_that_saves(client: Client, address: str) -> None:
    page = text(client.get(address))
    assert 'name="_save"' in page and 'name="_continue"' not in page and 'name="_addanother"' not in page


def test_saving_says_what_was_saved(client: Client) -> None:
    team = make_team("Risk")
    answer = client.post(f"/admin/identity/team/{team.pk}/change/", {"name": "Risk and audit", "description": ""}, follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["Risk and audit was saved."] and Team.objects.get().name == "Risk and audit"
