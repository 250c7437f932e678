"""Personal data inside texts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from intelligence.classification import Settings, find_spans

TEXT = "Mail anna@example.org or pay DE89370400440532013000 with 4111 1111 1111 1111 from 203.0.113.7."


def test_each_is_found_at_its_place() -> None:
    found = {span.entity: TEXT[span.start : span.end] for span in find_spans(TEXT)}
    assert found["EMAIL_ADDRESS"] == "anna@example.org"
    assert found["IBAN_CODE"] == "DE89370400440532013000"
    assert found["CREDIT_CARD"] == "4111 1111 1111 1111"
    assert found["IP_ADDRESS"] == "203.0.113.7"


def test_places_count_characters_and_not_bytes() -> None:
    text = "Grüße 🙂 an jürgen, anna@example.org"
    span = next(span for span in find_spans(text) if span.entity == "EMAIL_ADDRESS")
    assert text[span.start : span.end] == "anna@example.org"


def test_a_card_with_a_wrong_digit_is_none() -> None:
    assert [span for span in find_spans("card 4111 1111 1111 1112") if span.entity == "CREDIT_CARD"] == []


def test_what_is_switched_off_is_not_found() -> None:
    assert "EMAIL_ADDRESS" not in {span.entity for span in find_spans(TEXT, settings=Settings(disabled=frozenset({"email"})))}


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_spans_lie_inside_and_apart(text: str) -> None:
    spans = find_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
