"""The ledger of findings: what changed and why, and nothing where nothing changed."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from governance.catalog.models import Field, FindingChange
from governance.catalog.services import FieldFindings, decide, decide_many, ledger, record_findings, thresholding, undo, undo_many
from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from intelligence import rule_sets
from intelligence.classification import CustomRecognizer, Settings, Verdict
from intelligence.models import RuleSet
from tests.factories import actor_for, api_client, find, make_dataset, make_field, make_user, nothing, verdict

pytestmark = pytest.mark.django_db


def judged(one: Verdict, model: str) -> Verdict:
    return replace(one, judge={"model": model, "text": ""})


def default_rules(settings: Settings = Settings()) -> RuleSet:  # noqa: B008
    rule_sets.ensure_default()
    found = RuleSet.objects.get(is_default=True)
    if settings != Settings():
        rule_sets.new_version(found, settings=settings.as_json(), actor=SYSTEM)
    return found


def newest(field: Field) -> FindingChange:
    return ledger.history(field)[0]


def test_the_first_finding_is_a_line_of_the_scan() -> None:
    field = make_field()
    line = FindingChange.objects.get()
    assert (line.field, line.scan_id, line.before_entity, line.after_entity, line.cause) == (field, 1, "", "EMAIL_ADDRESS", "data")
    assert line.detail == "Looked at for the first time." and len(line.evidence) == 24


def test_what_stays_the_same_leaves_no_line() -> None:
    field = make_field()
    find(field.dataset, {"email": verdict(score=0.93)}, scan_id=2)
    find(field.dataset, {"id": nothing()}, scan_id=2)
    assert FindingChange.objects.count() == 1


def test_a_score_that_moves_is_a_line() -> None:
    field = make_field(score=0.97)
    find(field.dataset, {"email": verdict(score=0.7)}, scan_id=2)
    assert (newest(field).before_score, newest(field).after_score) == (0.97, 0.7)
    assert ledger.sentence(newest(field)).endswith("score 0.97 → 0.70")


def test_other_values_are_the_cause_when_nothing_else_changed() -> None:
    field = make_field()
    profile = {"nulls": 5, "distinct": 3}
    record_findings(field.dataset, profile=None, fields={"email": FieldFindings(profile, nothing())}, scan_id=2, actor=SYSTEM)
    assert newest(field).causes == ["data"] and "values" in newest(field).detail


def test_another_model_is_the_cause_when_the_values_are_the_same() -> None:
    dataset = make_dataset()
    find(dataset, {"email": judged(verdict(), "shipped 1")})
    find(dataset, {"email": judged(verdict("username"), "learned 2")}, scan_id=2)
    line = FindingChange.objects.get(scan_id=2)
    assert (line.causes, line.model_before, line.model_after) == (["model"], "shipped 1", "learned 2")


def test_a_recognizer_of_ones_own_is_the_cause_of_what_it_finds() -> None:
    rules = default_rules()
    field = make_field()
    own = CustomRecognizer("staff", "field_name", "STAFF_NUMBER", "employee_id", pattern="email")
    rule_sets.new_version(rules, settings=Settings(custom=(own,)).as_json(), actor=SYSTEM)
    find(field.dataset, {"email": verdict("employee_id", "STAFF_NUMBER")}, scan_id=2)
    assert newest(field).causes == ["rule_set"]
    assert (newest(field).rules_before, newest(field).rules_after) == ("Standard v1", "Standard v2")


def test_a_recognizer_of_something_else_is_no_cause() -> None:
    rules = default_rules()
    field = make_field()
    own = CustomRecognizer("plate", "field_name", "OUR_PLATE", "license_plate", pattern="plate")
    rule_sets.new_version(rules, settings=Settings(custom=(own,)).as_json(), actor=SYSTEM)
    record_findings(field.dataset, profile=None, fields={"email": FieldFindings({"nulls": 9}, nothing())}, scan_id=2, actor=SYSTEM)
    assert newest(field).causes == ["data"]


def test_a_threshold_is_the_cause_when_the_scores_of_before_say_so() -> None:
    rules = default_rules()
    field = make_field(score=0.7)
    rule_sets.new_version(rules, settings=Settings(thresholds={"email": 0.8}).as_json(), actor=SYSTEM)
    below = replace(verdict(score=0.7), entity=None, family=None)
    find(field.dataset, {"email": below}, scan_id=2)
    assert (newest(field).causes, newest(field).after_entity) == (["threshold"], "")


def test_a_decision_and_its_undoing_are_lines_with_their_person() -> None:
    user = make_user("steward")
    field = decide(make_field(), verdict="reject", reason="A test table", actor=actor_for(user))
    line = newest(field)
    assert (line.cause, line.user, line.before_state, line.after_state) == ("decision", user, "suggested", "rejected")
    undo(field, actor=actor_for(user))
    assert (newest(field).after_entity, newest(field).after_state) == ("EMAIL_ADDRESS", "suggested")


def test_a_bulk_decision_is_taken_back_in_bulk_or_not_at_all() -> None:
    fields = decide_many([make_field(), make_field()], verdict="confirm", actor=SYSTEM)
    with pytest.raises(Conflict):
        undo_many([*fields, make_field()], actor=SYSTEM)
    assert [one.state for one in undo_many(fields, actor=SYSTEM)] == ["suggested", "suggested"]


def test_the_ledger_is_read_over_rest_under_filters() -> None:
    field, other = make_field(), make_field()
    find(field.dataset, {"email": nothing()}, scan_id=7)
    client = api_client(make_user("viewer", field.dataset))
    rows = client.get("/api/v1/finding-changes/").json()["results"]
    assert {row["field"] for row in rows} == {field.pk} and FindingChange.objects.filter(field=other).exists()
    assert [row["after_entity"] for row in client.get("/api/v1/finding-changes/", {"scan": "7", "cause": "data"}).json()["results"]] == [""]
    assert client.get("/api/v1/finding-changes/", {"cause": "decision"}).json()["results"] == []


@pytest.mark.parametrize("seed", range(6))
def test_no_machine_ever_changes_what_a_person_decided(seed: int) -> None:
    chance, rules = Random(seed), default_rules()
    fields = [make_field() for _ in range(4)]
    said: dict[int, tuple[str, str]] = {}
    for step in range(25):
        field = chance.choice(fields)
        do = chance.choice(["scan", "scan", "scan", "move", "decide", "undo"])
        if do == "scan":
            score = chance.random()
            seen = replace(chance.choice([verdict(score=score), verdict("username", score=score), nothing()]), judge={"model": str(step), "text": ""})
            find(field.dataset, {"email": seen if seen.entity is None or score >= 0.5 else replace(seen, entity=None, family=None)}, scan_id=step)
        elif do == "move":
            thresholding.move(
                rules, thresholds={"email": round(chance.uniform(0.05, 0.95), 6), "username": round(chance.uniform(0.05, 0.95), 6)}, actor=SYSTEM
            )
        elif do == "decide":
            decide(field, verdict="set", entity=chance.choice(["PASSPORT", "USERNAME", "EMAIL_ADDRESS"]), actor=SYSTEM)
        elif field.pk in said:
            undo(field, actor=SYSTEM)
        now = Field.objects.in_bulk([one.pk for one in fields])
        if do in ("decide", "undo"):
            said.pop(field.pk, None)
            if now[field.pk].state == "confirmed":
                said[field.pk] = (now[field.pk].entity, "confirmed")
        assert {pk: (now[pk].entity, now[pk].state) for pk in said} == said, (step, do)
