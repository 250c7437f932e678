"""How spans in free text are scored, and that what is surely found stays found on the labelled texts."""

from __future__ import annotations

import pytest

from benchmarks.spans import SHARED, Mark, found, labelled, tally

TEXT = "Write to  anna@example.org or call Otto."
TRUTH: list[Mark] = [("EMAIL_ADDRESS", 10, 26), ("PERSON", 35, 39)]


def test_white_space_at_the_ends_of_a_span_does_not_count() -> None:
    counts = tally([(TEXT, TRUTH)], lambda _: [("EMAIL_ADDRESS", 9, 27)])
    assert counts.figures() == (1.0, 0.5, 2 / 3, 16 / 20, 1.0)


def test_a_span_of_another_type_or_with_other_limits_is_wrong_but_covers_characters() -> None:
    counts = tally([(TEXT, TRUTH)], lambda _: [("PERSON", 10, 26), ("PERSON", 30, 39)])
    precision, recall, f1, share, purity = counts.figures()
    assert (precision, recall, f1, share) == (0.0, 0.0, 0.0, 1.0) and purity == 20 / 25


def test_our_spans_are_scored_under_the_labels_names() -> None:
    assert found("host 192.168.7.21 is down") == [("IP_ADDRESS", 5, 17)]


def test_types_with_a_check_are_found_on_the_labelled_texts_and_not_made_up() -> None:
    if not SHARED.is_file():
        pytest.skip("the labelled texts are not here")
    checked = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN"})
    precision, recall, *_ = tally(labelled(SHARED), found, checked).figures()
    assert precision >= 0.99 and recall >= 0.8


def test_all_labelled_types_together_are_found_as_well_as_promised() -> None:
    if not SHARED.is_file():
        pytest.skip("the labelled texts are not here")
    _, _, f1, share, purity = tally(labelled(SHARED), found).figures()
    assert f1 >= 0.5 and share >= 0.85 and purity >= 0.8
