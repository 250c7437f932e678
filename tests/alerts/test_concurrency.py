"""Many senders, one notification; a sender that is killed loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections
from django.utils import timezone

from alerts import delivery
from alerts.models import Alert, Notification, Receiver, Rule
from alerts.services import acknowledge, resolve
from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.core.events.loop import drain
from tests.alerts.conftest import Happen, thing
from tests.core.servers import Web
from tests.portal import until

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 16


def at_once(work: Callable[[int], object], times: int) -> list[object]:
    """Runs `work(0)`, `work(1)`, … in threads that begin together."""
    gate = threading.Barrier(SENDERS)

    def one(worker: int) -> list[object]:
        gate.wait()
        try:
            return [work(number) for number in range(times)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENDERS) as pool:
        return [result for results in pool.map(one, range(SENDERS)) for result in results]


def test_sixteen_senders_deliver_each_notification_once(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    for number in range(20):
        happen(subject=thing(number))
    keys = list(Notification.objects.values_list("pk", flat=True))
    delivered = at_once(lambda number: delivery.deliver(keys[number]), len(keys))
    assert delivered.count(True) == 20
    assert Counter(request.headers["x-governance-delivery"] for request in web.received) == Counter(f"n{pk}" for pk in keys)
    assert set(Notification.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_sixteen_readers_of_facts_make_one_alert_with_one_notification(rule: Rule, webhook: Receiver, happen: Happen) -> None:
    at_once(lambda number: happen(subject=thing(1)), 2)
    drain()
    assert Alert.objects.get().count == 2 * SENDERS and Notification.objects.count() == 1


def test_a_killed_sender_leaves_its_notification_to_the_others(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    pk = Notification.objects.get().pk
    goes_on = threading.Event()
    web.answer = lambda request: (200 if goes_on.wait(30) else 500, {}, b"")
    sender = run_sender(pk)
    try:
        until(lambda: web.received or sender.poll() is not None, "the request of the sender")
        assert sender.poll() is None, "the sender ended by itself"
    finally:
        sender.kill()
        sender.wait()
        goes_on.set()
    assert at_once(lambda number: delivery.deliver(pk), 1).count(True) == 0
    Notification.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert at_once(lambda number: delivery.deliver(pk), 1).count(True) == 1
    assert {request.headers["x-governance-delivery"] for request in web.received} == {f"n{pk}"} and len(web.received) == 2
    assert Notification.objects.get().state == "sent"


def test_a_sender_that_comes_back_after_its_claim_writes_nothing(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    pk = Notification.objects.get().pk
    slow = delivery.claim(pk)
    assert slow is not None
    Notification.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert delivery.deliver(pk)
    delivery._failed(slow, Conflict("late"))
    assert Notification.objects.get().state == "sent" and Notification.objects.get().error == ""


def test_of_many_who_press_at_once_one_acknowledges(rule: Rule, happen: Happen) -> None:
    happen()
    pk = Alert.objects.get().pk

    def press(number: int) -> str:
        try:
            acknowledge(Alert.objects.get(pk=pk), actor=SYSTEM)
        except Conflict as error:
            return error.detail
        return "done"

    answers = at_once(press, 1)
    assert answers.count("done") == 1 and all("already" in str(one) for one in answers if one != "done")
    resolve(Alert.objects.get(pk=pk), actor=SYSTEM)


def run_sender(pk: int) -> subprocess.Popen[bytes]:
    """Another process that sends one notification of the tests' database."""
    settings = connection.settings_dict
    url = f"postgresql://{quote(settings['USER'])}:{quote(settings['PASSWORD'])}@/{settings['NAME']}?host={quote(settings['HOST'], safe='')}"
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    program = f"import django; django.setup(); from alerts import delivery; delivery.deliver({pk})"
    environment = os.environ | {"DATABASE_URL": url + port, "GOVERNANCE_PRIVATE_WEBHOOKS": "127.0.0.0/8"}
    return subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2], env=environment)
