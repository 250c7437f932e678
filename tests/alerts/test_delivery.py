"""From an alert to a web server, a mailbox, and through everything that can go wrong on the way."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import delivery, tasks
from alerts.models import Notification, Receiver, Rule
from alerts.services import acknowledge, create_receiver, resolve, send_again, silence, test_receiver, update_receiver
from alerts.silencing import fits
from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.core.models import Event
from governance.env import env
from tests.alerts.conftest import Happen, deliver_all, only_alert, thing
from tests.alerts.smtp import Mailbox
from tests.core.servers import Web

pytestmark = pytest.mark.django_db


def only() -> Notification:
    return Notification.objects.select_related("receiver").get()


def later(seconds: float = 100_000) -> None:
    """Time goes by: everything that waits is due, every claim is over."""
    past = timezone.now() - timedelta(seconds=1)
    Notification.objects.filter(state="pending").update(due=past)
    Notification.objects.filter(state="sending").update(claimed_until=past)


def test_a_webhook_gets_the_documented_message_signed(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen(subject=thing(3, sensitivity="restricted"), how="badly")
    assert deliver_all() == 1
    (request,) = web.received
    message = json.loads(request.body)
    assert (request.method, request.path, request.headers["authorization"]) == ("POST", "/hook/T0KEN", "Bearer abc")
    assert (message["version"], message["kind"], message["receiver"], message["delivery"]) == ("1", "firing", "hook", f"n{only().pk}")
    (alert,) = message["alerts"]
    assert (alert["title"], alert["severity"], alert["sensitivity"], alert["count"]) == ("thing 3 happened", "error", "restricted", 1)
    assert alert["url"].endswith(f"/admin/alerts/alert/{only_alert().pk}/change/")
    signed = request.headers["x-governance-timestamp"].encode() + b"." + request.body
    assert request.headers["x-governance-signature"] == "sha256=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert (only().state, only().answer, only().attempts) == ("sent", "answered 200", 1)


def test_an_email_arrives_as_text_and_html(rule: Rule, mailbox: Mailbox, happen: Happen) -> None:
    create_receiver(name="team", kind="email", config={"to": ["a@example.org", "b@example.org"]}, actor=SYSTEM)
    happen(subject=thing(name="<b>orders</b>\r\nBcc: x@example.org"), how="badly & fast")
    assert deliver_all() == 1
    (message,), (recipients,) = mailbox.messages, mailbox.recipients
    assert recipients == ["a@example.org", "b@example.org"]
    assert message["Subject"] == "[Governance] [ERROR] <b>orders</b> Bcc: x@example.org happened" and message["Bcc"] is None
    text, html = (part.get_content() for part in message.iter_parts())
    assert "How: badly & fast" in text and "badly &amp; fast" in html and "&lt;b&gt;orders&lt;/b&gt;" in html and "/admin/alerts/alert/" in text


def test_an_email_receiver_without_a_mail_server_says_so(rule: Rule, happen: Happen) -> None:
    row = create_receiver(name="team", kind="email", config={"to": ["a@example.org"]}, actor=SYSTEM)
    happen()
    assert deliver_all() == 0
    assert only().state == "failed" and "GOVERNANCE_SMTP_URL" in only().error
    assert "GOVERNANCE_SMTP_URL" in test_receiver(row, actor=SYSTEM).detail


def test_a_mail_server_may_ask_for_a_login(rule: Rule, mailbox: Mailbox, happen: Happen, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.login = ("me", "p@ss")
    row = create_receiver(name="team", kind="email", config={"to": ["a@example.org"]}, actor=SYSTEM)
    monkeypatch.setattr(env, "smtp_url", f"smtp://me:p%40ss@127.0.0.1:{mailbox.port}")
    assert test_receiver(row, actor=SYSTEM).is_delivered
    monkeypatch.setattr(env, "smtp_url", f"smtp://me:wrong@127.0.0.1:{mailbox.port}")
    outcome = test_receiver(row, actor=SYSTEM)
    assert not outcome.is_delivered and "refused the login" in outcome.detail and "wrong" not in outcome.detail


@pytest.mark.parametrize(("code", "refuses", "state"), [(451, set(), "pending"), (554, set(), "failed"), (250, {"a@example.org"}, "failed")])
def test_a_mail_server_that_refuses_decides_about_trying_again(
    rule: Rule, mailbox: Mailbox, happen: Happen, code: int, refuses: set[str], state: str
) -> None:
    mailbox.code, mailbox.refuses = code, refuses
    create_receiver(name="team", kind="email", config={"to": ["a@example.org"]}, actor=SYSTEM)
    happen()
    assert deliver_all() == 0 and only().state == state and only().error


def test_one_mailbox_that_does_not_exist_does_not_keep_the_others_from_it(rule: Rule, mailbox: Mailbox, happen: Happen) -> None:
    mailbox.refuses = {"b@example.org"}
    create_receiver(name="team", kind="email", config={"to": ["a@example.org", "b@example.org"]}, actor=SYSTEM)
    happen()
    assert deliver_all() == 1 and only().answer == "accepted for 1 of 2 addresses"


def test_a_server_that_fails_is_tried_again_until_it_works(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    answers = iter([500, 503, 204])
    web.answer = lambda request: (next(answers), {}, b"")
    happen()
    for _ in range(3):
        deliver_all()
        later()
    assert (only().state, only().attempts, only().error) == ("sent", 3, "")
    assert len({request.headers["x-governance-delivery"] for request in web.received}) == 1 and len(web.received) == 3
    webhook.refresh_from_db()
    assert webhook.last_sent and webhook.last_error == ""


def test_what_is_tried_again_waits_and_is_not_sent_before(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (500, {}, b"")
    happen()
    deliver_all()
    deliver_all()
    assert len(web.received) == 1 and only().due > timezone.now() and "status 500" in only().error


def test_what_was_given_up_is_sent_again_by_hand_and_that_is_a_fact(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    answers = iter([410, 200])
    web.answer = lambda request: (next(answers), {}, b"")
    happen()
    deliver_all()
    assert only().state == "failed"
    send_again(only(), actor=SYSTEM)
    deliver_all()
    assert (only().state, only().attempts, only().error) == ("sent", 2, "")
    assert Event.objects.get(type="alerts.receiver.retried").data["alert"] == only_alert().pk
    with pytest.raises(Conflict, match="not waiting any more"):
        send_again(only(), actor=SYSTEM)


def test_one_that_has_used_up_its_attempts_gets_one_more(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (500, {}, b"")
    happen()
    Notification.objects.update(state="failed", attempts=Notification.ATTEMPTS)
    send_again(only(), actor=SYSTEM)
    deliver_all()
    assert (only().state, only().attempts, len(web.received)) == ("failed", Notification.ATTEMPTS, 1)


def test_nothing_is_sent_again_to_a_receiver_that_is_off(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (410, {}, b"")
    happen()
    deliver_all()
    update_receiver(webhook, is_enabled=False, actor=SYSTEM)
    with pytest.raises(Conflict, match="Switch it on first"):
        send_again(only(), actor=SYSTEM)


def test_waits_double_up_to_an_hour() -> None:
    waits = [delivery.wait_after(attempt) for attempt in range(1, Notification.ATTEMPTS)]
    assert all(8 * 2**at <= wait <= 12 * 2**at for at, wait in enumerate(waits))
    assert delivery.wait_after(50) <= 4320 and delivery.wait_after(1, 600) == 600


def test_a_server_may_ask_for_a_longer_wait(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (429, {"Retry-After": "900"}, b"")
    happen()
    deliver_all()
    assert only().state == "pending" and only().due > timezone.now() + timedelta(seconds=850)


def test_it_is_given_up_in_the_end_and_that_is_a_fact(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (500, {}, b"secret of the other side")
    happen()
    for _ in range(Notification.ATTEMPTS + 2):
        deliver_all()
        later()
    assert (only().state, only().attempts, len(web.received)) == ("failed", Notification.ATTEMPTS, Notification.ATTEMPTS)
    fact = Event.objects.get(type="alerts.receiver.failed")
    assert fact.data["attempts"] == Notification.ATTEMPTS and "secret of the other side" not in json.dumps(fact.data)


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
def test_what_will_not_get_better_is_given_up_at_once(rule: Rule, webhook: Receiver, web: Web, happen: Happen, status: int) -> None:
    web.answer = lambda request: (status, {"Location": "/login"}, b"")
    happen()
    deliver_all()
    assert only().state == "failed" and str(status) in only().error and len(web.received) == 1


def test_a_private_address_that_is_not_allowed_is_refused(
    rule: Rule, webhook: Receiver, web: Web, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "private_webhooks", "10.0.0.0/8")
    happen()
    deliver_all()
    assert web.received == [] and only().state == "failed" and "private network" in only().error


def test_severity_and_switch_of_a_receiver_decide_who_is_told(rule: Rule, web: Web, happen: Happen) -> None:
    for name, least, is_enabled in (("low", "info", True), ("same", "error", True), ("high", "critical", True), ("off", "info", False)):
        create_receiver(name=name, kind="webhook", config={"url": web.url}, least_severity=least, is_enabled=is_enabled, actor=SYSTEM)
    happen()
    assert sorted(Notification.objects.values_list("receiver__name", flat=True)) == ["low", "same"]


def test_what_happens_again_is_told_once(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    for _ in range(3):
        happen()
        deliver_all()
    assert len(web.received) == 1


def test_the_end_is_told_to_those_who_heard_of_the_beginning(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    deliver_all()
    late = create_receiver(name="late", kind="webhook", config={"url": f"{web.url}/late"}, actor=SYSTEM)
    happen("tests.thing.ended")
    deliver_all()
    assert [json.loads(request.body)["kind"] for request in web.received] == ["firing", "resolved"]
    assert not late.notifications.exists()


def test_what_is_over_before_it_was_sent_is_not_sent(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    resolve(only_alert(), actor=SYSTEM)
    deliver_all()
    assert web.received == [] and only().state == "silenced"


def test_a_silenced_alert_is_kept_and_nobody_is_told(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    made = silence(only_alert(), until=timezone.now() + timedelta(hours=1), reason="known", actor=SYSTEM)
    deliver_all()
    assert web.received == [] and only().state == "silenced" and only_alert().state == "firing"
    type(made).objects.update(ends=timezone.now())
    happen()
    deliver_all()
    assert len(web.received) == 1 and only().state == "sent"


def test_a_silence_made_before_keeps_the_first_one_quiet_too(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    silence(only_alert(), until=timezone.now() + timedelta(hours=1), reason="known", actor=SYSTEM)
    resolve(only_alert(), actor=SYSTEM)
    happen()
    deliver_all()
    assert web.received == []


def test_an_acknowledged_alert_tells_nobody_new(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    happen()
    deliver_all()
    acknowledge(only_alert(), actor=SYSTEM)
    create_receiver(name="late", kind="webhook", config={"url": f"{web.url}/late"}, actor=SYSTEM)
    happen()
    deliver_all()
    assert len(web.received) == 1


def test_the_sweep_finds_what_was_lost_and_only_that(rule: Rule, webhook: Receiver, happen: Happen) -> None:
    happen()
    assert tasks.sweep() == 0
    Notification.objects.update(enqueued=timezone.now() - timedelta(minutes=5))
    assert tasks.sweep() == 1 and tasks.sweep() == 0
    Notification.objects.update(state="sending", claimed_until=timezone.now() - timedelta(seconds=1), enqueued=timezone.now() - timedelta(minutes=5))
    assert tasks.sweep() == 1
    Notification.objects.update(state="sent", enqueued=timezone.now() - timedelta(minutes=5))
    assert tasks.sweep() == 0


def test_the_sweep_asks_again_when_the_next_attempt_is_due(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (500, {}, b"")
    happen()
    deliver_all()
    assert delivery.waiting() == []
    assert delivery.waiting(timezone.now() + timedelta(seconds=13)) == [only().pk]


def test_a_test_message_says_that_it_is_one(webhook: Receiver, web: Web) -> None:
    outcome = test_receiver(webhook, actor=SYSTEM)
    message: dict[str, Any] = json.loads(web.received[0].body)
    assert outcome.is_delivered and outcome.detail == "answered 200" and message["kind"] == "test" and "test" in message["alerts"][0]["title"]
    assert Event.objects.get(type="alerts.receiver.tested").data["is_delivered"] is True


def test_a_test_that_fails_says_what_to_do(webhook: Receiver, web: Web) -> None:
    web.answer = lambda request: (403, {}, b"")
    outcome = test_receiver(webhook, actor=SYSTEM)
    webhook.refresh_from_db()
    assert not outcome.is_delivered and "Check the address" in outcome.detail and webhook.last_error == outcome.detail


def test_a_receiver_that_moved_sends_to_the_new_place(rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    config = {"url": f"{web.url}/new", "secret": "other", "headers": {}}
    update_receiver(webhook, config=config, actor=SYSTEM)
    happen()
    deliver_all()
    assert web.received[0].path == "/new" and "authorization" not in web.received[0].headers


def test_a_pattern_fits_only_a_label_that_is_there() -> None:
    assert fits({"source": "*"}, {"source": "shop"}) and not fits({"source": "*"}, {"rule": "x"}) and not fits({}, {"rule": "x"})
