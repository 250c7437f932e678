"""The System page: what it shows, and what it does not."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from governance.env import env
from monitoring.system import settings_in_effect
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_an_administrator_sees_versions_storage_and_schedules(client: Client) -> None:
    client.force_login(get_user_model().objects.create_superuser("root", "", "x"))
    page = client.get("/admin/system/").content.decode()
    assert "PostgreSQL" in page and "Free on its disk" in page and "GOVERNANCE_WEB_THREADS" in page


def test_nobody_else_does(client: Client) -> None:
    client.force_login(make_user("engineer"))
    assert client.get("/admin/system/").status_code == 403


def test_no_key_and_no_password_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "smtp_url", "smtp://ann:s3cr3t@mail.example.org:25")
    monkeypatch.setattr(env, "secret_key", "s3cr3t-key")
    text = str(settings_in_effect())
    assert "s3cr3t" not in text and "smtp://ann:••••@mail.example.org:25" in text
