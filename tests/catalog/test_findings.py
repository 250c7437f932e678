"""What scans find, and what people decide about it, over many scans."""

from __future__ import annotations

import pytest

from governance.catalog.models import Dataset, Decision, Field
from governance.catalog.services import decide, decide_many, record_failure, undo
from governance.core.access import SYSTEM
from governance.core.errors import Conflict, Denied, InvalidInput, Unreachable
from governance.core.models import Event
from intelligence.classification import Settings
from intelligence.models import RuleSet, RuleSetVersion
from tests.factories import actor_for, find, make_dataset, make_field, make_source, make_user, nothing, verdict

pytestmark = pytest.mark.django_db


def again(field: Field) -> Field:
    return Field.objects.select_related("dataset__source").get(pk=field.pk)


def test_a_suggestion_says_what_where_and_how_sensitive() -> None:
    field = make_field(family="us_ssn")
    assert (field.entity, field.family, field.state, field.sensitivity) == ("US_SSN", "us_ssn", "suggested", "restricted")
    dataset = Dataset.objects.get()
    assert (dataset.sensitivity, dataset.sensitive_fields, dataset.rows) == ("restricted", 1, 100)
    assert field.evidence is not None and field.evidence["examples"] == ["a•••@•••.com"]


def test_a_finding_is_new_once() -> None:
    dataset = make_dataset()
    assert [one.is_new for one in find(dataset, {"email": verdict()})] == [True]
    assert [one.is_new for one in find(dataset, {"email": verdict(score=0.8)}, scan_id=2)] == [False]
    fact = Event.objects.get(type="catalog.sensitive.found")
    assert fact.data["fields"] == [{"field": "email", "entity": "EMAIL_ADDRESS", "score": 0.97}]
    assert fact.sensitivity == "internal"


def test_recording_the_same_scan_twice_keeps_one_snapshot() -> None:
    dataset = make_dataset()
    for _ in range(2):
        find(dataset, {"email": verdict()}, scan_id=5)
    assert dataset.snapshots.get().fields == {"email": {"nulls": 0, "distinct": 10}}


def test_what_was_found_is_withdrawn_when_the_next_scan_finds_nothing() -> None:
    field = make_field()
    find(field.dataset, {"email": nothing()}, scan_id=2)
    assert (again(field).entity, again(field).state) == ("", "none")
    assert Dataset.objects.get().sensitivity == "public"


def test_a_confirmed_entity_holds_whatever_the_next_scan_suggests() -> None:
    field = decide(make_field(), verdict="confirm", actor=SYSTEM)
    find(field.dataset, {"email": verdict("username")}, scan_id=2)
    kept = again(field)
    assert (kept.entity, kept.state, kept.suggested_entity) == ("EMAIL_ADDRESS", "confirmed", "USERNAME")


def test_a_set_entity_holds_when_the_next_scan_finds_nothing() -> None:
    field = decide(make_field(family=""), verdict="set", entity="PASSPORT", actor=SYSTEM)
    assert (field.entity, field.family, field.sensitivity, field.state) == ("PASSPORT", "passport", "restricted", "confirmed")
    find(field.dataset, {"email": nothing()}, scan_id=2)
    assert again(field).entity == "PASSPORT"


def test_a_rejected_entity_is_never_suggested_again() -> None:
    field = decide(make_field(), verdict="reject", actor=SYSTEM)
    assert find(field.dataset, {"email": verdict()}, scan_id=2) == []
    kept = again(field)
    assert (kept.entity, kept.state, kept.suggested_entity, kept.sensitivity) == ("", "rejected", "EMAIL_ADDRESS", "public")


def test_after_a_rejection_another_entity_is_a_new_suggestion_and_the_old_one_stays_rejected() -> None:
    field = decide(make_field(), verdict="reject", actor=SYSTEM)
    assert [one.is_new for one in find(field.dataset, {"email": verdict("username")}, scan_id=2)] == [True]
    assert again(field).state == "suggested"
    find(field.dataset, {"email": verdict()}, scan_id=3)
    assert again(field).state == "rejected"


