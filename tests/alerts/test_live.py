"""Open pages hear of alerts, in the alert's own scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from alerts.models import Notification, Receiver, Rule
from alerts.services import acknowledge
from governance.core import live
from governance.core.access import SYSTEM
from governance.core.cache import redis_client
from governance.core.live.topics import topic_of
from tests.alerts.conftest import Happen, deliver_all, only_alert, thing
from tests.factories import actor_for, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def frames(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], object]], list[tuple[list[Any], dict[str, Any]]]]:
    """What is published on the topic while something is done: (scope, frame)."""

    def during(act: Callable[[], object]) -> list[tuple[list[Any], dict[str, Any]]]:
        with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe(live.publishing.CHANNEL)
            pubsub.get_message(timeout=1)
            with django_capture_on_commit_callbacks(execute=True):
                act()
            found = []
            while message := pubsub.get_message(timeout=0.2):
                lines = iter(message["data"].split(b"\n"))
                found += [(orjson.loads(head), orjson.loads(body)) for head, body in zip(lines, lines, strict=True)]
        return [(scope, frame) for scope, frame in found if scope[0] == "alerts"]

    return during


def test_firing_and_acknowledging_are_told_with_their_scope(rule: Rule, happen: Happen, frames: Any) -> None:
    ((scope, frame),) = frames(lambda: happen(subject=thing(1, source=7)))
    assert scope == ["alerts", 7, None] and frame["type"] == "alert"
    assert (frame["data"]["id"], frame["data"]["state"], frame["data"]["title"]) == (only_alert().pk, "firing", "thing 1 happened")
    ((_, frame),) = frames(lambda: acknowledge(only_alert(), actor=SYSTEM))
    assert frame["data"]["state"] == "acknowledged"


def test_deliveries_are_told_too(rule: Rule, webhook: Receiver, happen: Happen, frames: Any) -> None:
    happen()
    ((_, frame),) = frames(deliver_all)
    sent = {"alert": only_alert().pk, "receiver": "hook", "state": "sent", "attempts": 1, "answer": "answered 200", "error": "", "due": ""}
    assert frame["type"] == "notification" and frame["data"] == {"id": Notification.objects.get().pk} | sent


def test_frames_of_the_whole_portal_are_for_administrators_and_auditors() -> None:
    topic, _ = topic_of("alerts")
    assert topic is not None
    assert {role: topic.unscoped(actor_for(make_user(role))) for role in ("viewer", "steward", "auditor", "administrator")} == {
        "viewer": False,
        "steward": False,
        "auditor": True,
        "administrator": True,
    }
