"""From the network's figures to spans: the likeliest run of begin, inside and outside for the words of a text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intelligence.classification.types import Span

Scores = NDArray[np.float32]


def targets(words: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int, str]], entities: Sequence[str]) -> list[int]:
    """The class of each word: 0 outside, 1 + 2i begins entity i, 2 + 2i goes on with it."""
    classes = [0] * len(words)
    for start, end, entity in marks:
        kind = 1 + 2 * entities.index(entity)
        inside = [at for at, (left, right) in enumerate(words) if left < end and right > start]
        for at in inside:
            classes[at] = kind if at == inside[0] else kind + 1
    return classes


def spans(words: Sequence[tuple[int, int]], logits: Scores, entities: Sequence[str]) -> list[Span]:
    """The likeliest spans; their score is the geometric mean of their words' probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    likely = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    path = _best(likely)
    found: list[Span] = []
    at = 0
    while at < len(path):
        if not path[at]:
            at += 1
            continue
        begin = at
        at += 1
        while at < len(path) and path[at] and path[at] % 2 == 0:
            at += 1
        score = float(np.exp(np.mean([likely[word, path[word]] for word in range(begin, at)])))
        found.append(Span(words[begin][0], words[at - 1][1], entities[(path[begin] - 1) // 2], score))
    return found


def _best(likely: Scores) -> list[int]:
    """Viterbi; an inside may only follow the begin or inside of its own entity."""
    count, kinds = likely.shape
    score = likely[0].copy()
    score[2::2] = -np.inf
    back = np.zeros((count, kinds), np.int64)
    for at in range(1, count):
        top = int(score.argmax())
        back[at] = top
        arriving = np.full(kinds, score[top])
        begins, insides = score[1::2], score[2::2]
        arriving[2::2] = np.maximum(begins, insides)
        back[at, 2::2] = np.arange(1, kinds, 2) + (insides > begins)
        score = arriving + likely[at]
    path = [int(score.argmax())]
    for at in range(count - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]
