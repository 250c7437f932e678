"""Fixtures of the alerts' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from alerts import builtin, delivery
from alerts.models import Alert, Notification, Receiver, Rule
from alerts.services import create_receiver, create_rule
from governance.celery import app as celery
from governance.core.access import SYSTEM
from governance.core.events import declare, record
from governance.core.models import Event
from governance.core.subjects import Subject
from governance.env import env
from tests.alerts.smtp import Mailbox, mail_server
from tests.core.servers import Web, web_server


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


# What is enqueued after a real commit goes to the tests' own broker, where no worker takes it.
celery.set_current()
declare("tests.thing.happened", Anything, title="Something happened")
declare("tests.thing.ended", Anything, title="Something ended")

Happen = Callable[..., Event]


@pytest.fixture
def happen(db: None, facts: Callable[[], int]) -> Happen:
    """Records a fact and lets every subscriber read it."""

    def make(type: str = "tests.thing.happened", subject: Subject | None = None, **data: Any) -> Event:
        event = record(type, subject or thing(), actor=SYSTEM, **data)
        facts()
        return event

    return make


def thing(pk: int = 1, source: int | None = 7, name: str = "", sensitivity: str = "") -> Subject:
    return Subject("thing", pk, name or f"thing {pk}", source_id=source, sensitivity=sensitivity)


@pytest.fixture
def rule(db: None) -> Rule:
    """A rule on every thing that happens, one alert for each thing."""
    values = {"name": "A thing", "pattern": "tests.thing.happened", "title": "{subject} happened", "body": "How: {data.how}", "severity": "error"}
    return create_rule(actor=SYSTEM, **values, resolves="tests.thing.ended")


@pytest.fixture
def builtins(db: None) -> dict[str, Rule]:
    builtin.seed()
    return {one.key: one for one in Rule.objects.exclude(key="")}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A real web server on the loopback, which the allow-list names."""
    monkeypatch.setattr(env, "private_webhooks", "127.0.0.0/8")
    with web_server() as server:
        yield server


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as box:
        monkeypatch.setattr(env, "smtp_url", box.url)
        yield box


@pytest.fixture
def webhook(db: None, web: Web) -> Receiver:
    config = {"url": f"{web.url}/hook/T0KEN", "secret": "s3cret", "headers": {"Authorization": "Bearer abc"}}
    return create_receiver(name="hook", kind="webhook", config=config, actor=SYSTEM)


def only_alert() -> Alert:
    return Alert.objects.get()


def deliver_all() -> int:
    """Every notification that is due, sent in this process; how many were delivered."""
    return sum(delivery.deliver(pk) for pk in Notification.objects.order_by("pk").values_list("pk", flat=True))
