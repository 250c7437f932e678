"""Versions of rules are compared, expressions come out of examples, and a bad one is refused with the reason."""

from __future__ import annotations

import pytest
from stdnum import luhn

from governance.core.access import SYSTEM
from governance.core.errors import InvalidInput
from intelligence import rule_sets
from intelligence.classification import Column, CustomRecognizer, Settings, classify
from intelligence.classification.deriving import derive
from intelligence.classification.expressions import compiled, refusal
from intelligence.comparison import compare
from tests.factories import admin_client, api_client, make_user


def own(**values: object) -> dict[str, object]:
    return {"name": "customer", "kind": "regex", "entity": "CUSTOMER", "family": "customer", "pattern": "KD-[0-9]{8}"} | values


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(?=a)b", "look-ahead"),
        (r"(?<!a)b", "look-behind"),
        (r"(a)\1", "refers back to a group"),
        (r"(?P<x>a)(?P=x)", "refers back to a group"),
        (r"(a", "not an RE2 expression"),
        (r"a*", "fits the empty text"),
        (r".+", "fits anything"),
        (r"((a{100}){100}){100}", "too large"),
        (r"(x{1000}){1000}", "too large"),
    ],
)
def test_a_bad_expression_is_refused_with_a_reason(pattern: str, reason: str) -> None:
    assert reason in refusal(pattern, is_whole=True)
    with pytest.raises(InvalidInput, match="is refused"):
        CustomRecognizer.from_json(own(pattern=pattern))


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(a|a)*b", r"(a|aa)+b", r"([a-z]+)*[0-9]", r"(.*a){20}b"])
def test_expressions_that_hang_other_engines_end_here(pattern: str) -> None:
    assert refusal(pattern, is_whole=True) == ""
    assert compiled(pattern).fullmatch("a" * 100_000) is None


def test_examples_become_an_expression_that_fits_others_of_their_form() -> None:
    found = derive(["KD-10293847", "KD-55501234", "KD-99120006"])
    assert found.pattern == r"KD\-[0-9]{8}"
    assert compiled(found.pattern).fullmatch("KD-00000001") and not compiled(found.pattern).fullmatch("KX-00000001")


def test_a_checksum_that_all_examples_pass_is_noticed_and_used() -> None:
    good = [f"{number}{luhn.calc_check_digit(str(number))}" for number in (7992739871, 4992739871, 1234567890, 1800000000)]
    found = derive(good)
    assert found.check == "luhn"
    rules = Settings.from_json({"custom": [own(pattern=found.pattern, check="luhn")]})
    bad = [f"{text[:-1]}{(int(text[-1]) + 1) % 10}" for text in good]
    assert classify([Column("x", good)], settings=rules)[0].entity == "CUSTOMER"
    assert classify([Column("x", bad)], settings=rules)[0].entity != "CUSTOMER"


@pytest.mark.parametrize(
    ("examples", "counter", "reason"),
    [
        (["A1", "A2"], [], "Give 3 to"),
        (["A1", "B-2", "cc", "d d", "9.9", "x_1", "#7#"], [], "nothing in common|different forms"),
        (["A1", "B2", "C3"], ["D4"], "counter-examples has the same form"),
    ],
)
def test_examples_that_say_nothing_are_refused(examples: list[str], counter: list[str], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        derive(examples, counter)


@pytest.mark.django_db
def test_two_versions_are_compared_line_by_line() -> None:
    found = rule_sets.create(name="ours", settings={"custom": [own()]}, actor=SYSTEM)
    before = rule_sets.current(found)
    changed = {
        "threshold": 0.7,
        "disabled": ["email"],
        "thresholds": {"phone": 0.9},
        "custom": [own(weight=9.0)],
        "sensitivities": {"city": "restricted"},
    }
    after = rule_sets.new_version(found, settings=changed, actor=SYSTEM)
    told = {(one.group, one.what): (one.before, one.after) for one in compare(before, after)}
    assert told["Scores", "Lowest score that counts"] == ("0.5", "0.7")
    assert told["Recognizers", "customer: weight"] == ("8", "9")
    assert len(told) == 5 and compare(after, after) == []


@pytest.mark.django_db
def test_versions_are_compared_over_the_api_and_on_a_page() -> None:
    found = rule_sets.create(name="ours", settings={"custom": [own()]}, actor=SYSTEM)
    rule_sets.new_version(found, settings={"custom": []}, actor=SYSTEM)
    user = make_user("administrator")
    changes = api_client(user).get(f"/api/v1/rule-sets/{found.pk}/compare/?from=1&to=2").json()["changes"]
    assert [(one["what"], one["after"]) for one in changes] == [("customer", "not there")]
    assert api_client(user).get(f"/api/v1/rule-sets/{found.pk}/compare/?from=9").status_code == 404
    assert b"not there" in admin_client(user).get(f"/admin/intelligence/ruleset/{found.pk}/compare/").content


@pytest.mark.django_db
def test_a_pattern_is_made_from_examples_over_the_api_and_nothing_is_kept() -> None:
    answer = api_client(make_user("administrator")).post("/api/v1/rule-sets/derive/", {"examples": ["ab-1", "cd-2", "ef-3"]}, format="json")
    assert answer.status_code == 200 and answer.json()["pattern"] == r"[a-z]{2}\-[0-9]"
    assert api_client(make_user("viewer")).post("/api/v1/rule-sets/derive/", {"examples": ["a", "b", "c"]}, format="json").status_code == 403


@pytest.mark.parametrize("pattern", [r"\(?=[0-9]{4}", r"[(?=!]{3}x", r"\\1[0-9]"])
def test_what_only_looks_like_a_bad_expression_is_taken(pattern: str) -> None:
    assert refusal(pattern, is_whole=True) == ""