def test_undoing_a_rejection_brings_the_suggestion_back() -> None:
    field = decide(make_field(), verdict="reject", actor=SYSTEM)
    assert undo(field, actor=SYSTEM).state == "suggested"
    assert again(field).entity == "EMAIL_ADDRESS" and Dataset.objects.get().sensitive_fields == 1


def test_undoing_shows_the_decision_before() -> None:
    field = decide(make_field(), verdict="confirm", actor=SYSTEM)
    decide(field, verdict="set", entity="USERNAME", actor=SYSTEM)
    assert undo(field, actor=SYSTEM).entity == "EMAIL_ADDRESS"
    assert undo(field, actor=SYSTEM).state == "suggested"
    with pytest.raises(Conflict):
        undo(field, actor=SYSTEM)


def test_deciding_on_what_has_changed_meanwhile_is_refused() -> None:
    field = make_field()
    find(field.dataset, {"email": verdict("username")}, scan_id=2)
    with pytest.raises(Conflict, match="USERNAME"):
        decide(field, verdict="confirm", entity="EMAIL_ADDRESS", actor=SYSTEM)


def test_nothing_can_be_confirmed_where_nothing_was_found() -> None:
    with pytest.raises(Conflict, match="Set what it holds"):
        decide(make_field(family=""), verdict="confirm", actor=SYSTEM)


def test_an_unknown_entity_cannot_be_set() -> None:
    with pytest.raises(InvalidInput, match="EMAIL_ADDRESS"):
        decide(make_field(), verdict="set", entity="EMA", actor=SYSTEM)


def test_many_decisions_are_all_or_none() -> None:
    found, empty = make_field(), make_field(family="")
    with pytest.raises(Conflict):
        decide_many([found, empty], verdict="confirm", actor=SYSTEM)
    assert not Decision.objects.exists()
    assert [one.state for one in decide_many([found, make_field()], verdict="confirm", actor=SYSTEM)] == ["confirmed", "confirmed"]


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("engineer", False), ("auditor", False), ("steward", True), ("administrator", True)])
def test_only_stewards_and_administrators_decide(role: str, may: bool) -> None:
    field, user = make_field(), make_user(role)
    if may:
        assert decide(field, verdict="confirm", actor=actor_for(user)).decided_by_id == user.pk
    else:
        with pytest.raises(Denied):
            decide(field, verdict="confirm", actor=actor_for(user))


def test_a_rule_set_changes_how_sensitive_a_family_is() -> None:
    rules = RuleSet.objects.create(name="ours")
    RuleSetVersion.objects.create(rule_set=rules, number=1, settings=Settings(sensitivities={"email": "restricted"}).as_json())
    dataset = make_dataset(make_source(rule_set=rules))
    assert make_field(dataset).sensitivity == "restricted"


def test_a_failure_is_noted_and_the_next_success_clears_it() -> None:
    dataset = make_dataset()
    record_failure(dataset, Unreachable("It went away."), scan_id=1, actor=SYSTEM)
    assert Dataset.objects.get().error == {"code": "unreachable", "detail": "It went away."}
    find(dataset, {})
    assert Dataset.objects.get().error is None


def test_a_decision_is_a_fact_without_any_value() -> None:
    field = make_field()
    decide(field, verdict="reject", reason="A test table", actor=actor_for(make_user("steward")))
    fact = Event.objects.get(type="catalog.field.decided")
    assert fact.data == {"verdict": "reject", "entity": "EMAIL_ADDRESS", "suggested": "EMAIL_ADDRESS", "reason": "A test table"}
    assert fact.dataset_id == field.dataset_id


def test_nobody_declares_harmless_what_is_above_their_ceiling() -> None:
    field = make_field(family="credit_card")
    low, high = (actor_for(make_user("steward", ceiling=ceiling)) for ceiling in ("internal", "restricted"))
    with pytest.raises(Denied, match="ceiling"):
        decide(field, verdict="reject", actor=low)
    field.refresh_from_db()
    assert (field.state, field.sensitivity) == ("suggested", "restricted")
    assert decide(field, verdict="confirm", actor=low).state == "confirmed"
    assert decide(field, verdict="reject", actor=high).state == "rejected"
