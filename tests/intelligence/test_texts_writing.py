"""The generator of training texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from stdnum import iban, luhn

from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.tokens import cut
from intelligence.classification.texts.values import SLOTS
from intelligence.classification.texts.writing import SLOT, templates, write


def test_the_same_seed_writes_the_same_texts_and_another_seed_others() -> None:
    assert list(write(5, 40)) == list(write(5, 40))
    assert list(write(5, 40)) != list(write(6, 40))


def test_spans_hold_what_they_are_said_to_hold() -> None:
    said = [(text[start:end], kind) for text, marks, _ in write(11, 2_000) for start, end, kind in marks]
    assert all("@" in value for value, kind in said if kind == "EMAIL_ADDRESS")
    cards = [value for value, kind in said if kind == "CREDIT_CARD"]
    accounts = [value for value, kind in said if kind == "IBAN_CODE"]
    assert len(cards) > 20 and all(luhn.is_valid(card.replace(" ", "").replace("-", "")) for card in cards)
    assert len(accounts) > 20 and all(iban.is_valid(account, check_country=False) for account in accounts)


def test_spans_have_no_white_space_at_their_ends_and_stand_apart() -> None:
    for text, marks, _ in write(12, 1_000):
        assert all(text[start:end] == text[start:end].strip() for start, end, _ in marks)
        assert all(before[1] <= after[0] for before, after in pairwise(marks))


def test_every_span_begins_and_ends_at_a_token() -> None:
    for text, marks, _ in write(13, 1_000):
        tokens = cut(text)
        starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
        assert all(start in starts and end in ends for start, end, _ in marks), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_templates_for_training_and_others_for_measuring(language: str) -> None:
    train, unseen = set(templates(language, "train")), set(templates(language, "unseen"))
    assert len(train) > 150 and len(unseen) >= 15 and not train & unseen
    assert {name for line in templates(language) for name in SLOT.findall(line)} <= SLOTS.keys()
    assert SLOTS.keys() - {name for line in templates(language) for name in SLOT.findall(line)} <= {
        "ssn",
        "title",
        "noun",
        "moment",
        "word",
        "numbered",
        "time",
        "num",
    }


def test_texts_without_personal_data_are_written_too() -> None:
    empty = [text for text, marks, _ in write(14, 1_000) if not marks]
    assert 50 < len(empty) < 400
