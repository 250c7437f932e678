"""No verdict and no mask gives a value away."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from intelligence.classification import Column, classify
from intelligence.classification.families import FAMILIES
from intelligence.classification.masking import HIDDEN, mask_value, shape
from tests.intelligence.columns import CARDS, IBANS, MAILS, SSNS


@given(st.text(min_size=4, max_size=80), st.sampled_from([*FAMILIES, None]))
@settings(max_examples=300, deadline=None)
def test_a_mask_shows_at_most_a_few_letters(value: str, family: str | None) -> None:
    shown = [char for char in mask_value(value, family) if char.isalnum()]
    letters = [char for char in value if char.isalnum()]
    ending = 5 if family == "email" else 4
    assert len(shown) <= ending and (len(letters) <= 4 or len(shown) < len(letters))


@given(st.text(min_size=1, max_size=80), st.sampled_from(sorted(HIDDEN)))
@settings(max_examples=200, deadline=None)
def test_a_hidden_family_shows_nothing(value: str, family: str) -> None:
    assert not any(char.isalnum() for char in mask_value(value, family))


def test_the_customary_tail_of_a_card_stays() -> None:
    assert mask_value("4111 1111 1111 1234", "credit_card") == "•••• •••• •••• 1234"
    assert mask_value("anna.smith@example.org", "email") == "a•••@•••.org"
    assert shape("Anna 1980") == "Aaaa 9999"


def test_a_verdict_holds_no_raw_value() -> None:
    values = {
        "": CARDS,
        "konto": IBANS,
        "mail": MAILS,
        "ssn": SSNS,
        "pw": ("hunter2!xA", "correct-horse-7"),
        "notes": tuple(f"Call {mail} about it today" for mail in MAILS),
    }
    verdicts = classify([Column(name, column) for name, column in values.items()])
    said = json.dumps([verdict.as_json() for verdict in verdicts], ensure_ascii=False)
    assert [value for column in values.values() for value in column if value in said] == []


@given(st.lists(st.text(min_size=6, max_size=40).filter(lambda text: sum(map(str.isalnum, text)) > 5), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_column_is_judged_without_leaking(values: list[str]) -> None:
    verdict = classify([Column("", values)])[0]
    said = json.dumps(verdict.as_json(), ensure_ascii=False)
    assert 0 <= verdict.score <= 1
    assert not any(value.strip() in said for value in values if len(value.strip()) > 5 and any(char.isdigit() for char in value))
