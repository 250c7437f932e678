"""Secrets of receivers are sealed, never shown, and never handed to another place."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from alerts.models import Receiver
from alerts.receivers.sealing import MASK, opened
from alerts.services import create_receiver, update_receiver
from governance.core.access import SYSTEM
from governance.core.errors import ConfigurationError, InvalidInput
from governance.core.models import Event

pytestmark = pytest.mark.django_db
CONFIG = {"url": "https://hooks.example.org/services/T0KEN", "secret": "s3cret", "headers": {"Authorization": "Bearer hunter2"}}
SECRETS = ("T0KEN", "s3cret", "hunter2")


@pytest.fixture
def hook() -> Receiver:
    return create_receiver(name="hook", kind="webhook", config=CONFIG, actor=SYSTEM)


def test_secrets_stand_in_no_column_and_no_fact(hook: Receiver) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM alerts_receiver r")
        row = cursor.fetchone()[0]
    bodies = b"".join(bytes(event.body) for event in Event.objects.all()).decode()
    assert not any(secret in row + bodies for secret in SECRETS)
    assert hook.config == {"url": f"https://hooks.example.org/{MASK}", "secret": MASK, "headers": {"Authorization": MASK}}
    assert opened(hook) == CONFIG


def test_masked_values_keep_the_secrets(hook: Receiver) -> None:
    row = update_receiver(hook, config=dict(hook.config), name="renamed", actor=SYSTEM)
    assert row.name == "renamed" and opened(row) == CONFIG


def test_a_part_can_be_changed_alone(hook: Receiver) -> None:
    row = update_receiver(hook, config={"secret": "new"}, actor=SYSTEM)
    assert opened(row) == CONFIG | {"secret": "new"}
    row = update_receiver(row, config={"headers": {"Authorization": MASK, "X-New": "1"}, "secret": ""}, actor=SYSTEM)
    assert opened(row) == CONFIG | {"secret": "", "headers": {"Authorization": "Bearer hunter2", "X-New": "1"}}


def test_kept_secrets_are_not_handed_to_a_new_address(hook: Receiver) -> None:
    with pytest.raises(InvalidInput, match="Enter it again"):
        update_receiver(hook, config={"url": "https://evil.example.org/"}, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        update_receiver(hook, config={"url": "https://evil.example.org/", "secret": "x", "headers": {"Authorization": MASK}}, actor=SYSTEM)
    moved = {"url": "https://new.example.org/", "secret": "x", "headers": {}}
    assert opened(update_receiver(hook, config=moved, actor=SYSTEM)) == moved


def test_a_secret_that_was_moved_to_another_row_does_not_open(hook: Receiver) -> None:
    other = create_receiver(name="other", kind="webhook", config={"url": "https://evil.example.org/"}, actor=SYSTEM)
    Receiver.objects.filter(pk=other.pk).update(secrets=hook.secrets)
    other.refresh_from_db()
    with pytest.raises(ConfigurationError):
        opened(other)


@pytest.mark.parametrize(
    ("kind", "config", "wrong"),
    [
        ("webhook", {}, "config.url"),
        ("webhook", {"url": "ftp://example.org/s3cret"}, "config.url"),
        ("webhook", {"url": "https:///s3cret"}, "config.url"),
        ("webhook", {"url": "https://example.org", "headers": {"Host": "s3cret"}}, "config.headers"),
        ("webhook", {"url": "https://example.org", "headers": {"X A": "s3cret"}}, "config.headers"),
        ("webhook", {"url": "https://example.org", "headers": {"X-A": "s3cret\r\nX-B: c"}}, "config.headers"),
        ("webhook", {"url": "https://example.org", "more": "s3cret"}, "config.more"),
        ("email", {"to": []}, "config.to"),
        ("email", {"to": ["nobody"]}, "config.to"),
        ("email", {"to": ["a@example.org\r\nBcc: s3cret@example.org"]}, "config.to"),
        ("pigeon", {}, "kind"),
    ],
)
def test_a_config_that_is_wrong_names_the_field_and_not_the_value(kind: str, config: dict[str, object], wrong: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_receiver(name="x", kind=kind, config=config, actor=SYSTEM)
    assert wrong in caught.value.context["errors"]
    if kind == "webhook":
        assert "s3cret" not in json.dumps(caught.value.problem())
    assert not Receiver.objects.exists()


@pytest.mark.parametrize("url", ["http://x\r\nA: b/", "https://example.org:port/", "https://[::1/", "https://example.org:99999/"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_receiver(name="hook", kind="webhook", config={"url": url}, actor=SYSTEM)
    assert "https://" in caught.value.detail and url not in str(caught.value.context)
