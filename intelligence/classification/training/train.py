"""Learns the n-gram model and the column model from generated tables, and measures them on languages and formats held out.

    python -m intelligence.classification.training.train [--tables 3000] [--seed 1] [--only-weights]

Names of a third of the languages, and the recognizer of every sixth format, are never shown to the model that is being measured: held-out tables are
classified without the recognizer that drew the values, as if nobody had known the format.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

from intelligence.classification import DEFAULT, calibration, classify, model, ngrams
from intelligence.classification.families import GENERIC
from intelligence.classification.preparation import prepare
from intelligence.classification.recognizers.base import recognizers
from intelligence.classification.training import columns
from intelligence.classification.training.columns import Labelled

VERSION: Final = "shipped 1"
HELD_OUT: Final = frozenset({"sv", "fi", "tr", "el", "hu", "ro", "id", "lt", "et", "vi", "za", "ng"})
HIDDEN: Final = 0.17
"""Share of tables of which the entities are switched off that have a format of their own."""
Examples = list[tuple[model.Features, str | None]]


def examples(tables: Sequence[Labelled], seed: int, *, hidden: float = HIDDEN) -> Examples:
    """What the column model sees of each column, and the truth."""
    random = Random(seed)
    found: Examples = []
    for table in tables:
        entities = {str(recognizers.get(name).entity) for name in table.drawn_by if name} - set(GENERIC.values())
        settings = DEFAULT.but(disabled=frozenset(entities)) if random.random() < hidden else DEFAULT
        verdicts = classify(table.columns, settings=settings, model=model.ColumnModel())
        found += [(verdict.features, label) for verdict, label in zip(verdicts, table.labels, strict=True) if verdict.distinct]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only-weights", action="store_true", help="keep the n-gram model")
    options = parser.parse_args()
    known = columns.languages() - HELD_OUT
    if not options.only_weights:
        shown = list(columns.tables(options.tables, options.seed, known))
        texts = [(prepare(column).texts, label) for table in shown for column, label in zip(table.columns, table.labels, strict=True)]
        ngrams.learn([one for one, _ in texts if one], [label for one, label in texts if one])
        ngrams._shipped.cache_clear()
    # Tables that the n-gram model has not seen: it would be too sure of its own.
    seen = examples(list(columns.tables(options.tables // 2, options.seed + 1, known)), options.seed)
    unseen = examples(list(columns.tables(options.tables // 2, options.seed + 2, HELD_OUT)), options.seed)
    half = len(unseen) // 2
    learned = model.fit(seen, model.ColumnModel(), version=VERSION, with_biases=False, for_calibration=[*seen, *unseen[:half]])
    learned = replace(learned, knots=calibration.cautious(learned.knots))
    figures = model.evaluate(unseen[half:], learned)
    model.SHIPPED.write_text(json.dumps(replace(learned, figures=figures).as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"even: {model.evaluate(unseen[half:], model.ColumnModel())}\n{VERSION}: {figures}\n")


if __name__ == "__main__":
    main()
