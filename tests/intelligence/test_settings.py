"""What a rule set changes, and what it refuses."""

from __future__ import annotations

import pytest

from governance.core.errors import InvalidInput
from intelligence.classification import CustomRecognizer, Settings
from tests.intelligence.columns import CARDS, MAILS, verdict

STAFF = {"name": "staff number", "kind": "regex", "entity": "STAFF_ID", "family": "national_id", "pattern": r"ST-\d{6}"}


def test_json_goes_round() -> None:
    data = {"threshold": 0.7, "disabled": ["phone"], "sensitivities": {"email": "restricted"}, "custom": [STAFF]}
    settings = Settings.from_json(data)
    assert Settings.from_json(settings.as_json()) == settings
    assert settings.sensitivity("email") == "restricted" and settings.sensitivity("phone") == "internal" and settings.sensitivity(None) == "public"


@pytest.mark.parametrize("off", ["email", "EMAIL_ADDRESS"])
def test_a_family_or_an_entity_can_be_switched_off(off: str) -> None:
    assert verdict("email", MAILS, Settings(disabled=frozenset({off}))).entity is None


def test_the_threshold_turns_a_suggestion_into_none_and_keeps_the_candidate() -> None:
    found = verdict("cpf", ["X1", "Y22"], Settings(threshold=0.99))
    assert found.entity is None
    strict = verdict("", CARDS, Settings(threshold=1.0))
    assert strict.entity is None and strict.candidates[0][0] == "CREDIT_CARD" and strict.score < 1.0


def test_own_recognizers_by_pattern_words_and_header() -> None:
    by_pattern = CustomRecognizer.from_json(STAFF)
    by_words = CustomRecognizer("ships", "dictionary", "SHIP", "ship", words=("Nautilus", "Pequod"))
    by_name = CustomRecognizer("payroll", "field_name", "SALARY", "salary", pattern="(?i)^sal(ary)?_")
    settings = Settings(custom=(by_pattern, by_words, by_name))
    assert verdict("x", ["ST-123456", "ST-654321"], settings).entity == "STAFF_ID"
    assert verdict("x", ["nautilus", "PEQUOD"], settings).family == "ship"
    assert verdict("sal_2024", ["1200", "1300"], settings).entity == "SALARY"


def test_a_recognizer_that_is_off_is_kept_and_does_nothing() -> None:
    off = {**STAFF, "is_enabled": False}
    settings = Settings.from_json({"custom": [off]})
    assert settings.as_json()["custom"][0]["is_enabled"] is False
    assert verdict("x", ["ST-123456", "ST-654321"], settings).entity is None


def test_a_recognizer_that_is_on_is_stored_as_it_always_was() -> None:
    assert "is_enabled" not in Settings.from_json({"custom": [{**STAFF, "is_enabled": True}]}).as_json()["custom"][0]


def test_a_context_word_helps_a_weak_recognizer() -> None:
    weak = CustomRecognizer("badge", "regex", "BADGE", "badge", pattern=r"[a-z]{3}\d", context=("badge",), weight=3.0)
    alone, helped = (verdict(header, ["abc1", "def2"], Settings(custom=(weak,))) for header in ("x", "badge no"))
    assert helped.entity == "BADGE" and helped.score > alone.score + 0.1
    assert verdict("x", ["abc1", "def2"], Settings(custom=(weak,), threshold=helped.score)).entity is None


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"threshold": 0},
        {"threshold": "high"},
        {"surprise": 1},
        {"disabled": "email"},
        {"sensitivities": {"email": "secret"}},
        {"custom": [{**STAFF, "pattern": "(?=a)b"}]},
        {"custom": [{**STAFF, "pattern": ""}]},
        {"custom": [{**STAFF, "kind": "guess"}]},
        {"custom": [{**STAFF, "weight": -1}]},
        {"custom": [{**STAFF, "is_enabled": "no"}]},
        {"custom": [{**STAFF, "kind": "dictionary"}]},
        {"custom": [STAFF, STAFF]},
        {"custom": [{**STAFF, "name": f"rule {number}"} for number in range(201)]},
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        Settings.from_json(data)
    assert refused.value.detail.endswith(".")
