"""The look of the values: a linear model over hashed runs of one to four characters and of their shapes; only a hint, and only where there is doubt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import log
from pathlib import Path
from typing import Any, Final

from intelligence.classification.decision import Candidate, Weighed
from intelligence.classification.families import FAMILIES
from intelligence.classification.preparation import spread
from intelligence.classification.types import Evidence

SHIPPED: Final = Path(__file__).parent / "ngrams.npz"
BUCKETS: Final = 1 << 13
LONGEST_RUN: Final = 4
MOST_VALUES: Final = 24
LONGEST: Final = 32
CAP: Final = 1.0
"""Most log-odds that the look of values may add or take away: what they are counts for more."""
DOUBT: Final = (-4.5, 5.0)
"""Log-odds of the leading candidate between which the look is asked for."""
NONE: Final = "none"
CLASSES: Final = (*sorted(FAMILIES), NONE)
MIXER: Final = 2654435761
UPPER, LOWER, DIGIT, LETTER = 2, 3, 1, 4


def consult(weighed: Sequence[Weighed]) -> None:
    """Adds to the candidates of doubtful columns what the look of their values says."""
    for one in weighed:
        best = max((candidate.logit for candidate in one.candidates), default=-99.0) - max(0.0, one.nothing())
        if DOUBT[0] < best < DOUBT[1]:
            chances = look(one.prepared.texts)
            for candidate in one.candidates:
                _add(candidate, chances)


def _add(candidate: Candidate, chances: dict[str, float]) -> None:
    if candidate.family not in chances:
        return
    weight = max(-CAP, min(CAP, chances[candidate.family] - chances[NONE]))
    detail = f"the characters look like {'' if weight > 0 else 'anything but '}{FAMILIES[candidate.family][0].lower()}"
    candidate.evidence.append(Evidence("ngrams", 0, 0, detail, round(weight, 3)))


def look(texts: Sequence[str]) -> dict[str, float]:
    """Class → log-likelihood up to a constant, families as often as nothing; empty without values or without a model."""
    model = _shipped()
    if model is None or not texts:
        return {}
    weights, scales, bias = model
    buckets, values = vector(texts)
    logits = (values @ weights[buckets].astype("float32")) * scales + bias
    return dict(zip(CLASSES, logits.tolist(), strict=True))


def vector(texts: Sequence[str]) -> tuple[Any, Any]:
    """Buckets that occur and their values, of length one together."""
    import numpy as np

    joined = "\n".join(text[:LONGEST] for text in spread(texts, MOST_VALUES))
    raw = np.frombuffer(f"\n{joined.lower()}\n".encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    written = np.frombuffer(f"\n{joined}\n".encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    hashed = [*_runs(raw, 7), *_runs(_shapes()[np.minimum(written, 0xFFFF)], 11)]
    buckets, counts = np.unique(np.concatenate(hashed), return_counts=True)
    values = np.sqrt(counts).astype("float32")
    return buckets, values / float(np.linalg.norm(values))


def _runs(codes: Any, salt: int) -> list[Any]:
    """The buckets of all runs of one to four characters."""
    found = []
    running = codes + salt
    for size in range(1, LONGEST_RUN + 1):
        if size > 1:
            running = running[:-1] * 1_000_003 + codes[size - 1 :]
        found.append((((running + size) * MIXER) >> 17) & (BUCKETS - 1))
    return found


@cache
def _shapes() -> Any:
    """Character → what it is: digits, capitals and small letters alike, other letters by their script."""
    import numpy as np

    table = np.arange(0x10000, dtype=np.uint64)
    for code in range(0x10000):
        char = chr(code)
        if char.isdigit():
            table[code] = DIGIT
        elif char.isupper():
            table[code] = UPPER if code < 0x250 else 0x20000 + (code >> 8)
        elif char.islower():
            table[code] = LOWER if code < 0x250 else 0x30000 + (code >> 8)
        elif char.isalpha():
            table[code] = 0x40000 + (code >> 8)
    return table


@cache
def _shipped() -> tuple[Any, Any, Any] | None:
    import numpy as np

    if not SHIPPED.is_file():
        return None
    with np.load(SHIPPED) as data:
        return data["weights"], data["scales"], data["bias"]


def learn(examples: Sequence[Sequence[str]], labels: Sequence[str], path: Path = SHIPPED) -> None:
    """Fits the model on the texts of columns and writes it, a byte a weight."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    vectors = [vector(texts) for texts in examples]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in vectors)])
    inputs = csr_matrix(
        (np.concatenate([values for _, values in vectors]), np.concatenate([buckets for buckets, _ in vectors]).astype(np.int64), ends),
        shape=(len(vectors), BUCKETS),
    )
    fitted = LogisticRegression(C=8.0, max_iter=60).fit(inputs, labels)
    often = {label: sum(one == label for one in labels) / len(labels) for label in CLASSES}
    order = [list(fitted.classes_).index(label) for label in CLASSES]
    weights = fitted.coef_[order].T
    scales = np.abs(weights).max(axis=0) / 127
    bias = fitted.intercept_[order] - np.array([log(often[label]) for label in CLASSES])
    np.savez_compressed(path, weights=np.round(weights / scales).astype(np.int8), scales=scales.astype(np.float32), bias=bias.astype(np.float32))
