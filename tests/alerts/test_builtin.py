"""The rules that a new portal has, on the facts that the other rooms record."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from alerts import builtin
from alerts.models import Alert, Receiver, Rule
from alerts.services import create_rule, delete_rule, update_rule
from governance.core.access import SYSTEM
from governance.core.subjects import Subject
from tests.alerts.conftest import Happen, deliver_all, only_alert
from tests.core.servers import Web
from tests.factories import make_dataset, make_field, make_source

pytestmark = pytest.mark.django_db


def scan(pk: int, source: int = 7) -> Subject:
    return Subject("scan", pk, f"scan {pk} of shop", source_id=source)


def completed(outcome: str, failed: int = 0) -> dict[str, object]:
    return {"outcome": outcome, "summary": {"failed": failed}, "datasets": 12, "rows": 10, "bytes": 10, "seconds": 1.0}


def test_new_sensitive_data_fires(builtins: dict[str, Rule], happen: Happen) -> None:
    dataset = Subject("dataset", 4, "shop.public.orders", source_id=7, dataset_id=4, sensitivity="confidential")
    found = [{"field": "iban", "entity": "IBAN_CODE", "score": 0.98}, {"field": "mail", "entity": "EMAIL_ADDRESS", "score": 0.9}]
    happen("catalog.sensitive.found", dataset, fields=found)
    alert = only_alert()
    assert alert.title == "Sensitive data in shop.public.orders: IBAN, E-mail address"
    assert (alert.dataset_id, alert.sensitivity, alert.severity) == (4, "confidential", "warning")


def test_people_read_titles_and_programs_get_identifiers(happen: Happen, webhook: Receiver, web: Web) -> None:
    create_rule(actor=SYSTEM, name="E", pattern="tests.thing.*", title="{data.entity|words} in {subject}", severity="error", group_by=["data.entity"])
    happen(entity="CREDIT_CARD")
    deliver_all()
    sent = json.loads(web.received[0].body)
    assert only_alert().title == "Payment card number in thing 1" and sent["text"].startswith("[ERROR] Payment card number in thing 1")
    assert only_alert().labels["data.entity"] == "CREDIT_CARD"


def test_a_failed_scan_fires_and_the_next_complete_one_of_its_source_ends_it(builtins: dict[str, Rule], happen: Happen) -> None:
    happen("scans.run.failed", scan(1), code="unreachable", detail="db.corp cannot be reached.")
    happen("scans.run.failed", scan(2), code="unreachable", detail="db.corp cannot be reached.")
    happen("scans.run.completed", scan(3, source=8), **completed("clean"))
    assert (only_alert().state, only_alert().count, only_alert().rule) == ("firing", 2, builtins["scan_failed"])
    assert "db.corp cannot be reached." in only_alert().body
    happen("scans.run.completed", scan(4), **completed("clean"))
    assert only_alert().state == "resolved"


def test_a_scan_with_failed_units_fires_and_a_clean_one_ends_it(builtins: dict[str, Rule], happen: Happen) -> None:
    happen("scans.run.completed", scan(1), **completed("partial", 2))
    assert only_alert().rule == builtins["scan_partial"] and "2 of 12 datasets" in only_alert().title
    happen("scans.run.completed", scan(2), **completed("partial", 1))
    assert (only_alert().state, only_alert().count) == ("firing", 2)
    happen("scans.run.completed", scan(3), **completed("clean"))
    assert only_alert().state == "resolved"


def test_locked_sign_ins_fire_for_the_whole_portal(builtins: dict[str, Rule], happen: Happen) -> None:
    happen("security.login.locked", Subject("", None, ""), by="name", seconds=900)
    assert only_alert().source_id is None and "wrong passwords" in only_alert().title


def test_seeding_again_adds_nothing_and_keeps_what_people_changed(builtins: dict[str, Rule]) -> None:
    update_rule(builtins["scan_failed"], title="Mine", name="My rule", actor=SYSTEM)
    builtin.seed()
    assert Rule.objects.count() == len(builtin.RULES)
    assert Rule.objects.get(key="scan_failed").title == "Mine"


def test_a_built_in_rule_is_disabled_instead_of_deleted(builtins: dict[str, Rule], happen: Happen) -> None:
    assert delete_rule(builtins["scan_failed"], actor=SYSTEM) is False
    builtin.seed()
    assert not Rule.objects.get(key="scan_failed").is_enabled
    happen("scans.run.failed", scan(1), code="x", detail="y")
    assert not Alert.objects.exists()


def test_a_name_that_is_taken_does_not_stop_the_start(db: None) -> None:
    Rule.objects.create(name="A scan failed", pattern="x.y", title="x")
    builtin.seed()
    assert Rule.objects.get(key="scan_failed").name == "A scan failed (built in)"


def test_what_the_catalog_records_fires_in_its_own_words(builtins: dict[str, Rule], facts: Callable[[], int]) -> None:
    field = make_field(make_dataset(make_source("shop"), "orders", ("id", "iban")), "iban", "iban")
    facts()
    alert = only_alert()
    assert (alert.rule, alert.source_id, alert.dataset_id) == (builtins["sensitive_found"], field.dataset.source_id, field.dataset_id)
    assert "orders" in alert.title and alert.title.endswith(": IBAN") and "New in shop: iban." in alert.body
    assert alert.sensitivity == "confidential"
