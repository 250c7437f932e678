"""`manage.py setup`: the first start."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from governance.core.models import Event
from governance.env import env

pytestmark = pytest.mark.django_db


def said() -> str:
    out = io.StringIO()
    call_command("setup", stdout=out)
    return out.getvalue()


def test_the_first_start_makes_an_administrator_and_prints_the_login_once() -> None:
    first, second = said(), said()
    assert "Administrator: admin" in first and "Password: " in first and second == ""
    assert Event.objects.filter(type="identity.administrator.created").count() == 1


def test_the_printed_password_works() -> None:
    password = said().rpartition("Password: ")[2].strip()
    assert get_user_model().objects.get(username="admin").check_password(password)


def test_a_password_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "admin_password", "Correct-Horse-42")
    said()
    assert get_user_model().objects.get(username="admin").check_password("Correct-Horse-42")


def test_the_password_is_in_no_fact() -> None:
    password = said().rpartition("Password: ")[2].strip()
    assert not any(password.encode() in bytes(event.body) for event in Event.objects.all())
