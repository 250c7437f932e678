"""Trains the spaCy model of free text on generated texts, and measures it on templates that training never sees.

python -m intelligence.classification.texts.train --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from intelligence.classification.texts import pipeline
from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.writing import Mark, Part, templates, write
from intelligence.classification.types import Span

TEXTS = 22_000
EPOCHS = 3
UNSEEN = 1_500


def train(seed: int, texts: int = TEXTS, epochs: int = EPOCHS) -> Any:
    """A pipeline trained on `texts` generated texts; three in seven are English, whose forms vary most."""
    from spacy.training import Example
    from spacy.util import minibatch
    from thinc.api import Adam, compounding, fix_random_seed

    fix_random_seed(seed)
    nlp = pipeline.build()
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": marks}) for text, marks in _texts(seed, texts, "train")]
    nlp.initialize(lambda: examples[:2_000])
    optimizer = Adam(0.001, L2=0.01, grad_clip=1.0, use_averages=True)
    rng = random.Random(seed)
    sizes = compounding(8.0, 64.0, 1.002)
    steps, total = 0, 0
    for epoch in range(epochs):
        rng.shuffle(examples)
        losses: dict[str, float] = {}
        for batch in minibatch(examples, size=sizes):  # type: ignore[no-untyped-call]
            steps += 1
            optimizer.learn_rate = 0.0015 * max(0.05, 1 - total / (epochs * len(examples)))
            nlp.update(batch, drop=0.2, sgd=optimizer, losses=losses)
            total += len(batch)
        sys.stderr.write(f"epoch {epoch + 1} loss {losses['ner']:,.0f} after {time.process_time():,.0f} s of CPU\n")
    with nlp.use_params(optimizer.averages):
        averaged = {name: array.copy() for name, array in pipeline.arrays(nlp).items()}
    pipeline.put(nlp, averaged)
    return nlp


def _texts(seed: int, count: int, part: Part) -> Iterator[tuple[str, list[Mark]]]:
    for text, marks, _ in write(seed, count, ("en", *LANGUAGES[1:], "en", "en"), part):
        yield text, marks


def figures(find: Callable[[str], Iterable[Span]], seed: int, count: int = UNSEEN) -> dict[str, Any]:
    """Strict precision, recall and F1 by language and by entity, on texts from templates that were kept apart from training."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for text, marks, language in write(seed, count, part="unseen"):
        expected = set(marks)
        found = {(span.start, span.end, span.entity) for span in find(text)}
        for counter, of in ((true, expected), (said, found), (right, expected & found)):
            counter.update(kind for _, _, kind in of)
            counter[language] += len(of)
    totals = {"all": _rates(*(sum(one[language] for language in LANGUAGES) for one in (right, said, true)))}
    return totals | {name: _rates(right[name], said[name], true[name]) for name in sorted(true)}


def _rates(right: int, said: int, true: int) -> dict[str, float]:
    return {
        "precision": round(right / max(1, said), 3),
        "recall": round(right / max(1, true), 3),
        "f1": round(2 * right / max(1, said + true), 3),
        "spans": true,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=pipeline.SHIPPED)
    options = parser.parse_args()
    nlp = train(options.seed, options.texts, options.epochs)
    unseen = figures(lambda text: [Span(ent.start_char, ent.end_char, ent.label_, 1.0) for ent in nlp(text).ents], options.seed + 1)
    meta = {
        "name": "spacy 1",
        "seed": options.seed,
        "texts": options.texts,
        "epochs": options.epochs,
        "templates": {language: len(templates(language, "train")) for language in LANGUAGES},
        "versions": {name: version(name) for name in ("spacy", "thinc", "numpy")},
        "unseen": unseen,
    }
    pipeline.save(nlp, options.out, meta)
    for name, one in unseen.items():
        sys.stdout.write(f"{name:20}{one['precision']:8.3f}{one['recall']:8.3f}{one['f1']:8.3f}{one['spans']:8,.0f}\n")


if __name__ == "__main__":
    main()
