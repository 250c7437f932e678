"""What the transformer sees of a text: word pieces of an uncased vocabulary, and beside each piece what that vocabulary loses (letter case, line breaks) and what our dictionaries know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from intelligence.classification.texts.tokens import cut, known, look

CASES: Final = ("a", "Aa", "A", "aA")
LENGTHS: Final = (1, 2, 3, 4, 5, 8, 12)
"""Upper limits of the classes of digit runs; one more class lies above."""
MARKS: Final = "flwcmtjksepP"
"""Letters of `tokens.known`."""
FEATURES: Final = 4 + len(CASES) + len(LENGTHS) + 1 + len(MARKS)
"""First piece of its word, after a line break, after a space, letters beyond ASCII; letter case; digits; dictionaries."""
LONGEST: Final = 192
"""Pieces that the network reads at once."""


@dataclass(frozen=True)
class Window:
    """A stretch of text as the network sees it."""

    words: list[tuple[int, int]]
    """Characters of each word."""
    firsts: list[int]
    """Index of each word's first piece."""
    ids: NDArray[np.int64]
    features: NDArray[np.float32]


def tokenizer(path: Path) -> Any:
    """The word pieces of the file; neither padded nor cut, whatever the file says."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(path))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def windows(text: str, pieces: Any) -> Iterator[Window]:
    """The text in stretches of at most `LONGEST` pieces, cut behind a sentence or a line where one ends."""
    spans = cut(text)
    words = [text[start:end] for start, end in spans]
    if not words:
        return
    encoded = pieces.encode(words, is_pretokenized=True, add_special_tokens=False)
    ids: list[list[int]] = [[] for _ in words]
    for piece, word in zip(encoded.ids, encoded.word_ids, strict=True):
        ids[word].append(piece)
    features = _features(text, spans, words)
    begin = 0
    while begin < len(words):
        end = _end(words, ids, begin)
        if any(ids[begin:end]):
            yield _window(spans, ids, features, range(begin, end))
        begin = end


def _end(words: list[str], ids: list[list[int]], begin: int) -> int:
    """The word behind the last one of the stretch that starts at `begin`."""
    count, at, best = 2, begin, 0
    while at < len(words) and (count + len(ids[at]) <= LONGEST or at == begin):
        count += len(ids[at])
        at += 1
        if words[at - 1] in {".", "!", "?"} or "\n" in words[at - 1]:
            best = at
    return best if at < len(words) and best > (begin + at) // 2 else at


def _window(spans: list[tuple[int, int]], ids: list[list[int]], features: NDArray[np.float32], chosen: range) -> Window:
    words, firsts, flat, rows = [], [], [CLS], [np.zeros(FEATURES, np.float32)]
    for at in chosen:
        if not ids[at]:
            continue
        words.append(spans[at])
        firsts.append(len(flat))
        flat += ids[at][:LONGEST]
        rows += [features[at]] * len(ids[at][:LONGEST])
    seen = np.stack([*rows, np.zeros(FEATURES, np.float32)])
    seen[firsts, 0] = 1
    return Window(words, firsts, np.array([*flat, SEP], np.int64), seen)


CLS: Final = 101
SEP: Final = 102
MASK: Final = 103


def _features(text: str, spans: list[tuple[int, int]], words: list[str]) -> NDArray[np.float32]:
    seen = np.zeros((len(words), FEATURES), np.float32)
    before = 0
    gap = "\n"
    for at, ((start, end), word, marks) in enumerate(zip(spans, words, known(words), strict=True)):
        gap = gap + text[before:start] if at and words[at - 1].isspace() else text[before:start] if at else "\n"
        gap += word if word.isspace() else ""
        seen[at, 1] = "\n" in gap
        seen[at, 2] = bool(gap)
        for place in _looks(word):
            seen[at, place] = 1
        for mark in marks:
            if (place := MARKS.find(mark)) >= 0:
                seen[at, FEATURES - len(MARKS) + place] = 1
        before = end
    return seen


@lru_cache(maxsize=50_000)
def _looks(word: str) -> tuple[int, ...]:
    """Features of the word alone."""
    if word.isdigit():
        return (4 + len(CASES) + next((at for at, limit in enumerate(LENGTHS) if len(word) <= limit), len(LENGTHS)),)
    if not word[0].isalpha():
        return ()
    case = look(word).rstrip("~0123456789")
    return (4 + CASES.index(case),) if word.isascii() else (3, 4 + CASES.index(case))
