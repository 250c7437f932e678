"""The REST face of alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from alerts.models import Alert, Notification, Receiver, Rule
from alerts.receivers.sealing import MASK
from tests.alerts.conftest import Happen, deliver_all, only_alert, thing
from tests.core.servers import Web
from tests.factories import api_client, make_source, make_user

pytestmark = pytest.mark.django_db
RULE: dict[str, Any] = {"name": "Mine", "pattern": "tests.thing.*", "title": "{subject}"}


@pytest.fixture
def api() -> APIClient:
    return api_client(make_user("administrator"))


def test_alerts_are_listed_and_filtered(rule: Rule, happen: Happen, api: APIClient) -> None:
    happen(subject=thing(1, source=7))
    happen(subject=thing(2, source=8))
    first = Alert.objects.get(source_id=7)
    rows = api.get("/api/v1/alerts/").json()["results"]
    assert [row["title"] for row in rows] == ["thing 2 happened", "thing 1 happened"]
    for query in ("source=7", f"rule={rule.pk}&source=7", "state=firing&severity=error&source=7", "search=thing+1", "is_open=true&source=7"):
        assert [row["id"] for row in api.get(f"/api/v1/alerts/?{query}").json()["results"]] == [first.pk], query
    assert api.get("/api/v1/alerts/?state=resolved").json()["results"] == []
    assert api.get("/api/v1/alerts/?nothing=1").status_code == 400


def test_an_alert_shows_why_it_is_urgent(rule: Rule, happen: Happen, api: APIClient) -> None:
    event = happen(subject=thing(sensitivity="restricted"))
    body = api.get(f"/api/v1/alerts/{only_alert().pk}/").json()
    assert (body["event"], body["rule_name"], body["priority"]) == (event.pk, "A thing", 70)
    assert body["priority_reasons"][0] == {"points": 50, "why": "severity error"}


def test_an_alert_is_acknowledged_resolved_and_opened_again(rule: Rule, happen: Happen, api: APIClient) -> None:
    happen()
    address = f"/api/v1/alerts/{only_alert().pk}"
    assert api.post(f"{address}/ack/", {"reason": "on it"}).json()["state"] == "acknowledged"
    again = api.post(f"{address}/ack/", {})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert api.post(f"{address}/resolve/", {}).json()["resolved"]
    assert api.post(f"{address}/reopen/", {}).json()["state"] == "acknowledged"


def test_opening_again_what_has_fired_anew_is_a_conflict(rule: Rule, happen: Happen, api: APIClient) -> None:
    happen()
    old = only_alert().pk
    api.post(f"/api/v1/alerts/{old}/resolve/", {})
    happen()
    assert api.post(f"/api/v1/alerts/{old}/reopen/", {}).status_code == 409


def test_a_viewer_reads_and_an_outsider_finds_nothing(rule: Rule, happen: Happen) -> None:
    source = make_source()
    happen(subject=thing(source=source.pk))
    address = f"/api/v1/alerts/{only_alert().pk}/"
    viewer, outsider = api_client(make_user("viewer", source)), api_client(make_user("viewer", make_source()))
    assert viewer.get(address).status_code == 200 and viewer.post(f"{address}ack/", {}).status_code == 403
    assert outsider.get(address).status_code == 404 and outsider.post(f"{address}ack/", {}).status_code == 404
    assert outsider.get("/api/v1/alerts/").json()["results"] == []
    assert APIClient().get(address).status_code == 401


def test_a_token_needs_the_scope(rule: Rule, happen: Happen) -> None:
    happen()
    reader = api_client(make_user("administrator"), ["read:alerts"])
    assert reader.get("/api/v1/alerts/").status_code == 200
    assert reader.post(f"/api/v1/alerts/{only_alert().pk}/ack/", {}).status_code == 403
    assert reader.get("/api/v1/receivers/").status_code == 403


def test_an_alert_is_silenced_for_hours(rule: Rule, happen: Happen, api: APIClient) -> None:
    happen()
    address = f"/api/v1/alerts/{only_alert().pk}/silence/"
    made = api.post(address, {"hours": 2, "reason": "maintenance"})
    assert made.status_code == 201 and made.json()["matchers"]["group"] == only_alert().fingerprint
    assert [row["id"] for row in api.get("/api/v1/silences/?is_active=true").json()["results"]] == [made.json()["id"]]
    ended = api.delete(f"/api/v1/silences/{made.json()['id']}/")
    assert ended.status_code == 200 and api.get("/api/v1/silences/?is_active=true").json()["results"] == []
    assert api.post(address, {"reason": "x"}).status_code == 400
    assert api.post(address, {"hours": 2}).status_code == 400


def test_a_wide_silence_names_its_labels(api: APIClient) -> None:
    ends = timezone.now() + timedelta(days=1)
    made = api.post("/api/v1/silences/", {"matchers": {"source": "shop*"}, "reason": "move", "ends": ends.isoformat()})
    assert made.status_code == 201 and made.json()["matchers"] == {"source": "shop*"}
    wrongs: tuple[dict[str, Any], ...] = (
        {"matchers": {}},
        {"matchers": {"sourze": "*"}},
        {"ends": (timezone.now() - timedelta(days=1)).isoformat()},
        {"ends": (ends + timedelta(days=900)).isoformat()},
    )
    for wrong in wrongs:
        body = {"matchers": {"source": "x"}, "reason": "move", "ends": ends.isoformat()} | wrong
        assert api.post("/api/v1/silences/", body).status_code == 400


def test_a_rule_is_made_changed_and_deleted(api: APIClient) -> None:
    condition = [{"path": "data.how", "op": "eq", "value": "badly"}]
    made = api.post("/api/v1/alert-rules/", RULE | {"condition": condition, "group_by": ["source_id"], "severity": "critical"})
    assert made.status_code == 201 and made.json()["condition"] == condition and made.json()["is_builtin"] is False
    address = f"/api/v1/alert-rules/{made.json()['id']}/"
    assert api.patch(address, {"is_enabled": False}).json()["is_enabled"] is False
    assert api.post("/api/v1/alert-rules/", RULE).status_code in (400, 409)
    assert api.delete(address).status_code == 204 and api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pattern": "not a fact!"}, "pattern"),
        ({"pattern": "no.such.fact"}, "pattern"),
        ({"pattern": "scans.*"}, None),
        ({"resolves": "no.such.fact"}, "resolves"),
        ({"title": "{subject.upper}"}, None),
        ({"title": "{subject!r}"}, "title"),
        ({"condition": [{"path": "nothing", "op": "exists"}]}, "condition"),
        ({"condition": {"path": "data"}}, "condition"),
        ({"group_by": ["data.__class__"]}, None),
        ({"group_by": "source_id"}, "group_by"),
        ({"group_by": ["nothing"]}, "group_by"),
        ({"severity": "loud"}, "severity"),
        ({"resolves": "?!"}, "resolves"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_by_field(api: APIClient, change: dict[str, Any], field: str | None) -> None:
    answer = api.post("/api/v1/alert-rules/", RULE | change)
    assert answer.status_code == (400 if field else 201)
    if field:
        assert any(name.startswith(field) for name in answer.json()["errors"])


def test_the_preview_counts_what_would_have_matched(api: APIClient, happen: Happen) -> None:
    for number, how in enumerate(("badly", "badly", "well")):
        happen(subject=thing(number), how=how)
    condition = [{"path": "data.how", "op": "eq", "value": "badly"}]
    body = api.post("/api/v1/alert-rules/preview/", RULE | {"condition": condition, "group_by": ["source_id"]}).json()
    assert [one.pop("title") for one in body["latest"]] == ["thing 1", "thing 0"] and [sorted(one) for one in body.pop("latest")] == [
        ["event", "time"]
    ] * 2
    assert body == {"read": 3, "matched": 2, "alerts": 1, "days": 7, "is_more": False}
    assert api.post("/api/v1/alert-rules/preview/", RULE | {"pattern": "!"}).status_code == 400


def test_a_receiver_is_made_tested_changed_and_deleted(api: APIClient, web: Web) -> None:
    made = api.post("/api/v1/receivers/", {"name": "hook", "kind": "webhook", "config": {"url": f"{web.url}/T0KEN", "secret": "s3cret"}})
    assert made.status_code == 201 and "T0KEN" not in made.content.decode() and made.json()["config"]["secret"] == MASK
    address = f"/api/v1/receivers/{made.json()['id']}/"
    assert api.post(f"{address}test/", {}).json() == {"is_delivered": True, "detail": "answered 200"}
    assert web.received[0].path == "/T0KEN"
    assert api.patch(address, {"config": made.json()["config"], "least_severity": "critical"}).json()["least_severity"] == "critical"
    assert api.patch(address, {"kind": "email"}).status_code == 400
    assert api.delete(address).status_code == 204 and not Receiver.objects.exists()


def test_the_kinds_of_receivers_say_what_they_need_and_whether_they_can(api: APIClient) -> None:
    kinds = {row["kind"]: row for row in api.get("/api/v1/receiver-kinds/").json()["results"]}
    assert kinds["webhook"]["is_available"] and "url" in kinds["webhook"]["schema"]["required"]
    assert not kinds["email"]["is_available"] and "GOVERNANCE_SMTP_URL" in kinds["email"]["reason"]


def test_receivers_are_for_those_who_manage(webhook: Receiver) -> None:
    for role in ("viewer", "steward", "auditor"):
        assert api_client(make_user(role)).get(f"/api/v1/receivers/{webhook.pk}/").status_code == 404
    assert api_client(make_user("engineer")).get(f"/api/v1/receivers/{webhook.pk}/").status_code == 200


def test_notifications_tell_how_sending_went(rule: Rule, webhook: Receiver, happen: Happen, api: APIClient) -> None:
    happen()
    deliver_all()
    (row,) = api.get(f"/api/v1/notifications/?alert={only_alert().pk}").json()["results"]
    assert (row["state"], row["receiver_name"], row["attempts"], row["answer"]) == ("sent", "hook", 1, "answered 200")
    assert api.post("/api/v1/notifications/", {}).status_code == 405
    assert api_client(make_user("viewer", make_source())).get("/api/v1/notifications/").json()["results"] == []
    assert Notification.objects.count() == 1


def test_what_was_given_up_is_sent_again_by_those_who_manage(rule: Rule, webhook: Receiver, web: Web, happen: Happen, api: APIClient) -> None:
    source = make_source()
    answers = iter([410, 200])
    web.answer = lambda request: (next(answers), {}, b"")
    happen(subject=thing(1, source=source.pk))
    deliver_all()
    (row,) = api.get("/api/v1/notifications/").json()["results"]
    path = f"/api/v1/notifications/{row['id']}/retry/"
    assert row["state"] == "failed" and api_client(make_user("steward", source)).post(path).status_code == 403
    assert api_client(make_user("viewer", make_source())).post(path).status_code == 404
    assert api.post(path).json()["state"] == "pending" and deliver_all() == 1
    assert api.post(path).status_code == 409
