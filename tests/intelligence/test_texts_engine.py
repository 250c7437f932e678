"""Personal data that only context tells, in five languages."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from governance.core.errors import ConfigurationError
from intelligence.classification import Settings, find_spans
from intelligence.classification.texts import engine, pipeline
from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.train import figures

LEAST = {"en": 0.7, "de": 0.7, "fr": 0.7, "es": 0.7, "pt": 0.7}
"""Strict F1 on our own texts from templates that training never saw."""


def said(text: str, settings: Settings | None = None) -> set[tuple[str, str]]:
    return {(text[span.start : span.end], span.entity) for span in find_spans(text, settings=settings or Settings())}


@pytest.mark.parametrize(
    "text",
    [
        "Yesterday Margaret Ellwood called about the invoice.",
        "Gestern hat Margaret Ellwood wegen der Rechnung angerufen.",
        "Hier, Margaret Ellwood a appelé pour la facture.",
        "Ayer llamó Margaret Ellwood por la factura.",
        "A cliente Margaret Ellwood ligou ontem por causa da fatura.",
    ],
)
def test_a_name_is_found_in_each_language(text: str) -> None:
    assert ("Margaret Ellwood", "PERSON") in said(text)


def test_a_sentence_about_nobody_holds_nothing() -> None:
    assert said("The meeting was moved because of the storm.") == set()
    assert said("Bitte starten Sie den Drucker neu und versuchen Sie es noch einmal.") == set()


def test_names_follow_presidio() -> None:
    found = said("Mr. Okafor wrote from 10.1.2.3, see https://example.org/a and mail k.okafor@example.org")
    assert {
        ("10.1.2.3", "IP_ADDRESS"),
        ("https://example.org/a", "DOMAIN_NAME"),
        ("k.okafor@example.org", "EMAIL_ADDRESS"),
        ("Okafor", "PERSON"),
    } <= found


def test_a_card_that_fails_its_check_is_none_whatever_stands_around_it() -> None:
    text = "Please charge my credit card 4111 1111 1111 1112 today."
    assert all(kind != "CREDIT_CARD" for _, kind in said(text)) and ("4111 1111 1111 1111", "CREDIT_CARD") in said(text.replace("1112", "1111"))


@pytest.mark.parametrize("off", ["PERSON", "person_name"])
def test_what_the_model_finds_can_be_switched_off_by_entity_and_by_family(off: str) -> None:
    text = "My name is Margaret Ellwood and I live in Berlin."
    assert ("Margaret Ellwood", "PERSON") in said(text)
    assert all(kind != "PERSON" for _, kind in said(text, Settings(disabled=frozenset({off}))))


def test_a_long_text_is_read_to_its_end_and_places_stay_right() -> None:
    text = "Nothing was said about it. " * 900 + "My name is Margaret Ellwood."
    spans = find_spans(text)
    assert [text[span.start : span.end] for span in spans if span.start > len(text) - 40] == ["Margaret Ellwood"]
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_many_texts_at_once_say_the_same_as_one_by_one() -> None:
    texts = ["I'm Paula Brandt.", "", "Call me at 212 555 0123.", "   "]
    assert engine.find_many(texts) == [find_spans(text) for text in texts]


def test_the_engine_says_its_name() -> None:
    assert engine.engine_name() in {"spacy 1", "minilm 1"}


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(pipeline.SHIPPED, tmp_path / "model")
    weights = tmp_path / "model" / pipeline.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ConfigurationError, match="damaged"):
        pipeline.load(tmp_path / "model")


def test_each_language_is_understood_on_templates_that_training_never_saw() -> None:
    reached = figures(find_spans, seed=99, count=500)
    assert {language: reached[language]["f1"] for language in LANGUAGES if reached[language]["f1"] < LEAST[language]} == {}


def test_the_shipped_model_is_small() -> None:
    assert sum(path.stat().st_size for path in pipeline.SHIPPED.iterdir()) < 6_000_000
