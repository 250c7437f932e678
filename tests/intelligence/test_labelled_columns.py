"""The labelled columns that lie beside the repository."""

from __future__ import annotations

from benchmarks.classification import SHARED, labels, scores, tables
from intelligence.classification import classify
from tests.needs import missing


def test_the_classifier_is_far_above_its_peers() -> None:
    if not SHARED.is_dir():
        missing("the labelled columns are not beside the repository")
    verdicts = {(name, at): verdict for name, table in tables(SHARED).items() for at, verdict in enumerate(classify(table))}
    macro, precision, recall, false = scores(labels(SHARED), verdicts)
    assert macro > 0.9 and precision > 0.95 and recall > 0.95 and false <= 0.05
