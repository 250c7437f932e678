"""The engine of the extra `[transformers]`: what it reads, what it says, and that it is only used where all of it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.spans import SHARED, labelled, tally
from intelligence.classification.texts import engine, minilm
from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.minilm import labels, pieces
from intelligence.classification.texts.train import figures
from intelligence.classification.types import Span
from tests.needs import missing

LEAST = 0.8
"""Strict F1 in each language on our own texts from templates that training never saw."""
ENTITIES = ["AGE", "PERSON"]


@pytest.fixture
def shipped() -> minilm.Engine:
    if reason := minilm.why_not():
        missing(f"the extra [transformers] is not usable: {reason}")
    return minilm.engine()


def logits(*path: int) -> labels.Scores:
    """Figures that favour the classes of `path`."""
    return np.array([[5.0 if kind == wanted else 0.0 for kind in range(5)] for wanted in path], np.float32)


def test_classes_of_words_and_spans_are_each_others_inverse() -> None:
    words = [(0, 4), (5, 10), (12, 14)]
    marks = [(0, 10, "PERSON"), (12, 14, "AGE")]
    assert labels.targets(words, marks, ENTITIES) == [3, 4, 1]
    assert [(span.start, span.end, span.entity) for span in labels.spans(words, logits(3, 4, 1), ENTITIES)] == marks


def test_nothing_goes_on_that_has_not_begun() -> None:
    words = [(0, 4), (5, 10), (12, 14)]
    (said,) = labels.spans(words, logits(0, 4, 4), ENTITIES)
    assert (said.entity, said.end) == ("PERSON", 14)
    assert [span.entity for span in labels.spans(words, logits(1, 2, 2), ENTITIES)] == ["AGE"]


def test_two_of_a_kind_beside_each_other_stay_two() -> None:
    assert [span.start for span in labels.spans([(0, 4), (5, 10)], logits(3, 3), ENTITIES)] == [0, 5]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda name: None if name == "onnxruntime" else object())
    assert "onnxruntime is not installed" in minilm.why_not() and "[transformers]" in minilm.why_not()


def test_a_damaged_or_missing_model_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda name: object())
    assert "not in this installation" in minilm.why_not(tmp_path / "nowhere")
    shutil.copytree(minilm.FOLDER, tmp_path / "model")
    assert minilm.why_not(tmp_path / "model") == ""
    whole = (tmp_path / "model" / minilm.MODEL).read_bytes()
    (tmp_path / "model" / minilm.MODEL).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "model.onnx is damaged" in minilm.why_not(tmp_path / "model")


def test_without_the_extra_the_spacy_model_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "available", lambda: False)
    assert engine.engine_name() == "spacy 1"
    assert [span.entity for span in engine.find_spans("Yesterday Margaret Ellwood called.") if span.entity == "PERSON"] == ["PERSON"]


def test_with_the_extra_minilm_judges_and_says_so(shipped: minilm.Engine) -> None:
    assert engine.engine_name() == shipped.meta["name"] == minilm.name()


def test_a_short_text_is_not_padded(shipped: minilm.Engine) -> None:
    (window,) = pieces.windows("Anna is 30.", shipped.pieces)
    assert len(window.ids) == len(window.features) == 6 and 0 not in window.ids


def test_a_long_text_is_read_to_its_end_in_windows_that_keep_their_places(shipped: minilm.Engine) -> None:
    text = "The printer works again after it was cleaned. " * 60 + "Margaret Ellwood called."
    windows = list(pieces.windows(text, shipped.pieces))
    assert len(windows) > 2 and all(len(window.ids) <= pieces.LONGEST for window in windows)
    assert all(text[window.words[0][0] :].startswith("The") for window in windows)
    assert Span in {type(span) for span in shipped.find(text)}
    assert [text[span.start : span.end] for span in shipped.find(text)] == ["Margaret Ellwood"]


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "x" * 5_000, "🙂" * 300, "0" * 3_000, "\x00\ufffd\u202e"])
def test_odd_texts_are_read_without_complaint(shipped: minilm.Engine, text: str) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in shipped.find(text))


def test_strict_f1_holds_in_each_language_on_templates_that_training_never_saw(shipped: minilm.Engine) -> None:
    measured = figures(shipped.find, 31, 400)
    assert {language for language in LANGUAGES if measured[language]["f1"] < LEAST} == set()


def test_the_labelled_texts_are_found_as_well_as_promised(shipped: minilm.Engine) -> None:
    if not SHARED.is_file():
        pytest.skip("the labelled texts are not here")
    found = tally(labelled(SHARED), lambda text: [(span.entity, span.start, span.end) for span in engine.find_spans(text)])
    _, _, f1, share, purity = found.figures()
    assert f1 >= 0.6 and share >= 0.95 and purity >= 0.8
