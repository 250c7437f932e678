"""The pages of alerts in the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.models import Alert, Notification, Receiver, Rule, Silence
from alerts.receivers.sealing import opened
from alerts.services import acknowledge
from governance.core.access import SYSTEM
from tests.alerts.conftest import Happen, deliver_all, only_alert, thing
from tests.core.servers import Web
from tests.factories import admin_client, make_source, make_user

pytestmark = pytest.mark.django_db
INBOX = "/admin/alerts/alert/"
PAGES = (INBOX, "/admin/alerts/rule/", "/admin/alerts/rule/add/", "/admin/alerts/silence/", "/admin/alerts/silence/add/", "/admin/alerts/receiver/")


@pytest.fixture
def boss() -> User:
    return make_user("administrator")


@pytest.fixture
def client(boss: User) -> Client:
    return admin_client(boss)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def post(client: Client, address: str, **data: Any) -> str:
    """What the page says after the form was sent."""
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_every_page_answers_without_an_inline_script(client: Client, rule: Rule, webhook: Receiver, happen: Happen) -> None:
    happen()
    deliver_all()
    detail = [f"{INBOX}{only_alert().pk}/change/", f"/admin/alerts/rule/{rule.pk}/change/", f"/admin/alerts/receiver/{webhook.pk}/change/"]
    for address in (
        *PAGES,
        *detail,
        "/admin/alerts/receiver/add/",
        "/admin/alerts/receiver/add/?kind=webhook",
        "/admin/alerts/receiver/add/?kind=email",
    ):
        html = page(client, address)
        main = html[html.index('class="gp-page"') :]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:", main.partition("</main>")[0]), address


def test_an_empty_inbox_says_what_it_is_for(client: Client) -> None:
    assert "Nothing needs you" in page(client, INBOX)
    assert "Nothing fits this filter" in page(client, f"{INBOX}?severity=critical")


def test_the_inbox_groups_by_rule_the_most_urgent_first(client: Client, builtins: dict[str, Rule], rule: Rule, happen: Happen) -> None:
    happen(subject=thing(1))
    happen(subject=thing(2, sensitivity="restricted"))
    happen("security.login.locked", thing(3, source=None), by="name", seconds=900)
    html = page(client, INBOX)
    order = [html.index(text) for text in ("A thing", "thing 2 happened", "thing 1 happened", "sign-ins are refused")]
    assert order == sorted(order) and "holds restricted data" in html


def test_filters_stand_in_the_address(client: Client, rule: Rule, happen: Happen) -> None:
    source = make_source("shop")
    happen(subject=thing(1, source=source.pk))
    happen(subject=thing(2, source=None))
    acknowledge(Alert.objects.get(subject_id=2), actor=SYSTEM)
    by_state = {"?state=firing": {1}, "?state=acknowledged": {2}, "?state=resolved": set(), "": {1, 2}, "?state=nonsense": {1, 2}}
    by_rest = {f"?source={source.pk}": {1}, "?source=none": {2}, "?q=thing+2": {2}, f"?rule={rule.pk}&severity=error": {1, 2}}
    for query, ids in (by_state | by_rest).items():
        html = page(client, INBOX + query)
        assert {pk for pk in (1, 2) if f">thing {pk} happened<" in html} == ids, query


def test_several_alerts_are_acknowledged_and_resolved_and_that_is_undone(client: Client, boss: User, rule: Rule, happen: Happen) -> None:
    for number in (1, 2, 3):
        happen(subject=thing(number))
    chosen = list(Alert.objects.values_list("pk", flat=True)[:2])
    assert "2 alerts acknowledged." in post(client, f"{INBOX}bulk/", do="ack", chosen=chosen)
    assert "2 alerts resolved." in (html := post(client, f"{INBOX}bulk/", do="resolve", chosen=chosen))
    assert "Resolved by mistake?" in html and Alert.objects.filter(resolved_by=boss).count() == 2
    assert "2 alerts are open again." in post(client, f"{INBOX}undo/", chosen=chosen)
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["acknowledged", "acknowledged", "firing"]


def test_what_somebody_else_did_first_is_told(client: Client, rule: Rule, happen: Happen) -> None:
    happen(subject=thing(1))
    happen(subject=thing(2))
    first = Alert.objects.earliest("pk")
    acknowledge(first, actor=SYSTEM)
    html = post(client, f"{INBOX}bulk/", do="ack", chosen=list(Alert.objects.values_list("pk", flat=True)))
    assert "1 alert acknowledged. 1 left as they are: This alert is acknowledged already." in html


def test_an_alert_is_silenced_from_the_inbox(client: Client, boss: User, rule: Rule, happen: Happen) -> None:
    happen()
    assert "Say why" in post(client, f"{INBOX}bulk/", do="silence", chosen=[only_alert().pk], hours="4", reason="")
    assert "1 alert silenced." in post(client, f"{INBOX}bulk/", do="silence", chosen=[only_alert().pk], hours="4", reason="maintenance")
    assert Silence.objects.get().created_by == boss and "Silenced until" in page(client, INBOX)
    html = page(client, "/admin/alerts/silence/")
    assert "maintenance" in html and "thing 1" in html
    post(client, f"/admin/alerts/silence/{Silence.objects.get().pk}/end/")
    assert "Silenced until" not in page(client, INBOX)


def test_choosing_nothing_says_how_to_choose(client: Client, rule: Rule, happen: Happen) -> None:
    happen()
    assert "Choose at least one alert" in post(client, f"{INBOX}bulk/", do="ack")
    assert client.get(f"{INBOX}bulk/").status_code == 405


def test_the_page_of_an_alert_tells_its_story(client: Client, boss: User, rule: Rule, webhook: Receiver, web: Web, happen: Happen) -> None:
    web.answer = lambda request: (404, {}, b"")
    event = happen(how="badly")
    deliver_all()
    address = f"{INBOX}{only_alert().pk}/change/"
    post(client, f"{INBOX}bulk/", do="ack", chosen=[only_alert().pk], next=address)
    html = page(client, address)
    assert all(text in html for text in ("How: badly", "Severity error", f"/admin/core/event/{event.pk}/change/", "An alert was acknowledged"))
    assert "Given up" in html and "status 404" in html and f"by {boss.username}" in html


def test_pages_of_alerts_one_may_not_see_are_not_there(rule: Rule, happen: Happen) -> None:
    mine, other = make_source(), make_source()
    happen(subject=thing(1, source=mine.pk))
    happen(subject=thing(2, source=other.pk))
    client = admin_client(make_user("viewer", mine))
    html = page(client, INBOX)
    assert "thing 1 happened" in html and "thing 2 happened" not in html and "Acknowledge <kbd>" not in html
    hidden = Alert.objects.get(source_id=other.pk)
    assert client.get(f"{INBOX}{hidden.pk}/change/").status_code == 404
    client.post(f"{INBOX}bulk/", {"do": "resolve", "chosen": [hidden.pk, Alert.objects.get(source_id=mine.pk).pk]})
    assert not Alert.objects.filter(state="resolved").exists()


@pytest.mark.parametrize("role", ["viewer", "steward", "auditor"])
def test_who_does_not_manage_neither_opens_receivers_nor_changes_rules(role: str, rule: Rule, webhook: Receiver) -> None:
    client = admin_client(make_user(role))
    assert client.get("/admin/alerts/rule/").status_code == 200
    for address in (
        "/admin/alerts/receiver/",
        f"/admin/alerts/receiver/{webhook.pk}/change/",
        "/admin/alerts/rule/add/",
        "/admin/alerts/silence/add/",
    ):
        assert client.get(address).status_code in (302, 403, 404), address
    client.post(f"/admin/alerts/rule/{rule.pk}/switch/")
    client.post(f"/admin/alerts/rule/{rule.pk}/change/", {"name": "x", "pattern": "x.y", "title": "x", "severity": "info"})
    client.post(f"/admin/alerts/receiver/{webhook.pk}/remove/")
    rule.refresh_from_db()
    assert (rule.name, rule.is_enabled, Receiver.objects.count()) == ("A thing", True, 1)


def test_a_rule_is_made_with_a_preview_and_switched_off(client: Client, happen: Happen) -> None:
    happen(how="badly")
    form: dict[str, Any] = {"name": "Mine", "pattern": "tests.thing.*", "title": "{subject}", "severity": "error", "is_enabled": "on"}
    lines = {"path": ["data.how", ""], "op": ["in", "eq"], "value": ["badly, worse", ""], "group_by": "source_id, data.how"}
    assert '<b data-preview="matched">1</b>' in post(client, "/admin/alerts/rule/add/", do="preview", **form, **lines)
    assert not Rule.objects.exists()
    assert "“Mine” was saved." in post(client, "/admin/alerts/rule/add/", do="save", **form, **lines)
    rule = Rule.objects.get()
    assert rule.condition == [{"path": "data.how", "op": "in", "value": ["badly", "worse"]}] and rule.group_by == ["source_id", "data.how"]
    assert "“Mine” is off now." in post(client, f"/admin/alerts/rule/{rule.pk}/switch/")
    assert "was removed" in post(client, f"/admin/alerts/rule/{rule.pk}/remove/") and not Rule.objects.exists()


def test_a_rule_that_is_wrong_comes_back_with_what_was_typed(client: Client, rule: Rule) -> None:
    html = post(client, f"/admin/alerts/rule/{rule.pk}/change/", name="Typed", pattern="not a fact!", title="{nothing}", severity="error")
    assert all(text in html for text in ("The rule was not saved", 'value="Typed"', "Give the type of a fact", "A fact has no nothing."))


def test_a_receiver_is_made_from_its_config_and_tested(client: Client, web: Web) -> None:
    form = {
        "name": "hook",
        "config.url": f"{web.url}/T0KEN",
        "config.secret": "s3cret",
        "config.headers": "X-A: 1\nX-B: two: parts",
        "least_severity": "info",
    }
    html = post(client, "/admin/alerts/receiver/add/?kind=webhook", do="test", is_enabled="on", **form)
    row = Receiver.objects.get()
    assert "The test message was delivered: answered 200" in html and web.received[0].headers["x-b"] == "two: parts"
    assert opened(row)["headers"] == {"X-A": "1", "X-B": "two: parts"} and "T0KEN" not in html and "s3cret" not in html
    kept = {"name": "renamed", "config.url": row.config["url"], "config.secret": "", "config.headers": "X-A: ••••", "least_severity": "error"}
    post(client, f"/admin/alerts/receiver/{row.pk}/change/", do="save", **kept)
    row.refresh_from_db()
    assert (row.name, row.is_enabled) == ("renamed", False)
    assert opened(row) == {"url": f"{web.url}/T0KEN", "secret": "s3cret", "headers": {"X-A": "1"}}
    post(client, f"/admin/alerts/receiver/{row.pk}/change/", do="save", **kept | {"forget.secret": "on"})
    row.refresh_from_db()
    assert opened(row)["secret"] == ""


def test_a_receiver_that_is_wrong_says_so_beside_the_field(client: Client) -> None:
    html = post(
        client,
        "/admin/alerts/receiver/add/?kind=webhook",
        **{"name": "x", "config.url": "nowhere", "config.headers": "no colon", "least_severity": "info"},
    )
    assert "Write one on a line" in html
    html = post(client, "/admin/alerts/receiver/add/?kind=email", **{"name": "", "config.to": "nobody", "least_severity": "info"})
    assert "Give a name" in html and not Receiver.objects.exists()
    html = post(client, "/admin/alerts/receiver/add/?kind=email", **{"name": "x", "config.to": "nobody", "least_severity": "info"})
    assert "&#x27;nobody&#x27; is not an e-mail address" in html


def test_a_test_from_the_list_that_fails_says_what_to_do(client: Client, webhook: Receiver, web: Web) -> None:
    web.answer = lambda request: (500, {}, b"")
    assert "was not delivered. The other side failed with status 500." in post(client, f"/admin/alerts/receiver/{webhook.pk}/test/")
    assert "is off now" in post(client, f"/admin/alerts/receiver/{webhook.pk}/switch/")
    assert "was removed" in post(client, f"/admin/alerts/receiver/{webhook.pk}/remove/") and not Receiver.objects.exists()


def test_a_wide_silence_is_made_by_its_labels(client: Client) -> None:
    lines = {"label": ["source", ""], "pattern": ["shop*", ""]}
    assert "The silence was made." in post(
        client, "/admin/alerts/silence/add/", reason="move", ends="2099-01-01T10:00", starts="2098-12-31T10:00", **lines
    )
    assert Silence.objects.get().matchers == {"source": "shop*"}
    html = post(client, "/admin/alerts/silence/add/", reason="", ends="2001-01-01T10:00", **lines)
    assert "must lie in the future" in html and "Say why" in html and 'value="shop*"' in html


def test_a_silence_may_be_made_for_some_hours(client: Client) -> None:
    post(client, "/admin/alerts/silence/add/", reason="move", hours="4", starts="2098-12-31T10:00", ends="", label=["source"], pattern=["shop*"])
    made = Silence.objects.get()
    assert made.ends - made.starts == timedelta(hours=4)


def test_a_title_from_a_fact_is_text_and_not_html(client: Client, rule: Rule, happen: Happen) -> None:
    happen(subject=thing(name="<script>alert(1)</script>"), how="<img src=x>")
    for address in (INBOX, f"{INBOX}{only_alert().pk}/change/", "/admin/alerts/rule/"):
        assert "<script>alert(1)" not in (html := page(client, address)) and "<img src=x>" not in html
    assert Notification.objects.count() == 0
